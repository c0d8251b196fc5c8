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
  box?: Box;
  severity: "note" | "retry" | "review" | "final";
  typed?: string;
  read?: string;
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
}

export interface Case {
  id: string;
  state: State;
  title: string;
  text: string;
  locale: string;
  items: Item[];
  findings: Finding[];
  plan?: { items: PlanItem[] };
  retry_at?: string;
}

export interface Submitted {
  accepted: boolean;
  findings: Finding[];
  case: Case;
}

// Problem is an answer that is no success. code is the last part of its type;
// "network" means that there was no answer at all.
export class Problem extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

export class Client {
  constructor(
    private readonly caseID: string,
    private readonly token: string,
  ) {}

  read(): Promise<Case> {
    return this.call<Case>("GET", "");
  }

  // submit sends evidence. The same key may be used again after a lost
  // connection: the server acts once.
  submit(item: ItemName, body: Blob | string, key: string): Promise<Submitted> {
    return this.call<Submitted>("POST", `/submissions/${item}`, body, key);
  }

  askHelp(): Promise<Case> {
    return this.call<Case>("POST", "/help");
  }

  appeal(): Promise<Case> {
    return this.call<Case>("POST", "/appeals");
  }

  private async call<T>(method: string, path: string, body?: Blob | string, key?: string): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers["Content-Type"] = "application/octet-stream";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    let answer: Response;
    try {
      answer = await fetch(`/v1/cases/${encodeURIComponent(this.caseID)}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
    } catch {
      throw new Problem("network", "");
    }
    if (answer.ok) return (await answer.json()) as T;
    let problem: { type?: string; detail?: string } = {};
    try {
      problem = (await answer.json()) as typeof problem;
    } catch {
      // a proxy's own page; the status says enough
    }
    const code = answer.status === 401 ? "not_signed_in" : (problem.type?.split(":").pop() ?? "internal");
    throw new Problem(code, problem.detail ?? "");
  }
}

// newKey draws an Idempotency-Key; crypto.randomUUID is missing on plain http.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
