import { describe, expect, it } from "vitest";
import { pieces } from "./diff";

const d = (kind: string, at: number, a: string, b: string) => ({ kind, at, a, b });

describe("pieces", () => {
  it("marks a space too many", () => {
    expect(pieces("ANNA  MARIA", [d("extra_space", 5, " ", "")])).toEqual([
      { text: "ANNA " },
      { text: " ", kind: "extra_space", instead: "" },
      { text: "MARIA" },
    ]);
  });
  it("marks where something is missing", () => {
    expect(pieces("ANNAMARIA", [d("missing_space", 4, "", " ")])).toEqual([
      { text: "ANNA" },
      { text: "", kind: "missing_space", instead: " " },
      { text: "MARIA" },
    ]);
  });
  it("counts characters, not code units", () => {
    expect(pieces("😀O7", [d("confusable", 1, "O", "0")])).toEqual([
      { text: "😀" },
      { text: "O", kind: "confusable", instead: "0" },
      { text: "7" },
    ]);
  });
  it("never loses or invents a letter", () => {
    for (const ds of [[d("x", 9, "zz", "")], [d("x", 0, "AB", "C"), d("y", 1, "B", "D")], []]) {
      expect(pieces("ABC", ds).map((p) => p.text).join("")).toBe("ABC");
    }
  });
});
