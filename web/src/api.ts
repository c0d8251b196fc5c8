// The wire types of the HTTP API as far as this page uses them, and the calls.
// See /openapi.json for the whole.

export type ItemName = "document_front" | "document_back" | "details" | "face";

export type State =
  | "open"
  | "processing"
  | "action_required"
  | "in_review"
  | "approved"
  | "declined"
  | "expired"
  | "erased";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Difference {
  kind: string;
  name?: string;
  at: number;
  a: string;
  b: string;
}

export interface Finding {
  code: string;
  item: string;
  field?: string;
  measure?: string;
  box?: Box;
  severity: "note" | "retry" | "review" | "final";
  typed?: string;
  read?: string;
  offer?: string; // what the document says, where it may be taken over
  differences?: Difference[];
  title: string;
  text: string;
  fix: string;
}

export interface Item {
  item: ItemName;
  name: string;
  required: boolean;
  status: "missing" | "submitted" | "passed" | "failed";
  attempts: number;
}

export interface PlanItem {
  item: ItemName;
  name: string;
  fields?: string[];
  reasons: string[];
  fixes: string[];
  attempts_left?: number;
  retry_at?: string;
}

export interface DocumentKind {
  kind: string;
  name: string; // as within a sentence
  two_sided: boolean;
}

// FaceWay is how a face is asked for, and the words to ask for consent with.
export interface FaceWay {
  capture: "still" | "sequence";
  movements: number; // of a sequence
  colours: "required" | "offered" | "off"; // of a sequence
  consent: "not_asked" | "needed" | "given" | "declined";
  ask: { text: string; title: string; body: string; other_way: string; agree: string; decline: string };
}

export interface Case {
  id: string;
  state: State;
  title: string;
  text: string;
  locale: string; // of the applicant, as far as the integrator knows it
  language: string; // of the texts
  items: Item[];
  findings: Finding[];
  plan?: { items: PlanItem[] };
  face?: FaceWay;
  documents?: DocumentKind[]; // that are accepted
  retry_at?: string;
  support?: boolean; // whether the operator has said how their people are reached
  updated_at: string;
  for_case?: string; // of a case that proves an earlier account: the one it is asked back from
  recovery?: "open" | "face" | "proved" | "reported" | "closed"; // how far the way back to an account is
  return_url?: string; // where the integrator wants the person back
}

export interface Submitted {
  accepted: boolean;
  findings: Finding[];
  case: Case;
}

// Look is what can be seen on a photo of a document before it is submitted.
export interface Look {
  usable: boolean;
  places: { field: "surname" | "document_number" | "expiry_date"; box: Box }[];
  turn: number; // degrees clockwise for the text to run from left to right
}

// Problem is an answer that is no success. code is the last part of its type;
// "network" with status 0 means that there was no answer at all.
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
  ) {
    super(code);
  }

  // unanswered says that the server may or may not have acted, so that the same
  // request must be repeated under the same key: no answer, or one of a proxy or
  // of a server in trouble.
  get unanswered(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === "in_progress";
  }

  // moved says that the case is no longer where this page thought it was.
  get moved(): boolean {
    return this.status === 409 || this.status === 429;
  }
}

// How long an answer is waited for: a piece of a photo may go over a slow line, and
// what has arrived may be looked at meanwhile.
const patienceMS = 20_000;
const uploadPatienceMS = 60_000;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

export class Client {
  // language is the one that the person has chosen; the server chooses without.
  language: string | undefined;

  constructor(
    private readonly caseID: string,
    private readonly token: string,
  ) {}

  read(): Promise<Case> {
    return this.call<Case>("GET", "");
  }

  // reasons reads the words of every finding.
  reasons(): Promise<Pick<Finding, "code" | "title" | "text" | "fix">[]> {
    return this.fetch("GET", "/v1/findings");
  }

  // reading is what the document says, for the details to begin with; nothing where it
  // was not read.
  async reading(): Promise<{ field: string; value: string }[]> {
    return (await this.call<{ fields: { field: string; value: string }[] }>("GET", "/reading")).fields;
  }

  // submit sends evidence. The same key may be used again after a lost
  // connection: the server acts once. While it still works on the first request
  // with the key, its answer is waited for.
  async submit(item: ItemName, body: Blob | string, key: string, everyMS = 1000): Promise<Submitted> {
    for (let left = 30; ; left--) {
      try {
        return await this.call<Submitted>("POST", `/submissions/${item}`, body, key);
      } catch (e) {
        if (!(e instanceof Problem && e.code === "in_progress") || left === 0) throw e;
        await pause(everyMS);
      }
    }
  }

  // consent tells what the person said about biometrics, with the version of the
  // words that they read and their language.
  consent(given: boolean, text: string, language: string): Promise<Case> {
    return this.call<Case>("POST", "/consents", JSON.stringify({ given, text, language }));
  }

  appeal(): Promise<Case> {
    return this.call<Case>("POST", "/appeals");
  }

  // call reaches what lies below the case.
  call<T>(method: string, path: string, body?: Blob | string, key?: string): Promise<T> {
    return this.fetch<T>(method, `/v1/cases/${encodeURIComponent(this.caseID)}${path}`, body, key);
  }

  private async fetch<T>(method: string, path: string, body?: Blob | string, key?: string): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers["Content-Type"] = typeof body === "string" ? "application/json" : "application/octet-stream";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    let answer: Response;
    try {
      answer = await fetch(this.language ? `${path}?locale=${encodeURIComponent(this.language)}` : path, {
        method,
        headers,
        signal: AbortSignal.timeout(body instanceof Blob || path.includes("/uploads/") ? uploadPatienceMS : patienceMS),
        ...(body === undefined ? {} : { body }),
      });
      if (answer.ok) return (await answer.json()) as T;
    } catch {
      throw new Problem("network", 0); // also when the answer was cut off
    }
    let problem: { type?: string } = {};
    try {
      problem = (await answer.json()) as typeof problem;
    } catch {
      // a proxy's own page; the status says enough
    }
    const code = answer.status === 401 ? "not_signed_in" : (problem.type?.split(":").pop() ?? "internal");
    throw new Problem(code, answer.status);
  }
}

// newKey draws an Idempotency-Key; crypto.randomUUID is missing on plain http.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
