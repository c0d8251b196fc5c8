import { describe, expect, it } from "vitest";
import type { Said } from "../embed/v1";
import { Around } from "./around";

function framed(allowed: readonly string[]) {
  let heard: (e: MessageEvent) => void = () => undefined;
  const parent = {};
  const said: [Said, string][] = [];
  const around = new Around({ parent, addEventListener: (_, h) => (heard = h) }, () => allowed, (s, origin) => said.push([s, origin]));
  const hello = (origin: string, source: unknown = parent, data: unknown = { bonafide: "hello" }) => heard({ origin, source, data } as MessageEvent);
  return { around, said, hello };
}

describe("around", () => {
  it("says nothing to whom nobody listed, nor to another frame, nor without a hello", () => {
    const { around, said, hello } = framed(["https://shop.example"]);
    around.say({ type: "ready" });
    hello("https://evil.example");
    hello("https://shop.example.evil.example");
    hello("null");
    hello("https://shop.example", {});
    hello("https://shop.example", undefined, { bonafide: 1 });
    for (const data of ["hello", null, 7]) hello("https://shop.example", undefined, data);
    around.say({ type: "step", step: "welcome" });
    expect(said).toEqual([]);
    expect(around.heard).toBe(false);
  });
  it("says to who is listed what was to be said, in order, and heights once", () => {
    const { around, said, hello } = framed(["https://shop.example"]);
    for (const height of [1, 2, 3]) around.say({ type: "resize", height });
    around.say({ type: "ready" });
    hello("https://shop.example");
    around.say({ type: "done", case: "case_1" });
    expect(said).toEqual([{ type: "resize", height: 3 }, { type: "ready" }, { type: "done", case: "case_1" }].map((s) => [s, "https://shop.example"]));
  });
  it("is silent where there is nothing around it", () => {
    const own = { parent: undefined as unknown, addEventListener: () => expect.unreachable() };
    own.parent = own;
    const around = new Around(own, () => ["https://shop.example"], () => expect.unreachable());
    around.say({ type: "ready" });
    expect(around.framed).toBe(false);
  });
});
