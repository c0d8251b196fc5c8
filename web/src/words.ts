// Words of the page itself. What concerns a case (titles, reasons, fixes) comes
// from the server in the applicant's language; this is the rest.

export interface Words {
  heading: string;
  choosePhoto: string;
  takeAgain: string;
  send: string;
  sending: string;
  kept: string;
  received: string;
  notYet: string;
  useDocument: string;
  youTyped: string;
  documentSays: string;
  space: string;
  attemptsLeft: (n: number) => string;
  waitUntil: (t: string) => string;
  askHuman: string;
  appeal: string;
  helpAsked: string;
  placeMarked: string;
  photoChosen: string;
  loading: string;
  noLink: { title: string; text: string };
  expiredLink: { title: string; text: string };
  offline: string;
  tryAgain: string;
  ourFault: string;
  privacy: string;
  hints: Record<string, string>;
  fields: Record<string, string>;
}

export const en: Words = {
  heading: "Verify your identity",
  choosePhoto: "Choose or take a photo",
  takeAgain: "Take another photo",
  send: "Send",
  sending: "Sending…",
  kept: "Good. This is kept.",
  received: "Received.",
  notYet: "Not sent yet.",
  useDocument: "Use what the document says",
  youTyped: "You typed",
  documentSays: "The document says",
  space: "space",
  attemptsLeft: (n) => (n === 1 ? "One attempt left, then a person takes over." : `${n} attempts left, then a person takes over.`),
  waitUntil: (t) => `You can go on at ${t}.`,
  askHuman: "Ask a human",
  appeal: "Contest this decision",
  helpAsked: "A human has been asked.",
  placeMarked: "The place is marked in your photo.",
  photoChosen: "Your photo",
  loading: "One moment…",
  noLink: { title: "This link is not complete", text: "Open the whole link that you were sent." },
  expiredLink: {
    title: "This link has run out",
    text: "Nothing you sent is lost. Ask the service that sent you here for a new link.",
  },
  offline: "The connection was lost. Nothing is lost and no attempt was used.",
  tryAgain: "Try again",
  ourFault: "Something went wrong on our side. This is not your fault and no attempt was used.",
  privacy: "Your photos are sealed when they arrive and are used for this verification only. We never ask for passwords, codes or coins.",
  hints: {
    document_front: "Passport, identity card or driving licence. Lay it flat, fill the frame, avoid reflections.",
    document_back: "Turn the document over and fill the frame.",
    face: "Look straight into the camera, in even light, without sunglasses.",
    details: "As they stand in the document.",
  },
  fields: {
    surname: "Surname",
    given_names: "Given names",
    birth_date: "Date of birth",
    document_number: "Document number",
    expiry_date: "Date of expiry",
    nationality: "Nationality (code, as FRA)",
    residence: "Country of residence (code, as DE)",
  },
};
