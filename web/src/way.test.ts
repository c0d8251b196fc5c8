import { describe, expect, it } from "vitest";
import type { Case, Item, ItemName } from "./api";
import { after, partOf, resume, type Step, stepsOf, wanted } from "./way";

const documents = [
  { kind: "passport", name: "passport", two_sided: false },
  { kind: "id_card", name: "identity card", two_sided: true },
];

// of is a case with the standard items, some of them sent.
function of(sent: ItemName[] = [], more: Partial<Case> = {}): Case {
  const item = (i: ItemName, required: boolean): Item => ({ item: i, name: i, required, status: sent.includes(i) ? "submitted" : "missing", attempts: 0 });
  return {
    id: "case_1", state: "open", title: "", text: "", locale: "en", language: "en", findings: [], updated_at: "2026-11-23T10:00:00Z", documents,
    items: [item("document_front", true), item("document_back", false), item("details", true), item("face", true)],
    ...more,
  };
}

const plan = (...items: ItemName[]) => ({ state: "action_required" as const, plan: { items: items.map((item) => ({ item, name: item, reasons: [], fixes: [] })) } });
const asking = { face: { consent: "needed" as const, capture: "still" as const, movements: 3, colours: "off" as const, ask: { text: "", title: "", body: "", other_way: "", agree: "", decline: "" } } };

describe("stepsOf", () => {
  it.each<[string, Case, string | undefined, string[]]>([
    ["a case before the choice", of(), undefined, ["welcome", "choose", "document_front", "details", "face"]],
    ["a passport", of(), "passport", ["welcome", "choose", "document_front", "details", "face"]],
    ["a card has a back", of(), "id_card", ["welcome", "choose", "document_front", "document_back", "details", "face"]],
    ["a back that was sent stays", of(["document_back"]), undefined, ["welcome", "choose", "document_front", "document_back", "details", "face"]],
    ["a kind that is not accepted", of(), "visa", ["welcome", "choose", "document_front", "details", "face"]],
    ["one kind needs no choice", of([], { documents: documents.slice(0, 1) }), undefined, ["welcome", "document_front", "details", "face"]],
    ["consent comes first", of([], asking), undefined, ["welcome", "consent", "choose", "document_front", "details", "face"]],
    ["a plan is what failed and nothing else", of([], plan("details")), "id_card", ["details"]],
    ["a plan with a face that was not agreed to", of([], { ...asking, ...plan("face", "document_back") }), undefined, ["consent", "face", "document_back"]],
    ["nothing while it is checked", of([], { state: "processing" }), undefined, []],
  ])("%s", (_, c, kind, want) => expect(stepsOf(c, kind)).toEqual(want));
});

describe("resume", () => {
  it.each<[string, Case, string | undefined, string | undefined]>([
    ["the welcome at first", of(), undefined, "welcome"],
    ["the front on a device that is handed a choice", of(), "passport", "document_front"],
    ["behind what is sent", of(["document_front"]), undefined, "details"],
    ["at the back of a card", of(["document_front"]), "id_card", "document_back"],
    ["the choice when the front is missing and no kind is known", of(["details"]), undefined, "choose"],
    ["the front when the kind is known", of(["details"]), "passport", "document_front"],
    ["the consent when it is missing", of(["document_front"], asking), undefined, "consent"],
    ["what failed", of(["document_front"], plan("face")), undefined, "face"],
    ["nothing when all is sent", of(["document_front", "details", "face"]), undefined, undefined],
  ])("%s", (_, c, kind, want) => expect(resume(c, stepsOf(c, kind), kind)).toBe(want));
});

describe("after", () => {
  it.each<[string, Case, Step, string | undefined, string | undefined]>([
    ["the welcome: the choice", of(), "welcome", undefined, "choose"],
    ["the choice: the front", of(), "choose", "id_card", "document_front"],
    ["a front: over what is sent", of(["document_front", "details"]), "document_front", "passport", "face"],
    ["the last: back to what is missing", of(["face"]), "face", "passport", "document_front"],
    ["all sent", of(["document_front", "details", "face"]), "face", "passport", undefined],
    ["the consent that was given: the choice", of(), "consent", undefined, "choose"],
    ["the consent in a plan: what failed", of([], plan("face")), "consent", undefined, "face"],
    ["a plan's first item: its second", of(["details"], plan("details", "face")), "details", undefined, "face"],
  ])("%s", (_, c, step, kind, want) => expect(after(c, step, kind)).toBe(want));
});

it("counts a document as one part, whatever its kind", () => {
  for (const kind of [undefined, "passport", "id_card"]) {
    expect(partOf(of(), "choose", kind)).toEqual({ n: 1, all: 3 });
    expect(partOf(of(), "details", kind)).toEqual({ n: 2, all: 3 });
  }
  expect(partOf(of(), "document_back", "id_card")).toEqual({ n: 1, all: 3 });
  expect(partOf(of(), "welcome")).toBeUndefined();
  expect(partOf(of([], plan("details")), "details")).toBeUndefined();
});

it("wants what is required first and then what the plan asks for", () => {
  expect(wanted(of())).toEqual(["document_front", "details", "face"]);
  expect(wanted(of([], plan("document_back")))).toEqual(["document_back"]);
});

it.each(["processing", "in_review", "approved", "declined", "expired", "erased"] as const)("wants nothing when %s", (state) =>
  expect(wanted(of([], { state }))).toEqual([]),
);
