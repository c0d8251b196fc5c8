// What is looked at again: a decision made without a person, judged by one who is not
// told how; and a live face, frame by frame.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { come, judge, look, openCase, settled, tail } from "./desk";
import { type Link, Place, type Visit } from "./harness";

let place: Place;
let demo: string;
afterEach(() => place?.close());

// begin opens a place whose policy differs, and lets a senior person in.
async function begin(...changes: [string, string][]): Promise<Visit> {
  place = await Place.open((policy) =>
    changes.reduce((text, [from, to]) => {
      const next = text.replace(from, to);
      if (next === text) throw new Error(`the policy has no ${from}`);
      return next;
    }, policy),
  );
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
  return come(place, place.invite("Sue", "senior"));
}

const api = (link: Link, method: string, path: string, body: BodyInit) =>
  fetch(`${place.base}/v1/cases/${link.id}/${path}`, {
    method, body, headers: { Authorization: `Bearer ${link.token}`, "Content-Type": typeof body === "string" ? "application/json" : "image/jpeg" },
  });

describe("a second look", () => {
  it("is blind, and counts how often people agree", async () => {
    const v = await begin(["sample: 0 ", "sample: 1 "]);
    const { page } = v;
    const links: Link[] = [];
    for (const account of ["agreed", "not agreed"]) {
      const link = await place.newCase({ external_id: account });
      await place.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
      await place.send(link, "details", readFileSync(join(demo, "details.json"), "utf8"));
      await place.send(link, "face", readFileSync(join(demo, "selfie.jpg")));
      expect(await settled(place, link)).toBe("approved");
      links.push(link);
    }
    await page.reload();
    await page.getByRole("row", { name: new RegExp(tail(links[0]!)) }).getByText("Second look, not knowing the first").waitFor();
    await openCase(v, links[0]!);
    // Nothing on the screen tells how it was decided.
    await page.getByText("second look, not knowing the first").waitFor();
    for (const room of ["Found", "Notes", "Audit log", "Before"]) expect(await page.getByRole("region", { name: room }).count(), room).toBe(0);
    expect(await page.locator("main").textContent()).not.toContain("approved");
    await page.getByRole("img", { name: /straightened/ }).waitFor();
    await look(v, "62-console-blind");
    await page.getByRole("link", { name: "Both sides" }).click();
    await page.getByText("A second look does not know the other accounts.").waitFor();
    for (const [link, agrees] of [[links[0]!, true], [links[1]!, false]] as const) {
      await openCase(v, link);
      await page.getByRole("button", { name: "Take the case" }).click();
      await judge(v, "1. Front of the document", agrees ? "Passed" : "Refuse");
      if (!agrees) await page.getByRole("group", { name: "1. Front of the document" }).getByLabel("Why").selectOption("document.edited");
      await judge(v, "2. Your details", "Passed");
      await judge(v, "3. Your face", "Passed");
      await page.getByRole("button", { name: agrees ? "Approve…" : "Refuse…" }).click();
      await page.getByRole("dialog").getByRole("button", { name: agrees ? "Approve" : "Refuse" }).click();
      await page.getByRole("heading", { name: "Queue" }).waitFor();
      expect((await place.readCase(link)).state).toBe(agrees ? "approved" : "in_review");
    }
    // Where the two differ, the case waits, handed up.
    await page.getByRole("row", { name: new RegExp(tail(links[1]!)) }).getByText("handed up").waitFor();
    await page.getByRole("link", { name: "Figures" }).click();
    await page.getByRole("region", { name: "Shares" }).getByText("1 of 2").waitFor();
    expect(v.wrong.filter((w) => !w.includes("Failed to load"))).toEqual([]);
  }, 240_000);
});

describe("a live face", () => {
  it("is on a timeline, and each frame that is looked at is recorded", async () => {
    const v = await begin(["capture: still", "capture: sequence"]);
    const { page } = v;
    const link = await place.newCase({ external_id: "live" });
    await place.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
    await place.send(link, "details", readFileSync(join(demo, "details.json"), "utf8"));
    const drawn = (await (await api(link, "POST", "challenges", '{"without_colours":true}')).json()) as { id: string };
    const frames = Array.from({ length: 14 }, (_, k) => 200 * k);
    for (const ms of frames) expect((await api(link, "PUT", `challenges/${drawn.id}/frames/${ms}`, new Uint8Array(readFileSync(join(demo, "selfie.jpg"))))).ok).toBe(true);
    const told = await api(link, "POST", `challenges/${drawn.id}/complete`, JSON.stringify({ frames, device: {} }));
    expect(told.ok, await told.text()).toBe(true);
    await settled(place, link);
    await place.askHelp(link);
    await openCase(v, link);
    const live = page.getByRole("region", { name: "Live face" });
    await live.getByRole("img", { name: "14 frames in 2.6 seconds, 0 movements" }).waitFor();
    await live.getByRole("button", { name: /^Look at \d+ frames$/ }).click();
    await live.getByRole("img", { name: "Frame at 0.4 seconds" }).waitFor();
    // The portrait stands beside the frame by which the face is compared.
    await page.getByRole("region", { name: "Faces" }).getByRole("img", { name: "Face of the applicant" }).waitFor();
    await look(v, "63-console-live");
    const seen = await live.locator(".frames li").count();
    await page.reload();
    await page.getByText(/Audit log, \d+ records/).click();
    // Each frame, the one beside the portrait included, and the photo of the document.
    expect(await page.getByText(/view evidence Face by Sue/).count()).toBeGreaterThanOrEqual(seen + 1);
    expect(v.wrong.filter((w) => !w.includes("Failed to load"))).toEqual([]);
  }, 240_000);
});
