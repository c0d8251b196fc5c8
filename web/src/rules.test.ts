import { describe, expect, it } from "vitest";
import type { Case, Finding, Item } from "./api";
import { elsewhere } from "./app";
import { countries, named } from "./countries";
import { maxBytes, megabytes, unfit } from "./file";

const item = (name: Item["item"], required: boolean): Item => ({ item: name, name, required, status: "missing", attempts: 0 });
const finding = (code: string, of: string, severity: Finding["severity"]): Finding => ({ code, item: of, severity, title: "T", text: "X", fix: "F" });
const kase = (over: Partial<Case>): Case => ({
  id: "case_1", state: "open", title: "", text: "", locale: "en", language: "en", findings: [], updated_at: "2026-01-01T00:00:00Z",
  items: [item("document_front", true), item("document_back", false), item("details", true)], ...over,
});

describe("elsewhere", () => {
  it("leaves out what cards and the page itself say", () => {
    const findings = [finding("face.dark", "face", "retry"), finding("case.cooling_down", "case", "note"), finding("case.our_fault", "case", "review")];
    expect(elsewhere(kase({ findings }), ["face"])).toEqual([{ title: "T", text: "X", fix: "F" }]);
  });
  it("gives no advice that cannot be followed now", () => {
    const findings = [finding("face.mismatch", "face", "retry")];
    expect(elsewhere(kase({ state: "in_review", findings }), [])[0]?.fix).toBe("");
    expect(elsewhere(kase({ state: "processing", findings }), [])).toEqual([]);
  });
});

describe("unfit", () => {
  it.each([
    [0, "image/jpeg", "empty"],
    [maxBytes, "image/jpeg", undefined],
    [maxBytes + 1, "image/jpeg", "too_large"],
    [1, "application/pdf", "no_photo"],
    [1, "image/gif", "no_photo"],
    [1, "image/heic", undefined],
    [1, "", undefined],
    [1, "application/octet-stream", undefined],
  ] as const)("%i bytes of %s", (size, type, want) => expect(unfit({ size, type })).toBe(want));
  it("writes sizes for people", () => expect([31.25 * 1024 * 1024, maxBytes + 1].map((n) => megabytes(n, "de"))).toEqual(["31,3 MB", "20,1 MB"]));
});

describe("countries", () => {
  it("has each once, with a name", () => {
    const all = countries("en");
    expect(all.length).toBe(250);
    expect(new Set(all.map((c) => c.code)).size).toBe(all.length);
    expect(all.filter((c) => c.name === c.code)).toEqual([]);
  });
  it.each([["FRA", "France"], ["fr", "France"], ["UTO", "UTO"], ["XKK", "Kosovo"], ["", ""]])("names %s", (code, want) =>
    expect(named(code, "en")).toBe(want),
  );
});
