// The way through the page: which screens there are, in which order, and where
// somebody goes on who comes back. Pure; the screens themselves are elsewhere.

import type { Case, Finding, ItemName } from "./api";

export type Step = "welcome" | "consent" | "choose" | ItemName;

const order: readonly ItemName[] = ["document_front", "document_back", "details", "face"];

// wanted lists the items that can be sent now, in the order of the way: all
// required ones at first, with the back of what is known to have one, then only
// what the plan asks for.
export function wanted(c: Case, kind?: string): ItemName[] {
  if (c.state === "action_required") return (c.plan?.items ?? []).map((i) => i.item);
  if (c.state !== "open") return [];
  const asked = (of: ItemName) => {
    const item = c.items.find((i) => i.item === of);
    return item !== undefined && (item.required || item.status !== "missing");
  };
  const twoSided = asked("document_front") && c.documents?.find((d) => d.kind === kind)?.two_sided;
  return order.filter((i) => asked(i) || (i === "document_back" && twoSided));
}

// stepsOf lists the screens of a case in their order; none when it is not the
// applicant's turn.
export function stepsOf(c: Case, kind?: string): Step[] {
  const items = wanted(c, kind);
  if (items.length === 0) return [];
  const consent: Step[] = items.includes("face") && c.face?.consent === "needed" ? ["consent"] : [];
  if (c.state !== "open") return [...consent, ...items];
  const choose: Step[] = items.includes("document_front") && (c.documents ?? []).length > 1 ? ["choose"] : [];
  return ["welcome", ...consent, ...choose, ...items];
}

// inUse is the finding that a document or a face is in use by another account, while
// its owner can do something about it.
export function inUse(c: Case): Finding | undefined {
  if (c.state !== "in_review") return undefined;
  return c.findings.find((f) => f.code === "uniqueness.document_in_use" || f.code === "uniqueness.face_in_use");
}

// isSent says that an item is here and not asked for again.
export function isSent(c: Case, i: ItemName): boolean {
  const status = c.items.find((x) => x.item === i)?.status;
  return status === "submitted" || status === "passed";
}

// resume is the screen where somebody goes on who opens the link: the first one
// with something to do. The welcome is for those who have sent nothing yet and
// have chosen nothing, here or on the device that hands over.
export function resume(c: Case, steps: readonly Step[], kind?: string): Step | undefined {
  const begun = c.state !== "open" || c.items.some((i) => i.status !== "missing") || kind !== undefined;
  return steps.find((s) => {
    if (s === "welcome") return !begun;
    if (s === "choose") return kind === undefined && !isSent(c, "document_front");
    return s === "consent" || !isSent(c, s);
  });
}

// after is the screen that follows one: the next with something to do, else the
// first such. The consent is no screen any more once it was answered.
export function after(c: Case, step: Step, kind?: string): Step | undefined {
  const steps = stepsOf(c, kind);
  const here = step === "consent" ? steps.indexOf("welcome") : steps.indexOf(step);
  return resume(c, steps.slice(here + 1), kind) ?? resume(c, steps.filter((s) => s !== "welcome" && s !== "choose"), kind);
}

// Parts are what progress is counted in: a document is one part, whatever its
// kind and sides, so that the number does not change on the way.
export function partOf(c: Case, step: Step, kind?: string): { n: number; all: number } | undefined {
  const part = (s: Step) => (s === "choose" || s === "document_back" ? "document_front" : s);
  const parts = [...new Set(stepsOf(c, kind).filter((s) => s !== "welcome" && s !== "consent").map(part))];
  const n = parts.indexOf(part(step)) + 1;
  return n === 0 || parts.length < 2 ? undefined : { n, all: parts.length };
}
