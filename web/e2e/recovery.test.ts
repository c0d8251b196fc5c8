// A document that is in use already: the way back to the account, and the other ways
// out, with a mail server that keeps what was sent.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { count, load } from "../src/words";
import { load as loadSupport } from "../src/support/words";
import { come, judge, openCase } from "./desk";
import { type Link, Place, type Visit } from "./harness";
import { MailServer } from "./mail";

const say = await loadSupport("en");
const en = await load("en");
// start is a text up to what is filled in.
const start = (text: string) => text.split("{")[0]!.trim();
const inUse = "This document is already in use";
const yours = say.ways.recover.title;
const where = say.address.title;
const look = "Look for a code";

let place: Place;
let post: MailServer;
let anna: string; // the folder of a person
let twin: string; // of one with the same face and other papers


beforeAll(async () => {
  post = await MailServer.open();
  place = await Place.open(
    (policy) => {
      const one = policy.replace("several_accounts: true", "several_accounts: false").replace("codes: 5", "codes: 9").replace("pause: 1m", "pause: 10s");
      if (!one.includes("several_accounts: false") || !one.includes("pause: 10s")) throw new Error("the policy has other rules of recovery");
      return one;
    },
    [],
    { "operator.yaml": "name: Example Exchange\nhelp_centre: https://help.example.org\nemails: [support@example.org]\n" },
    ["--mail-server", post.url, "--mail-from", "Example <no-reply@example.org>"],
  );
  anna = place.specimen("anna", "--seed", "7", "--date", "2026-11-23");
  twin = place.specimen("twin", "--seed", "7", "--date", "2027-06-01"); // another birth, and so other papers
}, 180_000);
afterAll(async () => {
  await place?.close();
  post?.close();
});

// comes leads a person through a case, by the API, and says how it ended.
async function comes(who: string, account: string, papers: "passport" | "card" = "passport", locale = "en"): Promise<Link & { state: string }> {
  const link = await place.newCase({ external_id: account, locale });
  const file = (name: string) => readFileSync(join(who, name));
  if (papers === "card") await place.send(link, "document_back", file("card-back.jpg"));
  await place.send(link, "document_front", file(papers === "card" ? "card-front.jpg" : "passport.jpg"));
  await place.send(link, "details", file(papers === "card" ? "details-card.json" : "details.json").toString());
  await place.send(link, "face", file("selfie.jpg"));
  return { ...link, state: await place.settled(link) };
}

const read = (link: Link) => place.asks<{ applicant: string; state: string }>("GET", `/v1/cases/${link.id}`);
const sixDigits = (text: string) => /\b\d{6}\b/.exec(text)?.[0] ?? "";
const other = (code: string) => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;
const button = (v: Visit, name: string) => v.page.getByRole("button", { name });

// asksFor types an address and comes to the screen for the code.
async function asksFor(v: Visit, address: string) {
  await v.state(where);
  await v.page.getByRole("textbox").fill(address);
  await v.page.locator("button[type=submit][aria-disabled=false]").click();
  await v.state(look);
}

let old: Link;

describe("an account that was forgotten", () => {
  it("is recovered: address, code, face", async () => {
    old = await comes(anna, "the old account");
    expect((await read(old)).state).toBe("approved");
    await place.asks("PUT", `/v1/applicants/${(await read(old)).applicant}/contacts`, { contacts: ["anna@example.org"] });
    const now = await comes(anna, "a new account");
    expect(now.state).toBe("in_review");

    const v = await place.visit(now.url);
    await v.state(inUse);
    await v.page.getByText("Most often that is an earlier account of yours.").waitFor();
    await v.page.locator(".never p").first().waitFor();
    expect(await v.look("60-in-use")).toEqual([]);
    await button(v, yours).click();
    await v.state(where);
    expect(await v.focused(where)).toBe(true);
    await button(v, say.address.send).click();
    await v.page.getByText(say.address.invalidEmail).waitFor();
    expect(await v.look("61-address")).toEqual([]);

    // A wrong address: no mail, and the same screen.
    await asksFor(v, "nobody@example.org");
    const plain = async () => (await v.page.locator(".screen").innerText()).replace(/\d:\d\d/g, "0:00").split("\n").filter((line) => !line.includes("@")).join("\n");
    await v.page.getByText(start(say.code.next)).waitFor();
    const nobodys = await plain();
    await v.page.getByLabel(say.code.label).fill("123456");
    await button(v, say.code.check).click();
    await v.page.getByText("That is another code").waitFor();
    await v.page.getByText(count(en, say.code.tries, 4, "en")).waitFor();
    const wrong = await plain();
    expect(await v.look("62-wrong-code")).toEqual([]);

    // The right one, after the pause.
    await v.page.getByText(say.code.now).waitFor();
    await button(v, say.code.other).click();
    await asksFor(v, "Anna@Example.org");
    await v.page.getByText(start(say.code.next)).waitFor();
    expect(await plain()).toBe(nobodys);
    const mail = await post.next(1);
    expect([mail.to, post.mails.length]).toEqual(["anna@example.org", 1]);
    const code = sixDigits(mail.text);
    await v.page.getByLabel(say.code.label).fill(other(code));
    await button(v, say.code.check).click();
    await v.page.getByText("That is another code").waitFor();
    await v.page.getByText(count(en, say.code.tries, 4, "en")).waitFor();
    expect(await plain()).toBe(wrong);
    expect(await v.look("63-code")).toEqual([]);
    await v.page.getByLabel(say.code.label).fill(code);
    await v.page.keyboard.press("Enter");
    await v.state("Now show your face");
    expect(await v.focused("Now show your face")).toBe(true);
    expect(await v.look("64-face-next")).toEqual([]);

    // In the same tab, on a case of the old account that asks for a face alone.
    await button(v, "Continue").click();
    await v.state("Before you start");
    await button(v, "Continue").click();
    await v.card("Your face").waitFor();
    await v.choose("Your face", join(anna, "selfie.jpg"));
    await v.state("The account is yours");
    await v.page.getByText("It will tell you how to go on.").waitFor();
    expect(await v.look("65-proved")).toEqual([]);
    const told = await place.asks<{ status: string; account: string }>("GET", `/v1/cases/${now.id}/recovery`);
    expect([told.status, told.account]).toEqual(["proved", (await read(old)).applicant]);
    // Whoever goes back finds the same there.
    await v.page.goto(now.url);
    await v.state("The account is yours");
    expect(v.wrong).toEqual([]);
  }, 240_000);
});

describe("a document that somebody else used", () => {
  let third: Link;

  it("says why a code may not come, when another can, and sends it, in Arabic too", async () => {
    third = await comes(anna, "a third account");
    const [ar, say] = [await load("ar"), await loadSupport("ar")];
    const v = await place.visit(`${third.url}&lang=ar`);
    await button(v, say.ways.recover.title).click();
    await v.state(say.address.title);
    expect(await v.look("66-ar-address")).toEqual([]);
    await v.page.getByRole("textbox").fill("me@example.org");
    await button(v, say.address.send).click();
    await v.page.getByText(say.code.why).waitFor();
    expect(await v.page.locator(".screen .points li").allTextContents()).toEqual(["other", "spam", "typo", "delay", "full", "limit"].map((k) => say.code.reasons[k as "other"]));
    await v.page.getByText(say.code.works.split("{")[0]!).waitFor();
    expect(await v.page.getByText(say.code.now).count()).toBe(0);
    expect(await button(v, say.code.again).getAttribute("aria-disabled")).toBe("true");
    expect(await v.look("67-ar-code")).toEqual([]);
    // When the time has come another one is sent; the page says so by itself.
    await v.page.getByText(say.code.now).waitFor();
    await button(v, say.code.again).click();
    await v.page.getByText(say.code.now).waitFor({ state: "detached" });
    const left = await place.asks<{ codes_left: number }>("GET", `/v1/cases/${third.id}/recovery`);
    expect(left.codes_left).toBe(7);
    expect(post.mails.length).toBe(1); // nobody's address gets nothing

    // A reload stays here; when the code's time is over, the page says so.
    await v.page.reload();
    await v.page.getByText(say.code.why).waitFor();
    await v.page.route(/\/recovery(\?|$)/, async (route) => {
      const answer = await route.fetch(); // as it is ten minutes later
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), code_expires_in: 0 } });
    });
    await v.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await v.page.getByText(say.code.over).waitFor();
    await v.state("ابحث عن رمز");
    expect(await button(v, say.code.check).getAttribute("aria-disabled")).toBe("true");
    expect(await v.look("68-ar-over")).toEqual([]);

    // Back, by the browser, to where it began.
    await v.page.goBack();
    await v.state(say.address.title);
    await v.page.goBack();
    await button(v, say.ways.notMe.title).waitFor();
    expect(await v.look("69-ar-in-use")).toEqual([]);
    await button(v, ar.askHuman).first().click();
    await v.page.getByText(say.phraseText).waitFor();
    expect(await v.look("70-ar-ask")).toEqual([]);
    expect(v.wrong).toEqual([]);
  }, 240_000);

  it("is reported, with the keyboard alone", async () => {
    const v = await place.visit(third.url);
    await v.state(inUse);
    await expect.poll(() => v.focused(inUse)).toBe(true);
    const on = () => v.page.evaluate(() => document.activeElement?.textContent ?? "");
    const tab = async (name: string) => {
      for (let left = 12; left > 0 && !(await on()).startsWith(name); left--) await v.page.keyboard.press("Tab");
      expect(await on()).toContain(name);
    };
    await tab(say.theft.title);
    await v.page.keyboard.press("Enter");
    await v.page.getByText(say.theft.told).waitFor();
    await expect.poll(() => v.focused(say.theft.title)).toBe(true);
    expect(await v.look("71-not-me")).toEqual([]);
    expect(post.mails.length).toBe(1); // nothing is sent before it is confirmed
    await tab(say.theft.send);
    await v.page.keyboard.press("Enter");
    await v.state("Thank you for telling us");
    await expect.poll(() => v.focused("Thank you for telling us")).toBe(true);
    expect(await v.look("72-reported")).toEqual([]);
    const mail = await post.next(2);
    expect([mail.to, sixDigits(mail.text)]).toEqual(["anna@example.org", ""]);
    const all = await place.asks<{ recoveries: { case: string; accounts: string[] }[] }>("GET", "/v1/recoveries?status=reported");
    expect(all.recoveries).toMatchObject([{ case: third.id, accounts: [(await read(old)).applicant] }]);
    expect(v.wrong).toEqual([]);
  }, 240_000);
});

describe("the same face", () => {
  it("of twins is decided by a person once; then both go on, one with a new document", async () => {
    const first = await comes(twin, "the twin");
    expect(first.state).toBe("in_review");
    const v = await place.visit(first.url);
    await v.state("There is already an account with this face");
    await place.asks("POST", `/v1/cases/${first.id}/reviews`, { reviewer: "rev_1", verdict: "approved" });
    await v.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await v.state("You are verified");
    expect((await comes(twin, "the twin")).state).toBe("approved");
    // A renewed document of the same account is no duplicate.
    expect((await comes(anna, "the old account", "card")).state).toBe("approved");
    expect(v.wrong).toEqual([]);
  }, 240_000);
});

describe("a human", () => {
  it("is asked from the page, by a channel that can be checked, and asks again for one item, which alone is sent", async () => {
    const link = await place.newCase({ external_id: "the old account" });
    await place.send(link, "document_front", readFileSync(join(anna, "passport.jpg")));
    const right = JSON.parse(readFileSync(join(anna, "details.json"), "utf8")) as Record<string, string>;
    await place.send(link, "details", JSON.stringify({ ...right, document_number: right.document_number!.replace("0", "O") }));
    await place.send(link, "face", readFileSync(join(anna, "selfie.jpg")));
    expect(await place.settled(link)).toBe("action_required");
    const sent = async () => {
      const { items } = await place.asks<{ items: { item: string; submission?: string }[] }>("GET", `/v1/cases/${link.id}`);
      return Object.fromEntries(items.map((i) => [i.item, i.submission]));
    };
    const before = await sent();
    const v = await place.visit(link.url);
    await v.state("Almost there");
    await button(v, en.askHuman).click();
    await v.page.getByText("Your details: The document number differs").waitFor();
    await v.page.getByText(say.device).waitFor();
    expect(await v.page.locator(".facts dd").nth(1).textContent()).toMatch(/^Chrome \d+$/);
    expect(await v.focused("Ask a human")).toBe(true);
    expect(await v.look("73-ask")).toEqual([]);
    const channels = await v.page.locator("main a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(channels).toEqual(["https://help.example.org", `${place.base}/support/check?locale=en`]);

    // The link is ours, and a forged one is not.
    const own = await v.page.getByLabel(say.link).inputValue();
    const check = await place.visit(`${place.base}/support/check?locale=en`);
    for (const [asked, answer] of [[own, "Yes, this link is ours"], [`${own.slice(0, -4)}AAAA`, "We do not know this"], [own.replace("://", "://help."), "We do not know this"]] as const) {
      await check.page.getByRole("textbox").fill(asked);
      await check.page.getByRole("button", { name: "Check" }).click();
      await check.state(answer);
    }
    expect(await check.look("74-check")).toEqual([]);
    await check.page.goto(own);
    await check.state("Yes, this link is ours");

    // Closed by the browser's own button, it is as it was.
    await v.page.goBack();
    await v.card("Your details").waitFor();
    await expect.poll(() => button(v, en.askHuman).evaluate((e) => e === document.activeElement)).toBe(true);
    await button(v, en.askHuman).click();
    await button(v, en.askNow).click();
    await v.state("A person is looking at it");
    await v.page.getByText(en.helpAsked).waitFor();
    await v.page.locator(".never p").first().waitFor();
    expect(await v.look("75-asked")).toEqual([]);
    const asked = await place.asks<{ device: { browser: string; width: number } }>("GET", `/v1/cases/${link.id}/help`);
    expect(asked.device).toMatchObject({ browser: expect.stringMatching(/^Chrome/) as string, width: 360 });

    // A reviewer in the console asks again for the details.
    const desk = await come(place, place.invite("Rev", "reviewer"));
    await openCase(desk, link);
    await desk.page.getByRole("button", { name: "Take the case" }).click();
    await judge(desk, "1. Front of the document", "Passed");
    await judge(desk, "2. Your details", "Ask again");
    const box = desk.page.getByRole("group", { name: "2. Your details" });
    await box.getByLabel("Why").selectOption("details.number_mismatch");
    await box.getByLabel("Field").selectOption("document_number");
    await judge(desk, "3. Your face", "Passed");
    await desk.page.getByRole("button", { name: "Ask again…" }).click();
    await desk.page.getByRole("dialog").getByRole("button", { name: "Ask again" }).click();
    await desk.page.getByRole("heading", { name: "Queue" }).waitFor();

    await v.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await v.state("Almost there");
    expect(await v.page.locator("input[type=file]").count()).toBe(0);
    const names = await v.card("Your details").locator("form input, form select").evaluateAll((all) => all.map((e) => e.getAttribute("name")));
    expect(names).toEqual(["document_number"]);
    // What the machine found is still named, as two values that differ.
    expect(await v.card("Your details").locator(".reason mark").allTextContents()).toEqual(["O", "0"]);
    expect(await v.look("76-one-item")).toEqual([]);
    await v.fill({ document_number: right.document_number! });
    await v.card("Your details").locator("button[type=submit]").click();
    await expect.poll(async () => (await sent()).details, { timeout: 60_000 }).not.toBe(before.details);
    expect(["approved", "in_review"]).toContain(await place.settled(link));
    const after = await sent();
    expect([after.details === before.details, { ...after, details: "" }]).toEqual([false, { ...before, details: "" }]);
    expect(v.wrong).toEqual([]);
  }, 240_000);
});
