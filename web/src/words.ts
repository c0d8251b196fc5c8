// Words of the page itself. What concerns a case (titles, reasons, fixes) comes
// from the server in the applicant's language; this is the rest.

// Told is what a person is told when something cannot go on.
export interface Told {
  title: string;
  text: string;
  fix: string;
}

export interface Words {
  // lang is the language of these words, as BCP 47, and dir its direction.
  lang: string;
  dir: "ltr" | "rtl";
  heading: string;
  loading: string;
  choosePhoto: string;
  takeAgain: string;
  replace: string;
  change: string;
  send: string;
  sendCorrected: string;
  sending: string;
  looking: string;
  tryAgain: string;
  received: string;
  progress: (done: number, all: number) => string;
  kept: string;
  status: Record<"submitted" | "passed" | "failed", string>;
  attemptsLeft: (n: number) => string;
  waitUntil: (t: string) => string;
  useDocument: string;
  useThis: (value: string) => string;
  orCorrect: string;
  youTyped: string;
  nothing: string;
  documentSays: string;
  instead: (typed: string, read: string) => string;
  askHuman: string;
  askHumanText: string;
  askHumanEnds: string;
  askNow: string;
  goOn: string;
  helpAsked: string;
  appeal: string;
  placeMarked: string;
  photoChosen: string;
  noPreview: string;
  noLink: { title: string; text: string };
  badLink: { title: string; text: string };
  noServer: { title: string; text: string };
  offline: string;
  offlineKept: string;
  stillTrying: string;
  busy: string;
  ourFault: string;
  moved: string;
  file: Record<"empty" | "too_large" | "no_photo", (size: string) => Told>;
  privacy: string;
  optional: string;
  hints: Record<string, string>;
  fields: Record<string, string>;
  fieldHints: Record<string, string>;
  day: string;
  month: string;
  year: string;
  missing: string;
  noSuchDate: string;
  oneName: string;
}

const redo = "Take a new photo with your phone’s camera, or choose a JPEG, PNG, WebP or HEIC file.";

export const en: Words = {
  lang: "en",
  dir: "ltr",
  heading: "Verify your identity",
  loading: "One moment…",
  choosePhoto: "Choose or take a photo",
  takeAgain: "Take another photo",
  replace: "Replace",
  change: "Change",
  send: "Send",
  sendCorrected: "Send what I corrected",
  sending: "Sending…",
  looking: "Sending and looking at it…",
  tryAgain: "Try again",
  received: "Received",
  progress: (done, all) => (done === 0 ? "" : `${done} of ${all} received.`),
  kept: "Kept, no need to send again",
  status: { submitted: "received", passed: "accepted", failed: "being looked at" },
  attemptsLeft: (n) =>
    n === 1 ? "If it does not work this time, a person takes over." : `If it does not work in ${n} more tries, a person takes over.`,
  waitUntil: (t) => `You can go on at ${t}.`,
  useDocument: "Use what the document says",
  useThis: (value) => `Use “${value}”`,
  orCorrect: "Or correct it yourself",
  youTyped: "You typed",
  nothing: "nothing",
  documentSays: "The document says",
  instead: (typed, read) => (read === "" ? typed : typed === "" ? read : `${typed} → ${read}`),
  askHuman: "Ask a human",
  askHumanText: "A person will look at what you have sent. You can still go on by yourself.",
  askHumanEnds: "A person will look at what you have sent and answer here. Until then you cannot send anything else.",
  askNow: "Yes, ask a human",
  goOn: "No, go on by myself",
  helpAsked: "A human has been asked. The answer will be on this page.",
  appeal: "Contest this decision",
  placeMarked: "The place is marked in your photo.",
  photoChosen: "The photo you chose",
  noPreview: "Your browser cannot show this kind of photo, but we can read it.",
  noLink: { title: "This link is not complete", text: "Open the whole link that you were sent, to its last letter." },
  badLink: {
    title: "This link does not work any more",
    text: "It may have run out, or a part of it was lost. Nothing you sent is lost. Ask the service that sent you here for a new link.",
  },
  noServer: {
    title: "We cannot be reached",
    text: "Your connection or our server is down for the moment. Nothing you sent is lost.",
  },
  offline: "The connection was lost. Nothing is lost and no attempt was used.",
  offlineKept: "The connection was lost before we could answer. What you chose is still here, and no attempt was used.",
  stillTrying: "The connection was lost. Nothing is lost; we keep trying.",
  busy: "Many people are sending photos just now. Try again in a few seconds; no attempt was used.",
  ourFault: "Something went wrong on our side. This is not your fault and no attempt was used.",
  moved: "Something changed meanwhile, so this was not sent. Here is how things stand now.",
  file: {
    empty: () => ({ title: "This file is empty", text: "There is no photo in it.", fix: redo }),
    too_large: (size) => ({
      title: "This photo is too large to send",
      text: `It has ${size}; 20 MB are the most we can take. It was not sent.`,
      fix: "Choose a lower resolution in your camera’s settings, or send a smaller copy.",
    }),
    no_photo: () => ({ title: "This is not a photo that we can read", text: "It was not sent.", fix: redo }),
  },
  privacy:
    "Your photos are locked away when they arrive and are used for this verification only. We never ask for passwords, PINs or payments here.",
  optional: "(optional)",
  hints: {
    document_front: "Passport, identity card or driving licence. Lay it flat, fill the frame, avoid reflections.",
    document_back: "Turn the document over and fill the frame.",
    face: "Look straight into the camera, in even light, without sunglasses.",
    details: "Type them as they stand in the document.",
  },
  fields: {
    surname: "Surname",
    given_names: "Given names",
    birth_date: "Date of birth",
    document_number: "Document number",
    expiry_date: "Date of expiry",
    nationality: "Nationality",
    residence: "Country where you live",
  },
  fieldHints: {
    given_names: "All of them, in the document’s order.",
    document_number: "Letters and digits, without spaces.",
  },
  day: "Day",
  month: "Month",
  year: "Year",
  missing: "This is still empty.",
  noSuchDate: "This date does not exist. Check day, month and year.",
  oneName: "This is empty. If your document shows no given names, send it once more like this.",
};

const all: Record<string, Words> = { en };

// wordsFor returns the page's words in the language of a case, or English, which
// is also what the server then speaks.
export function wordsFor(locale: string | undefined): Words {
  return all[locale?.split("-")[0]?.toLowerCase() ?? ""] ?? en;
}

// localeFor returns the locale in which dates and numbers are written beside the
// words: in their language, by the habits of the region that the case names or
// else the browser.
export function localeFor(locale: string | undefined, words: Words, browser: readonly string[] = navigator.languages): string {
  for (const wish of [locale ?? "", ...browser]) {
    try {
      const own = new Intl.Locale(wish);
      if (own.language === words.lang && own.region) return own.toString();
    } catch {
      // no language tag
    }
  }
  return words.lang;
}
