// The page in other languages: from right to left, with long words, and changed
// in the middle of things.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { languages, load } from "../src/words";
import { type Link, Place, type Visit } from "./harness";

let place: Place;
let demo: string;
const read = (name: string) => JSON.parse(readFileSync(join(demo, name), "utf8")) as Record<string, string>;

beforeAll(async () => {
  place = await Place.open();
  demo = place.specimen("demo", "--seed", "7");
});
afterAll(() => place?.close());

// names are the items as the server names them in a language.
async function names(link: Link, locale: string): Promise<Record<string, string>> {
  return Object.fromEntries((await place.readCase(link, locale)).items.map((i) => [i.item, i.name]));
}

const root = (v: Visit) => v.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

// mended walks from the details with a typo to the plan that asks for them alone.
async function mended(v: Visit, name: Record<string, string>, also: Record<string, string> = {}) {
  await v.fill({ ...read("details-typo.json"), ...also }, name.details!);
  await v.card(name.details!).locator("button[type=submit]").click();
  await v.card(name.face!).waitFor();
  await v.choose(name.face!, join(demo, "selfie.jpg"));
  await v.card(name.details!).locator(".reason dl").first().waitFor();
}

describe("from right to left", () => {
  it("is Arabic from the link to the decision", async () => {
    const ar = await load("ar");
    const link = await place.newCase({ locale: "ar-EG" });
    const v = await place.visit(link.url);
    const name = await names(link, "ar");
    await v.state(ar.welcome.title);
    expect(await root(v)).toEqual(["ar", "rtl"]);
    expect(await v.look("30-ar-welcome")).toEqual([]);
    await v.next();
    await v.state(ar.choose.title);
    expect(await v.look("30-ar-choose")).toEqual([]);
    await v.choice("passport").click();

    await v.choose(name.document_front!, join(demo, "passport-blurred.jpg"));
    await v.card(name.document_front!).locator("svg rect.line").waitFor();
    expect(await v.look("31-ar-blurred")).toEqual([]);

    await v.front(join(demo, "passport.jpg"), name.document_front!);
    await v.card(name.details!).waitFor();
    expect(await v.look("31-ar-details")).toEqual([]);

    // An Arabic keyboard types its own digits.
    await v.card(name.details!).locator("[name=birth_date_year]").fill("١٩٨٦");
    expect(await v.card(name.details!).locator("[name=birth_date_year]").inputValue()).toBe("1986");

    await mended(v, name);
    // The Latin values stand from left to right, each beside its name.
    const values = v.card(name.details!).locator("dl.letters dd");
    expect(await values.first().evaluate((e) => getComputedStyle(e.querySelector("bdi") ?? e).direction)).toBe("ltr");
    expect(await v.look("32-ar-action")).toEqual([]);
    await v.card(name.details!).getByRole("button", { name: ar.useDocument }).click();
    await v.page.locator(".banner.approved").waitFor();
    expect(await v.look("33-ar-approved")).toEqual([]);
    expect(v.wrong).toEqual([]);
  });
});

describe("long words", () => {
  it("fits in German", async () => {
    const de = await load("de");
    const link = await place.newCase();
    const v = await place.visit(link.url, { locale: "de-AT" });
    const name = await names(link, "de");
    await v.state(de.welcome.title);
    expect(await root(v)).toEqual(["de", "ltr"]);
    await v.begin();
    await v.front(join(demo, "passport.jpg"), name.document_front!);
    await v.begun("surname", name.details!);
    await v.card(name.details!).locator("button[type=submit]").click();
    await v.card(name.details!).getByText(de.missing).first().waitFor();
    expect(await v.look("34-de-missing")).toEqual([]);
    await mended(v, name, { birth_date: "1986-09-04" });
    // Months and their order are Austria's.
    expect(await v.card(name.details!).locator("[name=birth_date_month] option").nth(1).textContent()).toContain("Jän");
    expect(await v.look("35-de-action")).toEqual([]);
    await v.page.getByRole("button", { name: de.askHuman }).click();
    expect(await v.look("36-de-ask")).toEqual([]);
    await v.page.getByRole("button", { name: de.askNow }).click();
    await v.page.locator(".banner.in_review").waitFor();
    expect(await v.look("37-de-review")).toEqual([]);
    expect(v.wrong).toEqual([]);
  });
});

describe("the choice of a language", () => {
  it("changes everything on the page at once, refused photos too, and stays for the tab", async () => {
    const link = await place.newCase({ locale: "en" });
    const v = await place.visit(link.url);
    await v.begin();
    await v.front(join(demo, "passport.jpg"));
    await v.card("Your details").waitFor();
    await v.fill({ surname: "MÜLLER" });
    await v.back();
    await v.choose("Front of the document", join(demo, "passport-blurred.jpg"));
    await v.card("Front of the document").getByText("The photo is blurred").waitFor();
    await v.page.getByRole("combobox", { name: "Language" }).selectOption("fr");
    const name = await names(link, "fr");
    await v.card(name.document_front!).getByText("La photo est floue").waitFor();
    expect(await root(v)).toEqual(["fr", "ltr"]);
    expect(await v.page.getByText("The photo is blurred").count()).toBe(0);
    expect(await v.page.title()).toContain((await load("fr")).heading);
    // What was typed is still there, and nothing about the language is stored.
    await v.next();
    expect(await v.card(name.details!).locator("[name=surname]").inputValue()).toBe("MÜLLER");
    expect(await v.page.evaluate(() => [localStorage.length, Object.keys(sessionStorage).some((k) => k.includes("lang")), document.cookie])).toEqual([0, false, ""]);
    await v.page.reload();
    await v.card(name.details!).waitFor();
    expect(await root(v)).toEqual(["fr", "ltr"]);
    expect(v.wrong).toEqual([]);
  });

  it("offers every language in its own name, and each fits the narrowest screen", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url, { locale: "ja-JP" });
    await v.state("Before you start");
    expect(await v.page.locator(".languages option").allTextContents()).toEqual(languages.map((l) => l.name));
    for (const { code } of languages) {
      await v.page.locator(".languages select").selectOption(code);
      await v.state((await load(code)).welcome.title);
      expect((await root(v))[0]).toBe(code);
      await v.page.setViewportSize({ width: 320, height: 640 });
      expect([code, await v.page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([code, 320]);
      await v.page.setViewportSize({ width: 360, height: 740 });
      await v.shot(`38-open-${code}`);
    }
    expect(v.wrong).toEqual([]);
  });

  it("is there when there is no case", async () => {
    const v = await place.visit(`${place.base}/a/`, { locale: "tr" });
    await v.state((await load("tr")).noLink.title);
    await v.page.locator(".languages select").selectOption("ru");
    await v.state((await load("ru")).noLink.title);
    expect(await v.look("39-ru-no-link")).toEqual([]);
    expect(v.wrong).toEqual([]);
  });
});
