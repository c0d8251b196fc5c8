// "It was not me" in the console: a report waits by its own reason, both sides are on
// one screen, and what is decided of them is recorded.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { come, look, settled, tail } from "./desk";
import { type Link, Place, type Visit } from "./harness";

let place: Place;
let demo: string;
const people: Record<string, Visit> = {};

beforeAll(async () => {
  place = await Place.open((policy) => policy.replace("several_accounts: true", "several_accounts: false"));
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
  for (const role of ["reviewer", "senior", "auditor"]) people[role] = await come(place, place.invite(role === "senior" ? "Sue" : role === "reviewer" ? "Rev" : "Aud", role));
}, 240_000);
afterAll(() => place?.close());

// sent is a case of an account with the demonstration's document.
async function sent(account: string): Promise<Link> {
  const link = await place.newCase({ external_id: account });
  await place.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
  await place.send(link, "details", readFileSync(join(demo, "details.json"), "utf8"));
  await place.send(link, "face", readFileSync(join(demo, "selfie.jpg")));
  return link;
}

async function queue(v: Visit): Promise<void> {
  await v.page.goto(`${new URL(v.page.url()).origin}/console/#/queue`);
  await v.page.reload();
  await v.page.getByRole("heading", { name: "Queue" }).waitFor();
}

describe("a report", () => {
  let old: Link;
  let now: Link;

  it("waits in the queue by its own reason and opens to both sides", async () => {
    old = await sent("the first account");
    expect(await settled(place, old)).toBe("approved");
    now = await sent("the second account");
    expect(await settled(place, now)).toBe("in_review");
    const answer = await fetch(`${place.base}/v1/cases/${now.id}/recovery/reports`, { method: "POST", headers: { Authorization: `Bearer ${now.token}` } });
    expect(answer.status, await answer.text()).toBe(200);

    const v = people.reviewer!;
    await queue(v);
    const row = v.page.getByRole("row", { name: new RegExp(tail(now)) });
    await row.getByText("Somebody says: it was not me").waitFor();
    await row.getByText("in 4 h").waitFor();
    await v.page.getByLabel("Reason").selectOption("uniqueness.theft_reported");
    await row.waitFor();
    await v.page.keyboard.press("j");
    await v.page.keyboard.press("Enter");
    await v.page.getByRole("heading", { name: `Both sides of ${tail(now)}` }).waitFor();
    await v.page.getByText("The applicant of this case reports").waitFor();
    for (const side of ["This case", "The other side"]) {
      const card = v.page.getByRole("region", { name: side });
      await card.getByRole("img", { name: `${side}: portrait of the document` }).waitFor();
      await card.getByRole("img", { name: `${side}: photo of the face` }).waitFor();
      await card.getByText(side === "This case" ? "the second account" : "the first account").waitFor();
    }
    await v.page.getByText("It has the same document").waitFor();
    await v.page.getByRole("region", { name: "How alike the faces are" }).getByRole("row").nth(4).waitFor();
    await v.page.getByRole("region", { name: "What both say" }).getByRole("row", { name: /document number/ }).waitFor();
    await v.page.keyboard.press("t");
    await v.page.getByRole("group", { name: "The report" }).waitFor();
    // Whoever may not take an approval back is told who may, and is refused.
    await v.page.getByText("A senior or compliance colleague can take the approval").waitFor();
    expect(await v.page.getByRole("button", { name: /Suspend|Revoke/ }).count()).toBe(0);
    const status = await v.page.evaluate(
      async (path) => (await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"revoke":true,"reasons":[{"code":"face.mismatch","item":"face"}]}' })).status,
      `/console/api/cases/${now.id}/sides/${old.id}/withdraw`,
    );
    expect(status).toBe(403);
    await look(v, "58-console-sides");
    await v.page.getByRole("button", { name: "Hand up" }).click();
    await v.page.getByRole("heading", { name: "Queue" }).waitFor();
    // What was handed up is not kept from those who decide it.
    await v.page.getByRole("link", { name: tail(now) }).click();
    await v.page.getByText("This case was handed up.").waitFor();
    expect(await v.page.getByRole("button", { name: "Take the case" }).count()).toBe(0);
  }, 240_000);

  it("is decided on both sides and closed, and the record has it", async () => {
    const { page } = people.senior!;
    await queue(people.senior!);
    await page.getByRole("link", { name: tail(now) }).click();
    await page.getByRole("button", { name: "Take the case" }).click();
    const approval = page.getByRole("group", { name: "The approval of the other side" });
    await approval.getByLabel("Why it is taken back").selectOption("face.mismatch");
    await approval.getByRole("button", { name: "Revoke it…" }).click();
    await page.getByRole("dialog", { name: "Revoke the approval" }).waitFor();
    await look(people.senior!, "59-console-revoke");
    await page.getByRole("dialog").getByRole("button", { name: "Back" }).click();
    await approval.getByRole("button", { name: "Suspend it" }).click();
    await page.getByRole("region", { name: "The other side" }).getByText("in review").waitFor();
    expect((await place.readCase(old)).state).toBe("in_review");
    // The case is decided; its report goes on waiting, on the same screen.
    for (const key of ["1", "p", "2", "p", "3", "p", "d"]) await page.keyboard.press(key);
    await page.getByRole("dialog", { name: "What the applicant will read" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("The report of its applicant still waits.").waitFor();
    const report = page.getByRole("group", { name: "The report" });
    await report.getByLabel("Somebody else did use the document").check();
    await report.getByLabel("What shows it").selectOption("face.mismatch");
    await look(people.senior!, "60-console-report");
    await report.getByRole("button", { name: "Close the report" }).click();
    await page.getByRole("heading", { name: "Queue" }).waitFor();
    expect((await place.readCase(now)).state).toBe("approved");
    // The other side waits, and says whose report it is.
    await page.getByRole("link", { name: tail(old) }).waitFor();
    expect(await page.getByRole("link", { name: tail(now) }).count()).toBe(0);

    const auditor = people.auditor!.page;
    await auditor.goto(`${new URL(auditor.url()).origin}/console/#/sides/${old.id}`);
    await auditor.getByText(`The applicant of ${tail(now)}`).waitFor();
    await auditor.getByText("Closed by Sue").waitFor();
    expect(await auditor.getByRole("button", { name: /Take|Suspend|Revoke|Close the report|Hand up/ }).count()).toBe(0);
    await auditor.getByRole("region", { name: "The other side" }).getByRole("link", { name: tail(now) }).click();
    await auditor.getByText(/Audit log, \d+ records/).click();
    for (const said of ["view sides by Rev", "view evidence Face by Rev", "escalate by Rev", "withdraw by Sue", "reviewed by Sue", "report closed by Sue"]) await auditor.getByText(said).first().waitFor();
    for (const v of Object.values(people)) expect(v.wrong.filter((w) => !w.includes("Failed to load"))).toEqual([]);
  }, 240_000);
});
