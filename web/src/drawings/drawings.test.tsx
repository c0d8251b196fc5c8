import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { drawings } from "./drawings";
import { markup } from "./markup";

const codes = readFileSync("../internal/kyc/testdata/codes.txt", "utf8").trim().split(/\s+/);

it("has a drawing for every reason that can be given, and for nothing else", () => expect(Object.keys(drawings).sort()).toEqual([...codes].sort()));

// What somebody can mend shows how it looks then.
it.each(codes.filter((c) => /^(document|details|face|liveness)\./.test(c)))("%s does not look right when it is wrong", (code) => {
  const d = drawings[code]!;
  const wrong = markup(d.wrong);
  expect(wrong).toMatch(/^<(rect|g|svg)/);
  if (d.right) expect(markup(d.right)).not.toBe(wrong);
});
