import { describe, expect, it } from "vitest";
import { pieces, readPieces } from "./diff";

const d = (kind: string, at: number, a: string, b: string) => ({ kind, at, a, b });

describe("pieces", () => {
  it("marks a space too many", () => {
    expect(pieces("ANNA  MARIA", [d("extra_space", 5, " ", "")])).toEqual([
      { text: "ANNA " },
      { text: " ", kind: "extra_space" },
      { text: "MARIA" },
    ]);
  });
  it("marks where something is missing", () => {
    expect(pieces("ANNAMARIA", [d("missing_space", 4, "", " ")])).toEqual([
      { text: "ANNA" },
      { text: "", kind: "missing_space" },
      { text: "MARIA" },
    ]);
  });
  it("counts characters, not code units", () => {
    expect(pieces("😀O7", [d("confusable", 1, "O", "0")])).toEqual([
      { text: "😀" },
      { text: "O", kind: "confusable" },
      { text: "7" },
    ]);
  });
  it("never loses or invents a letter", () => {
    for (const ds of [[d("x", 9, "zz", "")], [d("x", 0, "AB", "C"), d("y", 1, "B", "D")], []]) {
      expect(pieces("ABC", ds).map((p) => p.text).join("")).toBe("ABC");
    }
  });
});

describe("readPieces", () => {
  it("marks the same place, in spite of accents", () => {
    expect(readPieces("TO MÁŠ", "TOMAS", [d("extra_space", 2, " ", "")])).toEqual([{ text: "TO" }, { text: "", kind: "extra_space" }, { text: "MAS" }]);
    expect(readPieces("X73O0", "X7300", [d("confusable", 3, "O", "0")])).toEqual([{ text: "X73" }, { text: "0", kind: "confusable" }, { text: "0" }]);
  });
  it("marks nothing rather than something wrong", () => {
    expect(readPieces("ANNA MARIA", "MARIA ANNA", [d("order", 0, "ANNA", "MARIA")])).toEqual([{ text: "MARIA ANNA" }]);
    expect(readPieces("MUELLER", "MÜLLER", [])).toEqual([{ text: "MÜLLER" }]);
    expect(readPieces("AB", "ABC", [])).toEqual([{ text: "ABC" }]);
  });
});
