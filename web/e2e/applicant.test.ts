// The applicant's page as people meet it, from the link to the decision.

import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place, type Visit } from "./harness";

const front = "Front of the document";
const back = "Back of the document";
const face = "Your face";
const details = "Your details";
const mend = "Almost there";

let place: Place;
let demo: string;
const read = (dir: string, name: string) => JSON.parse(readFileSync(join(dir, name), "utf8")) as Record<string, string>;

beforeAll(async () => {
  place = await Place.open();
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23"); // dates follow the day
});
afterAll(() => place?.close());

const welcome = "Before you start";

// opened visits a new case and begins with a passport.
async function opened(...options: Parameters<Place["visit"]> extends [string, ...infer R] ? R : never): Promise<Visit> {
  const v = await place.visit((await place.newCase()).url, ...options);
  await v.begin();
  return v;
}

// received waits until a card says so.
async function received(v: Visit, ...cards: string[]) {
  for (const c of cards) await v.card(c).getByText("Received", { exact: true }).waitFor();
}

const key = (v: Visit, k: number) =>
  v.requests.filter((r) => r.method() === "POST" && /\/submission/.test(r.url())).at(k)?.headers()["idempotency-key"];

describe("the walk", () => {
  it("goes from a blurred passport and a typo to approved", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url);
    await v.state(welcome);
    await v.page.getByText("One valid document: passport, identity card, driving licence, or residence permit.").waitFor();
    expect(await v.look("01-welcome")).toEqual([]);
    await v.next();
    await v.state("Which document do you have?");
    expect(await v.look("01-choose")).toEqual([]);
    await v.choice("passport").click();
    await v.card(front).waitFor();
    expect(await v.focused(front)).toBe(true);
    await v.page.getByText("Step 1 of 3").waitFor();
    expect(await v.look("01-front")).toEqual([]);

    // A blurred photo is refused at once, with the place marked.
    await v.choose(front, join(demo, "passport-blurred.jpg"));
    const reason = v.card(front).locator(".reason");
    await reason.getByText("The photo is blurred").waitFor();
    expect(await reason.locator(".fix").textContent()).toContain("Hold the phone still");
    await v.card(front).locator("svg rect.line").waitFor();
    expect(await v.card(front).locator("figcaption").textContent()).toBe("The place is marked in your photo.");
    expect(await v.card(front).locator(".reasons").evaluate((e) => e === document.activeElement)).toBe(true);
    const [photo, mark] = await Promise.all([v.card(front).locator("img").boundingBox(), v.card(front).locator("rect.line").boundingBox()]);
    expect(mark!.x).toBeGreaterThanOrEqual(photo!.x - 4);
    expect(mark!.x + mark!.width).toBeLessThanOrEqual(photo!.x + photo!.width + 4);
    expect(mark!.width / photo!.width).toBeGreaterThan(0.5);
    expect(await v.look("02-blurred")).toEqual([]);

    await v.choose(front, join(demo, "passport.jpg"));
    await v.state("Check it yourself");
    expect(await v.focused("Check it yourself")).toBe(true);
    expect(await v.page.locator("figure.piece figcaption").allTextContents()).toEqual(["Name", "Document number", "Date of expiry"]);
    expect(await v.look("02-check")).toEqual([]);
    // Taking another one sends nothing.
    await v.page.getByRole("button", { name: "Take another photo" }).click();
    await v.card(front).locator("label.button").waitFor();
    expect((await place.readCase(link)).items.map((i) => i.status)).toEqual(["missing", "missing", "missing", "missing"]);
    await v.front(join(demo, "passport.jpg"));
    await v.card(details).waitFor();
    await v.page.getByText("Step 2 of 3").waitFor();
    expect(await v.focused(details)).toBe(true);

    // An incomplete form is told in place and keeps what was typed.
    const typo = read(demo, "details-typo.json");
    await v.begun();
    await v.card(details).getByText("We filled in what your document says.").waitFor();
    expect(await v.card(details).locator("[name=document_number]").inputValue()).toBe(read(demo, "details.json").document_number);
    expect(await v.look("03-filled")).toEqual([]);
    await v.begun("given_names");
    await v.fill({ surname: typo.surname!, birth_date: "1986-02-31" });
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(details).getByText("This date does not exist").waitFor();
    expect(await v.card(details).locator("[name=given_names]").evaluate((e) => e === document.activeElement)).toBe(true);
    expect(await v.card(details).locator("[name=surname]").inputValue()).toBe(typo.surname);
    expect(await v.look("03-incomplete")).toEqual([]);

    await v.fill(typo);
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(face).waitFor();
    expect(await v.focused(face)).toBe(true);

    await v.choose(face, join(demo, "selfie-dark.jpg"));
    await v.card(face).getByText("Your face is too dark").waitFor();
    expect(await v.look("04-dark")).toEqual([]);

    await v.choose(face, join(demo, "selfie.jpg"));
    await v.state("We are checking");
    expect(await v.page.getByRole("heading", { name: "We are checking" }).evaluate((e) => e === document.activeElement)).toBe(true);

    // Only the details, only the two fields that differ, with both values.
    await v.state(mend);
    expect(await v.page.locator("input[type=file]").count()).toBe(0);
    expect(await v.page.getByText(/Step \d/).count()).toBe(0); // one thing needs no count
    const names = await v.card(details).locator("form input, form select").evaluateAll((all) => all.map((e) => e.getAttribute("name")));
    expect(names).toEqual(["given_names", "document_number"]);
    const name = v.card(details).locator(".reason").filter({ hasText: "The name differs" });
    expect(await name.locator("dd").first().textContent()).toContain("␣");
    expect(await name.locator("mark").first().textContent()).toBe("␣");
    expect(await name.locator(".kinds").textContent()).toContain("a space too many");
    const number = v.card(details).locator(".reason").filter({ hasText: "The document number differs" });
    expect(await number.locator("mark").allTextContents()).toEqual(["O", "0"]);
    expect(await number.locator(".kinds").textContent()).toContain("characters that look alike");
    // Nothing is said twice.
    expect(await v.card(details).getByText("You typed “").count()).toBe(0);
    // What passed is kept and said to be.
    const kept = v.page.getByRole("region", { name: "Kept, no need to send again" });
    expect(await kept.getByRole("listitem").allTextContents()).toEqual([front, face]);
    expect(await v.look("05-action")).toEqual([]);

    await v.card(details).getByRole("button", { name: "Use what the document says" }).click();
    await v.state("You are verified");
    expect(await v.page.title()).toContain("You are verified");
    expect(await v.look("06-approved")).toEqual([]);
    expect((await place.readCase(link)).items.filter((i) => i.attempts > 1).map((i) => i.item)).toEqual(["details"]);
    expect(v.wrong).toEqual([]);
  });

  it("compares dates and countries in words, and fits where one reads from right to left", async () => {
    const v = await opened();
    await v.front(join(demo, "passport.jpg"));
    await v.card(details).waitFor();
    const right = read(demo, "details.json");
    await v.fill({ ...right, birth_date: "1986-09-04", expiry_date: "2033-07-15" });
    await v.card(details).locator("[name=nationality]").selectOption({ label: "France" });
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(face).waitFor();
    await v.choose(face, join(demo, "selfie.jpg"));
    await v.state(mend);
    const of = (title: string) => v.card(details).locator(".reason").filter({ hasText: title });
    expect(await of("date of birth differs").locator("dd").allTextContents()).toEqual(["4 September 1986", "9 April 1986"]);
    expect(await of("date of birth differs").locator("mark").allTextContents()).toEqual(["4", "September", "9", "April"]);
    expect(await of("date of birth differs").locator(".kinds").textContent()).toContain("day and month in each other’s place");
    expect(await of("expiry date differs").locator("mark").allTextContents()).toEqual(["15", "14"]);
    expect(await of("nationality differs").locator("dd").allTextContents()).toEqual(["France", "UTO"]);
    await v.page.evaluate(() => (document.documentElement.dir = "rtl"));
    expect(await v.look("07-dates-rtl")).toEqual([]);
    // One by one works too; another country is no slip of the hand and is not offered.
    for (const value of ["9 April 1986", "14 July 2033"]) {
      await v.card(details).getByRole("button", { name: `Use “${value}”` }).click();
    }
    expect(await v.card(details).getByRole("button", { name: "Use “" }).count()).toBe(0);
    await v.card(details).locator("[name=nationality]").selectOption("");
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(details).getByText("This is still empty.").waitFor();
    await v.card(details).locator("[name=nationality]").selectOption("UTO");
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.state("You are verified");
    expect(v.wrong).toEqual([]);
  });

  it("can be done with the keyboard alone, in the order of the screen", async () => {
    const own = place.specimen("keyboard", "--seed", "28", "--date", "2026-11-23"); // a document verifies one account
    const v = await place.visit((await place.newCase()).url);
    await v.state(welcome);
    const named = () =>
      v.page.evaluate(() => {
        const e = document.activeElement as HTMLInputElement | null;
        return e?.name || (e?.type === "file" ? `file ${e.closest("section")?.querySelector("h2")?.textContent}` : (e?.textContent ?? ""));
      });
    // stops lists where Tab stops from here to the end of the screen.
    const stops = async () => {
      const seen: string[] = [];
      while (seen.length < 20 && seen.at(-1) !== "Ask a human") {
        await v.page.keyboard.press("Tab");
        seen.push(await named());
      }
      return seen;
    };
    expect(await stops()).toEqual(["language", "Continue", "Ask a human"]);
    await v.page.keyboard.press("Shift+Tab");
    await v.page.keyboard.press("Enter");
    await v.state("Which document do you have?");
    // Each screen begins at its heading; what is above it is a step back.
    expect(await named()).toBe("Which document do you have?");
    expect(await stops()).toEqual(["Passport", "Identity card", "Driving licence", "Residence permit", "Ask a human"]);
    for (let k = 0; k < 4; k++) await v.page.keyboard.press("Shift+Tab");
    expect(await named()).toBe("Passport");
    await v.page.keyboard.press("Space");
    await v.card(front).waitFor();
    // The buttons for a photo come once it is known whether there is a camera.
    await v.card(front).locator("label.button").waitFor();
    expect(await named()).toBe(front);
    // Asked for early: until the browser knows, it opens choosers of its own.
    const chooser = v.page.waitForEvent("filechooser");
    await v.page.keyboard.press("Tab");
    expect(await named()).toBe(`file ${front}`);
    // The chooser shows where the focus is and opens by key.
    const outline = await v.card(front).locator("label.button").evaluate((e) => getComputedStyle(e).outlineStyle);
    expect(outline).toBe("solid");
    await v.page.keyboard.press("Space");
    await (await chooser).setFiles(join(own, "passport.jpg"));
    await v.state("Check it yourself");
    await v.page.keyboard.press("Tab");
    await v.page.keyboard.press("Enter");
    await v.card(details).waitFor();
    await expect.poll(named).toBe(details);
    await v.begun();
    expect(await stops()).toEqual([
      "surname", "given_names", "birth_date_day", "birth_date_month", "birth_date_year", "document_number",
      "expiry_date_day", "expiry_date_month", "expiry_date_year", "nationality", "residence", "Send", "Ask a human",
    ]);
    await v.page.keyboard.press("Shift+Tab");
    await v.page.keyboard.press("Enter");
    await v.card(face).locator("label.button").waitFor();
    await expect.poll(named).toBe(face);
    const photo = v.page.waitForEvent("filechooser");
    await v.page.keyboard.press("Tab");
    expect(await named()).toBe(`file ${face}`);
    await v.page.keyboard.press("Space");
    await (await photo).setFiles(join(own, "selfie.jpg"));
    await v.state("You are verified");
    expect(v.wrong).toEqual([]);
  });

  it("walks back and on, by the page and by the browser, and stays where it was when it is loaded again", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url);
    await v.begin("id_card");
    await v.front(join(demo, "passport.jpg"));
    await v.card(back).waitFor(); // a card has one, and it belongs to the same part of the way
    await v.page.getByText("Step 1 of 3").waitFor();
    await v.back();
    await received(v, front);
    expect(await v.focused(front)).toBe(true);
    expect(await v.look("02-received")).toEqual([]);
    await v.next();
    await v.card(back).waitFor();
    await v.page.goBack();
    await v.card(front).waitFor();
    await v.page.reload();
    await received(v, front);
    await v.page.goBack();
    await v.state("Which document do you have?");
    expect(await v.choice("id_card").getAttribute("aria-pressed")).toBe("true");
    await v.choice("passport").click();
    await v.card(details).waitFor(); // what is here is not asked again
    await v.back();
    await received(v, front);
    // Another tab, and the first one closed: the link alone leads to what is missing.
    const later = await place.visit(link.url);
    await later.card(details).waitFor();
    await later.page.getByText("Step 2 of 3").waitFor();
    await later.back();
    await received(later, front);
    await later.back();
    await later.back();
    await later.state(welcome);
    expect([...v.wrong, ...later.wrong]).toEqual([]);
  });
});

describe("links", () => {
  it.each([
    ["no parts", "", "This link is not complete"],
    ["no token", "#case=case_1", "This link is not complete"],
    ["a wrong token", "#case=case_1&token=bf_tok_wrong", "This link does not work any more"],
  ])("says what is wrong: %s", async (name, hash, title) => {
    const v = await place.visit(`${place.base}/a/${hash}`, { failures: true });
    await v.state(title);
    expect(await v.look(`10-link-${name.replaceAll(" ", "-")}`)).toEqual([]);
    expect(v.wrong).toEqual([]);
  });

  it("does not open another case", async () => {
    const [a, b] = [await place.newCase(), await place.newCase()];
    const v = await place.visit(`${place.base}/a/#case=${a.id}&token=${b.token}`, { failures: true });
    await v.state("This link does not work any more");
    expect(v.wrong).toEqual([]);
  });
});

describe("trouble on the way", () => {
  it("names a lost connection, costs nothing, and repeats under the same key", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url, { failures: true });
    await v.begin();
    await v.front(join(demo, "passport.jpg"));
    await v.card(details).waitFor();
    const typed = read(demo, "details.json");
    await v.fill(typed);
    await place.stop();
    try {
      await v.card(details).getByRole("button", { name: "Send" }).click();
      await v.card(details).getByText("The connection was lost").waitFor();
      expect(await v.look("11-lost")).toEqual([]);
      // A photo waits by itself for the line to come back.
      await v.back();
      await v.choose(front, join(demo, "passport.jpg"));
      await v.card(front).getByText("No connection just now.").last().waitFor();
      expect(await v.look("11-waiting")).toEqual([]);
    } finally {
      await place.start();
    }
    await v.state("Check it yourself");
    await v.next();
    // What was typed is still there.
    await v.card(details).waitFor();
    expect(await v.card(details).locator("[name=document_number]").inputValue()).toBe(typed.document_number);
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(face).waitFor();

    await v.back();
    await received(v, details);
    await v.back();
    await received(v, front);
    // The server acts, but its answer is lost: the repetition is the same request.
    let lose = true;
    await v.page.route("**/submission", async (route) => {
      if (!lose) return route.continue();
      lose = false;
      await route.fetch();
      await route.abort("connectionreset");
    });
    const replayed = v.page.waitForResponse("**/submission");
    await v.front(join(demo, "passport.jpg"));
    expect((await replayed).headers()["idempotency-replayed"]).toBe("true");
    expect(key(v, -1)).toBe(key(v, -2));
    await v.card(face).waitFor();
    // Another photo is another request.
    await v.page.goBack();
    await v.front(join(demo, "passport.jpg"));
    await v.card(face).waitFor();
    expect(key(v, -1)).not.toBe(key(v, -2));
    expect((await place.readCase(link)).items.map((i) => i.attempts)).toEqual([0, 0, 0, 0]);
    // A reload in the middle finds things as they stand.
    await v.page.reload();
    await v.card(face).waitFor();
    expect(await v.look("12-reloaded")).toEqual([]);
    expect(v.wrong).toEqual([]);
  });

  it("loses nothing when the network is cut for 20 seconds in the middle of a photo", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url, { failures: true });
    await v.begin();
    const chunk = v.page.waitForResponse((r) => r.url().includes("/chunks/0"));
    // The second piece is on its way when the line breaks.
    await v.page.route("**/chunks/*", async (route) => {
      if (route.request().url().endsWith("/chunks/0")) return route.continue();
      await v.page.context().setOffline(true);
      await route.abort("connectionreset");
      await v.page.unroute("**/chunks/*");
    });
    await v.choose(front, { name: "passport.jpg", mimeType: "image/jpeg", buffer: Buffer.concat([readFileSync(join(demo, "passport.jpg")), Buffer.alloc(600_000)]) });
    await chunk;
    await v.card(front).getByText("No connection just now.").last().waitFor();
    const cut = Date.now();
    await v.page.waitForTimeout(20_000);
    expect(await v.page.locator(".underway progress").getAttribute("value")).not.toBe("0"); // what has arrived stays
    await v.page.context().setOffline(false);
    await v.state("Check it yourself");
    console.log(`after a cut of ${((Date.now() - cut) / 1000).toFixed(0)} s the photo went on by itself`);
    await v.next();
    await v.card(details).waitFor();
    expect(v.requests.filter((r) => r.url().endsWith("/chunks/0")).length).toBe(1);
    expect((await place.readCase(link)).items.map((i) => i.attempts)).toEqual([0, 0, 0, 0]);
    expect(v.wrong).toEqual([]);
  });

  it("says so when the page opens without a server", async () => {
    const v = await opened({ failures: true });
    await v.page.route("**/v1/**", (route) => route.abort());
    await v.page.reload();
    await v.state("We cannot be reached");
    expect(await v.look("13-unreached")).toEqual([]);
    await v.page.unroute("**/v1/**");
    await v.page.getByRole("button", { name: "Try again" }).click();
    await v.card(front).waitFor();
    expect(v.wrong).toEqual([]);
  });

  it("looks at a file before sending it", async () => {
    const v = await opened();
    const big = join(place.dir, "big.jpg");
    writeFileSync(big, "");
    truncateSync(big, 20 * 1024 * 1024 + 1);
    await v.choose(front, big);
    await v.card(front).getByText("This photo is too large to send").waitFor();
    expect(await v.look("14-large")).toEqual([]);
    await v.choose(front, { name: "letter.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await v.card(front).getByText("This is not a photo that we can read").waitFor();
    await v.choose(front, { name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) });
    await v.card(front).getByText("This file is empty").waitFor();
    expect(v.requests.filter((r) => r.method() === "POST")).toEqual([]);
    // A kind that this browser cannot show is sent all the same.
    await v.choose(front, { name: "IMG_0001.HEIC", mimeType: "image/heic", buffer: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic cut off") });
    await v.card(front).getByText("We could not open this file").waitFor();
    expect(await v.card(front).locator("img").count()).toBe(0);
    expect(await v.look("15-heic")).toEqual([]);
    expect(v.wrong).toEqual([]);
  });
});

describe("other ends", () => {
  it("asks for another selfie when it shows somebody else, then for a break, then hands over to a human", async () => {
    const link = await place.newCase();
    const v = await place.visit(link.url);
    await v.begin();
    await v.front(join(demo, "passport.jpg"));
    await v.card(details).waitFor();
    await v.fill(read(demo, "details.json"));
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(face).waitFor();
    await v.choose(face, join(demo, "other-person.jpg"));
    await v.state(mend);
    await v.card(face).getByText("The photo does not match the document").waitFor();
    expect(await v.page.locator("form").count()).toBe(0);
    expect(await v.look("20-mismatch")).toEqual([]);

    // The same photo again is told as such and costs nothing.
    await v.choose(face, join(demo, "other-person.jpg"));
    await v.card(face).getByText("This is the same photo again").waitFor();

    // Another one of the other person: a short break, told in local time.
    const other = place.specimen("other", "--seed", "3");
    await v.choose(face, join(other, "other-person.jpg"));
    await v.page.locator(".banner").getByText("You can go on at").waitFor();
    expect(await v.page.getByText("UTC").count()).toBe(0);
    expect(await v.card(face).locator("input[type=file]").getAttribute("aria-disabled")).toBe("true");
    expect(await v.look("21-break")).toEqual([]);
    await v.page.getByText("You can go on at").first().waitFor({ state: "detached" });
    expect(await v.card(face).locator("input[type=file]").getAttribute("aria-disabled")).toBe("false");

    await v.page.getByRole("button", { name: "Ask a human" }).click();
    expect(await v.look("22-ask")).toEqual([]);
    await v.page.getByRole("button", { name: "Yes, ask a human" }).click();
    await v.state("A person is looking at it");
    await v.page.getByText("A human has been asked.").waitFor();
    expect(await v.look("23-review")).toEqual([]);
    // Of an operator who has named no channels, none are shown.
    expect(await v.page.locator(".never, .phrase, main a").count()).toBe(0);
    expect((await place.readCase(link)).state).toBe("in_review");
    expect(v.wrong).toEqual([]);
  });

  it("tells a minor from which day on, and lets the decision be contested", async () => {
    const young = place.specimen("young", "--seed", "7", "--under-age");
    const v = await opened();
    await v.front(join(young, "passport.jpg"));
    await v.card(details).waitFor();
    await v.fill(read(young, "details.json"));
    await v.card(details).getByRole("button", { name: "Send" }).click();
    await v.card(face).waitFor();
    await v.choose(face, join(young, "selfie.jpg"));
    await v.state("We cannot verify you");
    const born = read(young, "details.json").birth_date!;
    const from = new Date(`${Number(born.slice(0, 4)) + 18}${born.slice(4)}T00:00:00Z`);
    await v.page.getByText(new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(from)).waitFor();
    expect(await v.look("24-declined")).toEqual([]);
    await v.page.getByRole("button", { name: "Contest this decision" }).click();
    await v.state("A person is looking at it");
    expect(await v.look("25-appealed")).toEqual([]);
    expect(v.wrong).toEqual([]);
  });

  it("goes on where another tab has gone on", async () => {
    const link = await place.newCase();
    const [a, b] = [await place.visit(link.url, { failures: true }), await place.visit(link.url)];
    await a.begin();
    await b.begin();
    await b.front(join(demo, "passport.jpg"));
    // What the form begins with and is right is confirmed, not typed, and recorded so.
    await b.begun();
    await b.fill({ given_names: read(demo, "details.json").given_names! });
    expect(await b.card(details).locator(".from").count()).toBe(5);
    await b.card(details).getByRole("button", { name: "Send" }).click();
    await b.card(face).waitFor();
    await b.choose(face, join(demo, "selfie.jpg"));
    await b.state("You are verified");
    const sent = (await place.readCase(link)).items.find((i) => i.item === "details");
    expect(sent?.from_document).toEqual(["surname", "birth_date", "document_number", "expiry_date", "nationality"]);
    await a.choose(front, join(demo, "passport.jpg"));
    await a.state("You are verified");
    expect([...a.wrong, ...b.wrong]).toEqual([]);
  });
});

describe("the budget", () => {
  // What comes over the wire until somebody can begin, on an empty cache. Requests to
  // other origins are on every visit's list of what must not happen.
  it("is at most 200 KB in all, and 40 KB of script and style, before the first screen can be used", async () => {
    const v = await place.visit((await place.newCase()).url);
    await v.page.getByRole("button", { name: "Continue" }).waitFor();
    const first = [...v.requests];
    let all = 0;
    let code = 0;
    for (const r of first) {
      const answer = (await r.response())!;
      const sizes = await r.sizes();
      all += sizes.responseBodySize + sizes.responseHeadersSize;
      if (!["script", "stylesheet"].includes(r.resourceType())) continue;
      expect(answer.headers()["content-encoding"]).toBe("gzip");
      const wire = Number(answer.headers()["content-length"]);
      expect(wire).toBeLessThanOrEqual(gzipSync(await answer.body()).length * 1.05);
      code += wire;
    }
    console.log(`first screen: ${first.length} requests, ${all} bytes over the wire, ${code} of script and style`);
    expect(code).toBeGreaterThan(10_000);
    expect(all).toBeLessThanOrEqual(200 * 1024);
    expect(code).toBeLessThanOrEqual(40 * 1024);
    // No network for faces or documents, and nothing to run one, is among it.
    expect(first.map((r) => new URL(r.url()).pathname).filter((p) => p.startsWith("/a/") && /wasm|\.bin$|model|faces-|worker-|tf/.test(p))).toEqual([]);
    // Nothing that follows by itself blocks the way on.
    await v.next();
    await v.state("Which document do you have?");
    expect(v.wrong).toEqual([]);
  });
});
