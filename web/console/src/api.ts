// The calls of the console and what they answer, as internal/console has them.

import type { Box, Difference } from "../../src/api";

export type Permit =
  | "see_queue"
  | "see_case"
  | "take_case"
  | "decide"
  | "decide_escalated"
  | "confirm"
  | "withdraw"
  | "write_note"
  | "escalate"
  | "assign"
  | "see_figures"
  | "export_figures"
  | "verify_audit"
  | "manage_operators";

export interface Session {
  signed_in: boolean;
  id?: string;
  name?: string;
  role?: string;
  permits: Permit[];
  origin: string;
  provider?: string;
  renewed_at?: string;
  renewed_by?: string;
}

export interface Finding {
  code: string;
  item: string;
  submission?: string;
  field?: string;
  box?: Box;
  measure?: string;
  measured?: number;
  threshold?: number;
  severity: string;
  audience: string;
  typed?: string;
  read?: string;
  differences?: Difference[];
  title: string;
  text: string;
  fix: string;
}

export interface Waiting {
  case: string;
  kind: "review" | "sample" | "report";
  reason?: string;
  title: string;
  since: string;
  due_at: string;
  late: boolean;
  assignee?: string;
  escalated: boolean;
  locked_by?: string;
  locked_until?: string;
  proposal?: { by: string; verdict: string; findings: Finding[]; at: string };
}

export interface Queue {
  cases: Waiting[];
  more: boolean;
  people: Record<string, string>;
  now: string;
}

export interface Waits {
  reason: string;
  title: string;
  waits: number;
  late: number;
  oldest: string;
}

export interface Read {
  value: string;
  confidence: number;
  source: string;
  box?: Box;
}

export interface Sent {
  id: string;
  item: string;
  at: string;
  current: boolean;
  gone: boolean;
  codes?: string[];
  width?: number;
  height?: number;
  boxes?: Record<string, Box>;
  quad?: [number, number][];
  kind?: string;
  issuer?: string;
  read?: Record<string, Read>;
  check_digits?: Record<string, boolean>;
  typed?: Record<string, string>;
  taken?: string[];
  sequence?: { challenge: string; actions: string[]; frames: number[]; best: number[] | null; moves: { action: string; from_ms: number; to_ms: number }[] };
}

export interface File {
  case: {
    id: string;
    state: string;
    title?: string;
    locale: string;
    policy: string;
    network_region?: string;
    created_at: string;
    items: { item: string; name: string; status: string; required: boolean; attempts: number }[];
    findings: Finding[];
  };
  external_id: string;
  blind: boolean;
  queue?: Waiting;
  sent: Sent[];
  faces?: { score: number; threshold: number; model: string; false_match_rate: number };
  earlier: { id: string; state: string; created_at: string }[];
  notes: { id: string; by: string; at: string; text: string }[];
  records: number;
  audit: Logged[];
  people: Record<string, string>;
  now: string;
  four_eyes: string[];
}

export interface Logged {
  seq: number;
  at: string;
  event: string;
  from?: string;
  to?: string;
  actor: string;
  item?: string;
  codes?: string[];
  note?: string;
}

// Sides is who else a case is about.
export interface Sides {
  report?: { id: string; case: string; status: "reported" | "closed"; at: string; closed?: { by: string; at: string; founded: boolean; code: string } };
  others: Other[];
}

export interface Other {
  case: string;
  state: string;
  created_at: string;
  why: string[];
  faces: { here: string; there: string; score: number; threshold: number; false_match_rate: number }[];
}

export interface Code {
  code: string;
  item: string;
  severity: string;
  audience: string;
  retryable: boolean;
  title: string;
}

export interface Reason {
  code: string;
  item: string;
  field?: string;
}

export interface Preview {
  language: string;
  title: string;
  text: string;
  findings: Finding[];
}

export interface Share {
  n: number;
  of: number;
  low: number;
  high: number;
}

export interface Count {
  name: string;
  n: number;
}

export interface Grouped {
  name: string;
  checks: number;
  approved: number;
  reasons: Count[];
}

export interface Figures {
  from: string;
  to: string;
  states: Count[];
  opened: number;
  first_try: Share;
  attempts: Count[];
  decision: { n: number; median: number; p90: number };
  review: { n: number; median: number; p90: number };
  reasons: Count[];
  by_country: Grouped[];
  by_day: Grouped[];
  refused_then_approved: Share;
  overturned: Share;
  overturned_by: Count[];
  agreement: Share;
  blind: Share;
  duplicates: number;
}

export interface Colleague {
  id: string;
  name: string;
  role: string;
  created_at: string;
  disabled: boolean;
  signs_in: string;
  renewed_at?: string;
  renewed_by?: string;
}

// Problem is what the server says when something is not possible.
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

async function call(path: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/console/api/${path}`, { credentials: "same-origin", ...init });
  } catch {
    throw new Problem(0, "The server does not answer. Check your connection and try again.");
  }
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new Problem(answer.status, said.detail ?? "Something went wrong. Try again.");
}

export async function get<T>(path: string): Promise<T> {
  return (await call(path)).json() as Promise<T>;
}

export async function post<T = void>(path: string, body: unknown = {}): Promise<T> {
  const answer = await call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

// picture fetches a picture once, so that one look is one record.
export async function picture(path: string): Promise<{ url: string; width: number; height: number }> {
  const answer = await call(path);
  return {
    url: URL.createObjectURL(await answer.blob()),
    width: Number(answer.headers.get("X-Picture-Width")),
    height: Number(answer.headers.get("X-Picture-Height")),
  };
}
