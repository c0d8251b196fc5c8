// The question about biometrics, as people meet it.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place } from "./harness";

const front = "Front of the document";
const face = "Your face";
const question = "May we measure your face?";

let place: Place;
let demo: string;

beforeAll(async () => {
  place = await Place.open((policy) => {
    const asks = policy.replace("consent: not_asked", "consent: required");
    if (asks === policy) throw new Error("the policy has no consent to require");
    return asks;
  });
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
});
afterAll(() => place?.close());

describe("consent", () => {
  it("is asked before anything else, and opens the way", async () => {
    const v = await place.visit((await place.newCase()).url);
    await v.next();
    await v.card(face).getByText(question).waitFor();
    expect(await v.page.locator("input[type=file]").count()).toBe(0);
    expect(await v.look("30-consent")).toEqual([]);
    // Walking past it is no answer.
    await v.page.reload();
    await v.card(face).getByRole("button", { name: "Yes, I agree" }).click();
    await v.choice("passport").click();
    await v.front(join(demo, "passport.jpg"));
    await v.card("Your details").waitFor();
    await v.page.getByText("Step 2 of 3").waitFor();
    expect(v.wrong).toEqual([]);
  });

  it("can be declined, and the face is not asked for any more", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url);
    await v.next();
    await v.card(face).getByRole("button", { name: "No, without my face" }).click();
    await v.page.getByText(question).waitFor({ state: "detached" });
    await v.choice("passport").click();
    await v.card(front).waitFor();
    await v.page.getByText("Step 1 of 2").waitFor();
    expect((await place.readCase(link)).state).toBe("open");
    expect(v.wrong).toEqual([]);
  });

  it("is asked in the person's own language, from right to left too", async () => {
    const v = await place.visit((await place.newCase({ locale: "ar" })).url);
    await v.next();
    await v.page.getByText("هل تسمح لنا بقياس وجهك؟").waitFor();
    expect(await v.look("31-consent-ar")).toEqual([]);
  });
});
