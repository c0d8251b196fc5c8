// Pictures of every screen of the applicant's page at 360 × 740 and 1280 × 800,
// for people to look at: docs/screens.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { load } from "../../src/words";
import { Place, type Visit } from "../harness";
import { MailServer } from "../mail";

const out = resolve(import.meta.dirname, "../../../docs/screens");
const front = "Front of the document";
const face = "Your face";
const details = "Your details";

let place: Place;
let demo: string;
const read = (dir: string, name: string) => JSON.parse(readFileSync(join(dir, name), "utf8")) as Record<string, string>;

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  place = await Place.open((policy) => policy.replace("consent: not_asked", "consent: required"));
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
});
afterAll(() => place?.close());

// picture takes a screen as it first meets the eye, at both sizes.
async function picture(v: Visit, name: string): Promise<void> {
  for (const [width, height] of [[360, 740], [1280, 800]] as const) {
    await v.page.setViewportSize({ width, height });
    await v.page.evaluate(() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))));
    await v.page.screenshot({ path: join(out, `${name}-${width}.jpg`), type: "jpeg", quality: 60, animations: "disabled" });
  }
  await v.page.setViewportSize({ width: 360, height: 740 });
}

async function agreed(v: Visit, kind = "passport"): Promise<void> {
  await v.next();
  await v.card(face).getByRole("button", { name: "Yes, I agree" }).click();
  await v.choice(kind).click();
  await v.card(front).locator("label.button").waitFor();
}

async function sendDetails(v: Visit, of: Record<string, string>): Promise<void> {
  await v.card(details).waitFor();
  await v.fill(of);
  await v.card(details).getByRole("button", { name: "Send" }).click();
  await v.card(face).waitFor();
}

it("draws the way", async () => {
  const v = await place.visit((await place.newCase()).url, { failures: true });
  await v.state("Before you start");
  await picture(v, "01-welcome");
  await v.next();
  await v.card(face).getByRole("button", { name: "Yes, I agree" }).waitFor();
  await picture(v, "02-consent");
  await v.card(face).getByRole("button", { name: "Yes, I agree" }).click();
  await v.choice("passport").waitFor();
  await picture(v, "03-choose");
  await v.choice("passport").click();
  await v.card(front).locator("label.button").waitFor();
  await picture(v, "04-front");
  await v.page.getByRole("button", { name: "Go on with your phone" }).click();
  await v.state("Go on with your phone");
  await picture(v, "05-phone");
  await v.page.getByRole("button", { name: "Go on here" }).click();
  await v.choose(front, join(demo, "passport-blurred.jpg"));
  await v.card(front).getByText("The photo is blurred").waitFor();
  await v.card(front).locator("rect.line").waitFor();
  await picture(v, "07-blurred");
  await v.page.route("**/uploads", (route) => route.abort());
  await v.choose(front, join(demo, "passport.jpg"));
  await v.card(front).getByText("No connection just now.").last().waitFor();
  await picture(v, "08-no-connection");
  await v.page.unroute("**/uploads");
  await v.page.locator("figure.piece canvas").first().waitFor();
  await picture(v, "09-check");
  await v.next();
  await v.begun();
  await picture(v, "10-details");
  await v.begun("surname");
  await v.card(details).getByRole("button", { name: "Send" }).click();
  await v.card(details).getByText("This is still empty.").first().waitFor();
  await picture(v, "11-details-missing");
  await sendDetails(v, read(demo, "details-typo.json"));
  await v.card(face).locator("label.button").waitFor();
  await picture(v, "12-face");
  await v.choose(face, join(demo, "selfie-dark.jpg"));
  await v.card(face).getByText("Your face is too dark").waitFor();
  await picture(v, "13-dark");
  await v.choose(face, join(demo, "selfie.jpg"));
  await v.state("We are checking");
  await picture(v, "14-checking");
  await v.state("Almost there");
  await picture(v, "15-plan");
  await v.card(details).getByRole("button", { name: "Use what the document says" }).click();
  await v.state("You are verified");
  await picture(v, "16-approved");
});

it("draws the camera", async () => {
  const file = join(place.dir, "passport.mjpeg");
  // Blurred, so that it is not taken by itself and the guidance can be seen.
  writeFileSync(file, Buffer.concat(Array<Buffer>(30).fill(readFileSync(join(demo, "passport-blurred.jpg")))));
  const v = await place.visit((await place.newCase()).url, { camera: file });
  await agreed(v);
  await v.page.getByRole("button", { name: "Take a photo" }).click();
  await v.page.locator(".shutter[aria-disabled=false]").waitFor();
  await v.page.waitForFunction(() => Number(document.querySelector<HTMLElement>("dialog")?.dataset.frames ?? 0) > 5);
  await picture(v, "06-camera");
  await v.close();
});

it("draws the other ends", async () => {
  const young = place.specimen("young", "--seed", "7", "--under-age");
  const v = await place.visit((await place.newCase()).url);
  await agreed(v);
  await v.front(join(young, "passport.jpg"));
  await sendDetails(v, read(young, "details.json"));
  await v.choose(face, join(young, "selfie.jpg"));
  await v.state("We cannot verify you");
  await picture(v, "17-declined");
  await v.page.getByRole("button", { name: "Contest this decision" }).click();
  await v.state("A person is looking at it");
  await picture(v, "18-in-review");
  const lost = await place.visit(`${place.base}/a/#case=case_1&token=bf_tok_wrong`, { failures: true });
  await lost.state("This link does not work any more");
  await picture(lost, "19-old-link");
  const ar = await load("ar");
  const right = await place.visit((await place.newCase({ locale: "ar" })).url);
  await right.state(ar.welcome.title);
  await picture(right, "20-arabic");
});

it("draws a live face", async () => {
  // Somebody who looks into the camera and does nothing else.
  const dir = place.specimen("filmed", "--seed", "7", "--film", "rest:8");
  const filmed = await Place.open(
    (policy) => policy.replace("capture: still", "capture: sequence"),
    ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${join(dir, "film.y4m")}`],
  );
  try {
    for (const locale of ["en", "ar"]) {
      const link = await filmed.newCase({ locale });
      await filmed.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
      await filmed.send(link, "details", JSON.stringify(read(demo, "details.json")));
      const v = await filmed.visit(link.url);
      const start = v.page.locator(".screen .actions:not([hidden]) button").first();
      await start.waitFor();
      await picture(v, locale === "en" ? "21-live" : "23-live-arabic");
      await start.click();
      await v.page.locator("dialog.live .cue").filter({ hasText: /\S/ }).waitFor();
      await v.page.locator("dialog.live video").evaluate((e: HTMLVideoElement) => e.videoWidth > 0 || new Promise((done) => e.addEventListener("loadeddata", done)));
      await picture(v, locale === "en" ? "22-live-camera" : "24-live-camera-arabic");
      await v.page.context().close();
    }
  } finally {
    await filmed.close();
  }
});

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 32"><g fill="COLOUR"><path d="M4 6h20v20H4z"/><circle cx="24" cy="8" r="7"/></g><text x="40" y="24" font-family="sans-serif" font-weight="700" font-size="20" fill="COLOUR">Example</text></svg>`;

it("draws a document that is in use, on an operator's own page", async () => {
  const post = await MailServer.open();
  const own = await Place.open(
    (policy) => policy.replace("several_accounts: true", "several_accounts: false"),
    [],
    {
      "logo.svg": logo.replaceAll("COLOUR", "#0a53a8"),
      "dark.svg": logo.replaceAll("COLOUR", "#79b8ff"),
      "operator.yaml": `name: Example Exchange
help_centre: https://help.example.org
emails: [support@example.org]
return_to: [https://shop.example.org]
look:
  logo: logo.svg
  logo_dark: dark.svg
  light: {main: "#0a53a8", on_main: "#ffffff", paper: "#f3f6fb"}
  dark: {main: "#79b8ff", on_main: "#0c1f33"}
`,
    },
    ["--mail-server", post.url, "--mail-from", "Example <no-reply@example.org>"],
  );
  try {
    const comes = async (account: string) => {
      const link = await own.newCase({ external_id: account, locale: "en", return_url: "https://shop.example.org/verified" });
      for (const [item, file] of [["document_front", "passport.jpg"], ["details", "details.json"], ["face", "selfie.jpg"]] as const) {
        const body = readFileSync(join(demo, file));
        await own.send(link, item, item === "details" ? body.toString() : body);
      }
      await own.settled(link);
      return link;
    };
    const old = await comes("the old account");
    const { applicant } = await own.asks<{ applicant: string }>("GET", `/v1/cases/${old.id}`);
    await own.asks("PUT", `/v1/applicants/${applicant}/contacts`, { contacts: ["anna@example.org"] });
    const back = await own.visit(old.url);
    await back.state("You are verified");
    await picture(back, "25-operator");
    const v = await own.visit((await comes("a new account")).url);
    await v.state("This document is already in use");
    await picture(v, "26-in-use");
    await v.page.getByRole("button", { name: "Get that account back" }).click();
    await v.state("Where can a code reach you?");
    await picture(v, "27-address");
    await v.page.getByRole("textbox").fill("anna@example.org");
    await v.page.locator("button[type=submit][aria-disabled=false]").click();
    await v.state("Look for a code");
    const code = /\b\d{6}\b/.exec((await post.next(1)).text)?.[0] ?? "";
    await v.page.getByLabel("The six digits").fill(code);
    await picture(v, "28-code");
    await v.page.keyboard.press("Enter");
    await v.state("Now show your face");
    await picture(v, "29-face-next");
    const check = await own.visit(`${own.base}/support/check`);
    await check.page.getByRole("textbox").fill("support@example.org");
    await check.page.getByRole("button").first().click();
    await check.page.locator("section.yes").waitFor();
    await picture(check, "30-support-check");
  } finally {
    await own.close();
    post.close();
  }
});
