// The console in a real browser: people come in with passkeys (Chromium's own
// virtual authenticator), and every role does what it may and is refused the rest.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { come, judge, look, openCase, settled, tail } from "./desk";
import { type Link, Place, type Visit } from "./harness";

let place: Place;
let demo: string;
let details: Record<string, string>;
const people: Record<string, Visit> = {};

beforeAll(async () => {
  place = await Place.open((policy) => {
    const two = policy.replace("four_eyes: [] ", "four_eyes: [declined] ");
    if (two === policy) throw new Error("the policy has no four_eyes to set");
    return two;
  });
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
  details = JSON.parse(readFileSync(join(demo, "details.json"), "utf8")) as Record<string, string>;
}, 180_000);
afterAll(() => place?.close());

// helped is a case of one applicant that waits for a person: with a typing error,
// and help asked for.
async function helped(account: string, locale = "de"): Promise<Link> {
  const link = await place.newCase({ external_id: account, locale });
  await place.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
  await place.send(link, "details", JSON.stringify({ ...details, surname: `${details.surname?.slice(0, -1)}x` }));
  await place.send(link, "face", readFileSync(join(demo, "selfie.jpg")));
  await settled(place, link);
  await place.askHelp(link);
  return link;
}

describe("the console", () => {
  it("lets the first administrator in, who invites the others", async () => {
    const v = await place.visit(`${place.base.replace("127.0.0.1", "localhost")}/console/`, { desk: true });
    await v.page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
    await look(v, "50-console-sign-in");
    expect(v.wrong).toEqual([]);

    const admin = await come(place, place.invite("Ada", "administrator"));
    people.administrator = admin;
    for (const [name, role] of [["Rev", "reviewer"], ["Rob", "reviewer"], ["Sue", "senior"], ["Cleo", "compliance"], ["Aud", "auditor"]] as const) {
      await admin.page.getByLabel("Name").fill(name);
      await admin.page.locator("form select").selectOption(role);
      await admin.page.getByRole("button", { name: "Invite", exact: true }).click();
      await admin.page.getByText(`Hand this link to ${name}`).waitFor();
      const link = await admin.page.getByRole("status").locator(".letters").textContent();
      people[people[role] ? "second" : role] = await come(place, link ?? "");
    }
    await admin.page.reload();
    await admin.page.getByRole("rowheader", { name: "Aud" }).waitFor();
    await look(admin, "51-console-people");
    // An invitation works once.
    const again = await place.visit(place.invite("Gone", "reviewer").replace(/.{4}$/, "AAAA"), { desk: true, failures: true });
    await again.page.getByRole("alert").getByText("invitation").waitFor();
  }, 240_000);

  it("refuses every role what is not theirs, in words", async () => {
    const table: Record<string, string> = {
      reviewer: "queue case take preview decide notes escalate",
      senior: "queue case take preview decide confirm notes escalate assign colleagues figures csv",
      compliance: "queue case take preview decide confirm notes escalate assign colleagues figures csv audit",
      auditor: "queue case figures csv audit",
      administrator: "figures operators invite role",
    };
    const calls: Record<string, [string, string]> = {
      queue: ["GET", "queue"], case: ["GET", "cases/x"], take: ["POST", "cases/x/take"], preview: ["POST", "cases/x/preview"], decide: ["POST", "cases/x/decide"],
      confirm: ["POST", "cases/x/confirm"], notes: ["POST", "cases/x/notes"], escalate: ["POST", "cases/x/escalate"], assign: ["POST", "cases/x/assign"],
      colleagues: ["GET", "colleagues"], figures: ["GET", "figures"], csv: ["GET", "figures.csv"], audit: ["POST", "audit/verify"], operators: ["GET", "operators"],
      invite: ["POST", "operators/x/invite"], role: ["POST", "operators/x/role"],
    };
    for (const [role, may] of Object.entries(table)) {
      const got = await people[role]!.page.evaluate(async (all) => {
        const out: Record<string, [number, string]> = {};
        for (const [name, [method, path]] of Object.entries(all)) {
          const body = method === "POST" ? { body: "{}", headers: { "Content-Type": "application/json" } } : {};
          const answer = await fetch(`/console/api/${path}`, { method, ...body });
          out[name] = [answer.status, await answer.text()];
        }
        return out;
      }, calls);
      for (const [name, [status, text]] of Object.entries(got)) {
        if (may.split(" ").includes(name)) expect([401, 403, 500], `${role} ${name}: ${text}`).not.toContain(status);
        else {
          expect(status, `${role} ${name}`).toBe(403);
          expect(text).toContain("These roles may");
        }
      }
      // What is not theirs is not offered either.
      const nav = await people[role]!.page.getByRole("navigation").getByRole("link").allTextContents();
      expect(nav.includes("People")).toBe(role === "administrator");
      expect(nav.includes("Queue")).toBe(role !== "administrator");
    }
  }, 120_000);

  it("shows a case on one screen, and decides it by keyboard alone", async () => {
    const link = await helped("by keyboard");
    const v = people.reviewer!;
    const { page } = v;
    await page.goto(`${new URL(page.url()).origin}/console/#/queue`);
    await page.reload();
    await page.getByRole("link", { name: tail(link) }).waitFor();
    await look(v, "52-console-queue");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `Case ${tail(link)}` }).waitFor();
    await page.getByRole("img", { name: "Portrait of the document" }).waitFor();
    await page.getByText("Of strangers, fewer than 1 in 1,000").waitFor();
    expect(await page.locator(".fields mark").count()).toBeGreaterThan(0);
    for (const key of ["+", "+", "r", "b", "m", "m", "R", "-", "B"]) await page.keyboard.press(key);
    expect(await page.locator(".viewer svg[width]").first().getAttribute("width")).toBe("140%");
    await page.keyboard.press("0");
    await page.keyboard.press("t");
    await page.getByRole("button", { name: "Give it back" }).waitFor();
    await look(v, "53-console-case");
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    const items = await page.locator("fieldset.item").count();
    expect(items).toBe(3);
    for (let k = 1; k <= items; k++) {
      await page.keyboard.press(String(k));
      await page.keyboard.press("p");
    }
    await page.keyboard.press("d");
    await page.getByRole("dialog", { name: "What the applicant will read" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Queue" }).waitFor();
    expect((await place.readCase(link)).state).toBe("approved");
  }, 240_000);

  it("asks again for one item, in the applicant's language, which alone is sent", async () => {
    const link = await helped("one item");
    const v = people.reviewer!;
    await openCase(v, link);
    await v.page.getByRole("button", { name: "Take the case" }).click();
    // Two people do not decide the same case.
    const other = people.second!;
    await openCase(other, link);
    await other.page.getByText("Rev has this case open").waitFor();
    await other.page.getByRole("button", { name: "Take the case" }).click();
    await other.page.getByRole("alert").getByText("A colleague has this case open").waitFor();

    await judge(v, "1. Front of the document", "Passed");
    await judge(v, "2. Your details", "Ask again");
    await v.page.getByRole("group", { name: "2. Your details" }).getByLabel("Why").selectOption("details.name_mismatch");
    await v.page.getByRole("group", { name: "2. Your details" }).getByLabel("Field").selectOption("surname");
    await judge(v, "3. Your face", "Passed");
    await v.page.getByRole("button", { name: "Ask again…" }).click();
    const letter = v.page.getByRole("dialog", { name: "What the applicant will read" });
    await letter.locator('.letter[lang="de"]').waitFor();
    await look(v, "54-console-letter");
    await letter.getByRole("button", { name: "Ask again" }).click();
    await v.page.getByRole("heading", { name: "Queue" }).waitFor();
    expect((await place.readCase(link)).state).toBe("action_required");
    await expect(place.send(link, "face", readFileSync(join(demo, "selfie.jpg")))).rejects.toThrow("409");
    await place.send(link, "details", JSON.stringify({ surname: details.surname }));
    expect(["approved", "in_review"]).toContain(await settled(place, link)); // the demonstration's document verifies one account
  }, 240_000);

  it("wants a second person for a refusal, hands up, assigns and notes", async () => {
    const link = await helped("refused");
    const v = people.reviewer!;
    await openCase(v, link);
    await v.page.getByLabel("For colleagues").fill("The portrait was pasted in.");
    await v.page.getByRole("button", { name: "Keep the note" }).click();
    await v.page.locator("blockquote").getByText("pasted in").waitFor();
    await v.page.getByRole("button", { name: "Take the case" }).click();
    await judge(v, "1. Front of the document", "Refuse");
    await v.page.getByRole("group", { name: "1. Front of the document" }).getByLabel("Why").selectOption("document.edited");
    await judge(v, "2. Your details", "Passed");
    await judge(v, "3. Your face", "Passed");
    await v.page.getByRole("button", { name: "Refuse, for a second person to confirm…" }).click();
    await v.page.getByRole("button", { name: "Propose it" }).click();
    await v.page.getByRole("heading", { name: "Queue" }).waitFor();
    expect((await place.readCase(link)).state).toBe("in_review");
    await openCase(v, link);
    await v.page.getByText("A second person must confirm it.").waitFor();

    const senior = people.senior!;
    await openCase(senior, link);
    await senior.page.getByText("Rev proposes: declined").waitFor();
    await senior.page.getByLabel("Give it to").selectOption({ label: "Sue, senior" });
    await senior.page.getByText(", with Sue").waitFor();
    await senior.page.getByRole("button", { name: "Hand up" }).click();
    await senior.page.getByRole("heading", { name: "Queue" }).waitFor();
    await openCase(v, link);
    await v.page.getByText("This case was handed up.").waitFor();
    await openCase(senior, link);
    await senior.page.getByRole("button", { name: "Take the case" }).click();
    await look(senior, "55-console-confirm");
    await senior.page.getByRole("button", { name: "Confirm" }).click();
    await senior.page.getByRole("heading", { name: "Queue" }).waitFor();
    expect((await place.readCase(link)).state).toBe("declined");
  }, 240_000);

  it("lets an auditor see everything and change nothing", async () => {
    const link = await helped("audited");
    const v = people.auditor!;
    await openCase(v, link);
    await v.page.getByText("As auditor you see the case and change nothing.").waitFor();
    expect(await v.page.getByRole("button", { name: /Take|Hand up|Keep the note/ }).count()).toBe(0);
    await v.page.getByText(/Audit log, \d+ records/).click();
    await v.page.getByText("view case by Aud").first().waitFor();
    await v.page.reload();
    await v.page.getByRole("region", { name: "Evidence" }).waitFor();
    await v.page.getByText(/Audit log, \d+ records/).click();
    await v.page.getByText("view evidence Face by Aud").first().waitFor();
    await v.page.getByRole("link", { name: "Audit log" }).click();
    await v.page.getByRole("button", { name: "Check it now" }).click();
    await v.page.getByText(/All \d+ records hold/).waitFor();
    await look(v, "56-console-audit");
  }, 240_000);

  it("counts what happened and exports it", async () => {
    const v = people.compliance!;
    await v.page.getByRole("link", { name: "Figures" }).click();
    await v.page.getByRole("region", { name: "Why checks did not approve" }).getByRole("rowheader", { name: "details: name mismatch" }).waitFor();
    await v.page.getByRole("region", { name: "By country of the document" }).getByRole("rowheader", { name: "UTO" }).waitFor();
    await look(v, "57-console-figures");
    const saved = v.page.waitForEvent("download");
    await v.page.getByRole("link", { name: "Export as CSV" }).click();
    const text = readFileSync(await (await saved).path(), "utf8");
    expect(text).toMatch(/^figure,group,reason,value,of,low,high\n/);
    expect(text).toMatch(/second_person_agreed,,,1,1,/);
  }, 120_000);

  it("closes an account at once, and says what went wrong", async () => {
    const admin = people.administrator!;
    await admin.page.reload();
    await admin.page.getByRole("button", { name: "Close the account of Rob" }).click();
    await admin.page.getByRole("row", { name: /Rob/ }).getByText("account closed").waitFor();
    await people.second!.page.goto(`${new URL(people.second!.page.url()).origin}/console/#/queue`);
    await people.second!.page.reload();
    await people.second!.page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await people.second!.page.getByRole("alert").getByText("passkey").waitFor();
    await admin.page.getByRole("button", { name: "Close the account of Ada" }).click();
    await admin.page.getByRole("alert").getByText("the last administrator").waitFor();
    for (const v of Object.values(people)) expect(v.wrong.filter((w) => !w.includes("Failed to load"))).toEqual([]);
  }, 120_000);
});
