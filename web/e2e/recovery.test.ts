// A document that is in use already: the way back to the account, and the other ways
// out, with a mail server that keeps what was sent.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Link, Place, type Visit } from "./harness";
import { MailServer } from "./mail";

const inUse = "This document is already in use";
const yours = "Get that account back";
const where = "Where can a code reach you?";
const look = "Look for a code";

let place: Place;
let post: MailServer;
let anna: string; // the folder of a person


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
    await v.page.getByText("Nobody of ours ever asks you for a password, a code or coins.").waitFor();
    expect(await v.look("60-in-use")).toEqual([]);
    await button(v, yours).click();
    await v.state(where);
    expect(await v.focused(where)).toBe(true);
    await button(v, "Send a code").click();
    await v.page.getByText("This is not a whole e-mail address.").waitFor();
    expect(await v.look("61-address")).toEqual([]);

    // A wrong address: no mail, and the same screen.
    await asksFor(v, "nobody@example.org");
    const plain = async () => (await v.page.locator(".screen").innerText()).replace(/\d:\d\d/g, "0:00").replace(/You typed .*/, "");
    await v.page.getByText("You can ask for another code in").waitFor();
    const nobodys = await plain();
    await v.page.getByLabel("The six digits").fill("123456");
    await button(v, "Check the code").click();
    await v.page.getByText("That is another code.").waitFor();
    await v.page.getByText("You can try 4 more times.").waitFor();
    const wrong = await plain();
    expect(await v.look("62-wrong-code")).toEqual([]);

    // The right one, after the pause.
    await v.page.getByText("You can ask for another code now.").waitFor();
    await button(v, "Use another address").click();
    await asksFor(v, "Anna@Example.org");
    await v.page.getByText("You can ask for another code in").waitFor();
    expect(await plain()).toBe(nobodys);
    const mail = await post.next(1);
    expect([mail.to, post.mails.length]).toEqual(["anna@example.org", 1]);
    const code = sixDigits(mail.text);
    await v.page.getByLabel("The six digits").fill(other(code));
    await button(v, "Check the code").click();
    await v.page.getByText("That is another code.").waitFor();
    await v.page.getByText("You can try 4 more times.").waitFor();
    expect(await plain()).toBe(wrong);
    expect(await v.look("63-code")).toEqual([]);
    await v.page.getByLabel("The six digits").fill(code);
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
