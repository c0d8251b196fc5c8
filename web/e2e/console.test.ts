// The console in a real browser: people come in with passkeys (Chromium's own
// virtual authenticator), and every role does what it may and is refused the rest.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
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

  // Every action: who may, the call behind it, and the control by which a screen offers
  // it. {case} is one that waits.
  const actions: { name: string; may: string; call: [string, string]; control?: (page: Page) => Locator }[] = [
    { name: "see the queue", may: "reviewer senior compliance auditor", call: ["GET", "queue"], control: (p) => nav(p, "Queue") },
    { name: "count the queue", may: "reviewer senior compliance auditor", call: ["GET", "queue/counts"] },
    { name: "open a case", may: "reviewer senior compliance auditor", call: ["GET", "cases/{case}"], control: (p) => p.getByRole("region", { name: "Evidence" }) },
    { name: "see its other side", may: "reviewer senior compliance auditor", call: ["GET", "cases/{case}/sides"], control: (p) => p.getByRole("link", { name: "Both sides" }) },
    { name: "read its record", may: "reviewer senior compliance auditor", call: ["GET", "cases/{case}/audit?before=9"], control: (p) => p.getByText(/Audit log, \d+ records/) },
    { name: "take", may: "reviewer senior compliance", call: ["POST", "cases/{case}/take"], control: (p) => p.getByRole("button", { name: "Take the case" }) },
    { name: "give back", may: "reviewer senior compliance", call: ["POST", "cases/{case}/release"] },
    { name: "preview", may: "reviewer senior compliance", call: ["POST", "cases/{case}/preview"] },
    { name: "decide", may: "reviewer senior compliance", call: ["POST", "cases/{case}/decide"] },
    { name: "close a report", may: "reviewer senior compliance", call: ["POST", "cases/{case}/report/close"] },
    { name: "note", may: "reviewer senior compliance", call: ["POST", "cases/{case}/notes"], control: (p) => p.getByRole("button", { name: "Keep the note" }) },
    { name: "hand up", may: "reviewer senior compliance", call: ["POST", "cases/{case}/escalate"], control: (p) => p.getByRole("button", { name: "Hand up" }) },
    { name: "assign", may: "senior compliance", call: ["POST", "cases/{case}/assign"], control: (p) => p.getByLabel("Give it to") },
    { name: "list colleagues", may: "senior compliance", call: ["GET", "colleagues"] },
    { name: "confirm", may: "senior compliance", call: ["POST", "cases/{case}/confirm"] },
    { name: "take an approval back", may: "senior compliance", call: ["POST", "cases/{case}/sides/x/withdraw"] },
    { name: "see figures", may: "senior compliance auditor administrator", call: ["GET", "figures"], control: (p) => nav(p, "Figures") },
    { name: "export figures", may: "senior compliance auditor", call: ["GET", "figures.csv"] },
    { name: "check the audit log", may: "compliance auditor", call: ["POST", "audit/verify"], control: (p) => nav(p, "Audit log") },
    { name: "see whose way in is new", may: "compliance auditor", call: ["GET", "audit/ways-in"] },
    { name: "list people", may: "administrator", call: ["GET", "operators"], control: (p) => nav(p, "People") },
    { name: "invite", may: "administrator", call: ["POST", "operators"] },
    { name: "invite again", may: "administrator", call: ["POST", "operators/x/invite"] },
    { name: "change a role", may: "administrator", call: ["POST", "operators/x/role"] },
    { name: "close an account", may: "administrator", call: ["POST", "operators/x/disable"] },
  ];
  const nav = (p: Page, name: string) => p.getByRole("navigation").getByRole("link", { name });
  const to = async (v: Visit, screen: string) => {
    await v.page.goto(`${new URL(v.page.url()).origin}/console/#/${screen}`);
    await v.page.reload();
    await v.page.getByRole("button", { name: "Sign out" }).waitFor();
  };

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

  it("offers every role what it may, and refuses it the rest, in words", async () => {
    const waits = await helped("who may what");
    for (const role of ["reviewer", "senior", "compliance", "auditor", "administrator"]) {
      const v = people[role]!;
      if (role === "administrator") {
        await to(v, `case/${waits.id}`);
        await v.page.getByRole("alert").getByText("As administrator you may not do this").waitFor();
      } else {
        await openCase(v, waits);
        await v.page.getByText(/Audit log, \d+ records/).waitFor();
        if (role === "senior" || role === "compliance") await v.page.getByLabel("Give it to").waitFor();
      }
      const got = await v.page.evaluate(
        async (all) => {
          const out: [number, string][] = [];
          for (const [method, path] of all) {
            const body = method === "POST" ? { body: "{}", headers: { "Content-Type": "application/json" } } : {};
            const answer = await fetch(`/console/api/${path}`, { method, ...body });
            out.push([answer.status, await answer.text()]);
          }
          return out;
        },
        // Those that one may are done below, by the page; asked here of a case that is not.
        actions.map((a): [string, string] => [a.call[0], a.call[1].replace("{case}", a.may.split(" ").includes(role) ? "case_none" : waits.id)]),
      );
      for (const [k, a] of actions.entries()) {
        const may = a.may.split(" ").includes(role);
        const [status, text] = got[k]!;
        if (may) expect([401, 403, 500], `${role}: ${a.name}: ${text}`).not.toContain(status);
        else {
          expect(status, `${role}: ${a.name}`).toBe(403);
          expect(text, `${role}: ${a.name}`).toContain("These roles may");
        }
        if (a.control) expect(await a.control(v.page).count(), `${role}: ${a.name}`).toBe(may ? 1 : 0);
      }
    }
    expect((await place.readCase(waits)).state).toBe("in_review");
  }, 240_000);

  it("lets each role who decides do all that it may", async () => {
    const proposed: Record<string, Link> = {};
    for (const role of ["reviewer", "senior", "compliance"]) {
      const v = people[role]!;
      const { page } = v;
      const [one, two] = await Promise.all([helped(`${role} decides`), helped(`${role} hands up`)]);
      await openCase(v, one);
      await page.getByRole("button", { name: "Take the case" }).click();
      await page.getByRole("button", { name: "Give it back" }).click();
      await page.getByRole("button", { name: "Take the case" }).click();
      await page.getByLabel("For colleagues").fill(`By a ${role}.`);
      await page.getByRole("button", { name: "Keep the note" }).click();
      await page.locator("blockquote").getByText(`By a ${role}.`).waitFor();
      if (role !== "reviewer") {
        const me = { senior: "Sue", compliance: "Cleo" }[role]!;
        await page.getByLabel("Give it to").selectOption({ label: `${me}, ${role}` });
        await page.getByText(`, with ${me}`).waitFor();
      }
      for (const item of ["1. Front of the document", "2. Your details", "3. Your face"]) await judge(v, item, "Passed");
      await page.getByRole("button", { name: "Approve…" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
      await page.getByRole("heading", { name: "Queue" }).waitFor();
      expect((await place.readCase(one)).state, role).toBe("approved");

      await openCase(v, two);
      await page.getByRole("button", { name: "Hand up" }).click();
      await page.getByRole("heading", { name: "Queue" }).waitFor();
      await openCase(v, two);
      if (role === "reviewer") {
        // It is not theirs any more, by the page and by the call behind it.
        await page.getByText("This case was handed up.").waitFor();
        expect(await page.getByRole("button", { name: "Take the case" }).count()).toBe(0);
        const status = await page.evaluate(
          async (path) => (await fetch(path, { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } })).status,
          `/console/api/cases/${two.id}/take`,
        );
        expect(status).toBe(403);
        continue;
      }
      await page.getByRole("button", { name: "Take the case" }).click();
      await judge(v, "1. Front of the document", "Refuse");
      await page.getByRole("group", { name: "1. Front of the document" }).getByLabel("Why").selectOption("document.edited");
      await judge(v, "2. Your details", "Passed");
      await judge(v, "3. Your face", "Passed");
      await page.getByRole("button", { name: "Refuse, for a second person to confirm…" }).click();
      await page.getByRole("button", { name: "Propose it" }).click();
      await page.getByRole("heading", { name: "Queue" }).waitFor();
      proposed[role] = two;
    }
    // The second person agrees once, and objects once.
    for (const [role, by, act, state] of [["compliance", "senior", "Confirm", "declined"], ["senior", "compliance", "Object", "in_review"]] as const) {
      const { page } = people[role]!;
      await openCase(people[role]!, proposed[by]!);
      await page.getByRole("button", { name: "Take the case" }).click();
      await page.getByRole("button", { name: act }).click();
      if (act === "Confirm") await page.getByRole("heading", { name: "Queue" }).waitFor();
      else await page.getByRole("group", { name: "1. Front of the document" }).waitFor();
      expect((await place.readCase(proposed[by]!)).state).toBe(state);
    }
    for (const role of ["senior", "compliance", "auditor"]) {
      const { page } = people[role]!;
      await nav(page, "Figures").click();
      const saved = page.waitForEvent("download");
      await page.getByRole("link", { name: "Export as CSV" }).click();
      expect(readFileSync(await (await saved).path(), "utf8")).toContain("figure,group");
    }
    for (const role of ["compliance", "auditor"]) {
      const { page } = people[role]!;
      await nav(page, "Audit log").click();
      await page.getByRole("button", { name: "Check it now" }).click();
      await page.getByText(/All \d+ records hold/).waitFor();
    }
    const admin = people.administrator!;
    await to(admin, "figures");
    await admin.page.getByRole("region", { name: "Shares" }).waitFor();
    expect(await admin.page.getByRole("link", { name: "Export as CSV" }).count()).toBe(0);
  }, 300_000);

  it("closes an account at once, and says what went wrong", async () => {
    const admin = people.administrator!;
    await to(admin, "people");
    await admin.page.getByLabel("Role of Rob").selectOption("senior");
    await to(people.second!, "queue");
    await people.second!.page.getByText("Rob, senior").waitFor();
    // A new way in ends the old one, and whoever comes by the old one is told.
    await admin.page.getByRole("button", { name: "New invitation for Rob" }).click();
    await admin.page.getByText("Hand this link to Rob").waitFor();
    await people.second!.page.reload();
    await people.second!.page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await people.second!.page.getByRole("alert").getByText("Your way in was made anew").waitFor();
    const link = (await admin.page.getByRole("status").locator(".letters").textContent()) ?? "";
    people.third = await come(place, link);
    await people.third.page.getByText("Your way in was made anew").waitFor();
    await nav(people.compliance!.page, "Audit log").click();
    await people.compliance!.page.reload();
    await people.compliance!.page.getByText(/Rob, senior: .* by Ada/).waitFor();
    await look(people.compliance!, "61-console-ways-in");
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
