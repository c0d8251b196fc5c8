// A live face, filmed by a browser whose camera plays a film of a person who does
// not exist.

import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Link, Place, type Visit } from "./harness";

const repo = resolve(import.meta.dirname, "../..");
const bin = process.env.BONAFIDE ?? join(repo, "bin/bonafide");
const face = "Your face";

// Both turns, too quick for the policy below, then both slowly; and again.
const film = "rest:6,turn_left:0.8,rest:1.2,turn_right:0.8,rest:1.5,turn_left:3,rest:1.5,turn_right:3,rest:1.5,turn_left:3,rest:1.5,turn_right:3,rest:1";

// rules are what an operator can write: two movements, at a pace that a busy
// machine can follow.
function rules(policy: string): string {
  const changes: [string | RegExp, string][] = [
    ["capture: still", "capture: sequence"], [/actions: \[.*\]/, "actions: [turn_left, turn_right]"], ["    count: 3", "    count: 2"],
    ["max_frames: 120", "max_frames: 200"], ["max_length: 30s", "max_length: 90s"], ["fastest_ms: 250", "fastest_ms: 1200"],
  ];
  return changes.reduce((text, [from, to]) => {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`the policy has no ${from}`);
    return next;
  }, policy);
}

const dir = mkdtempSync(join(tmpdir(), "bonafide-film-"));
const demo = join(dir, "demo");
let place: Place;

beforeAll(() => void execFileSync(bin, ["specimen", "--out", demo, "--seed", "7", "--date", "2026-11-23", "--film", film]), 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// begin starts a server. Each part has its own: a film that was sent for one challenge is known again in every other,
// and a document verifies one account.
async function begin(): Promise<void> {
  place = await Place.open(rules, [
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${join(demo, "film.y4m")}`,
    // A browser that a program steers says so, which brings a reviewer.
    "--disable-blink-features=AutomationControlled",
  ]);
}
const end = () => place?.close();

// sit opens a case of which all else is sent, which is at the step of the face. The camera calls itself what a camera
// is called: the name of Chromium's is that of the film.
async function sit(link: Link, options: { locale?: string; failures?: boolean } = {}): Promise<Visit> {
  await send(link);
  const v = await place.visit(link.url, options);
  await v.page.addInitScript(() => Object.defineProperty(MediaStreamTrack.prototype, "label", { get: () => "Front Camera" }));
  await v.page.addInitScript(listen);
  await v.page.reload();
  return v;
}

const stage = (v: Visit) => v.page.locator("dialog.live");
const cue = (v: Visit) => stage(v).locator(".cue");

// told waits for a cue that may be gone by the time that somebody asks for it, as on a busy machine.
async function told(v: Visit, words: string, timeout: number): Promise<void> {
  await v.page.waitForFunction((words) => (window as unknown as { cues?: string[] }).cues?.some((c) => c.includes(words)), words, { timeout });
}

// listen keeps every cue that is given in the page.
function listen(): void {
  const cues: string[] = ((window as unknown as { cues: string[] }).cues = []);
  new MutationObserver(() => {
    const text = document.querySelector("dialog.live .cue")?.textContent ?? "";
    if (text !== cues.at(-1)) cues.push(text);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

const start = (v: Visit, button: string) => v.card(face).getByRole("button", { name: button }).click();

// send gives the rest of the case to the server without the page.
async function send(link: Link): Promise<void> {
  for (const [item, file, type] of [["document_front", "passport.jpg", "application/octet-stream"], ["details", "details.json", "application/json"]] as const) {
    const answer = await fetch(`${place.base}/v1/cases/${link.id}/submissions/${item}`, {
      method: "POST", headers: { Authorization: `Bearer ${link.token}`, "Content-Type": type, "Idempotency-Key": crypto.randomUUID() }, body: readFileSync(join(demo, file)),
    });
    if (!answer.ok) throw new Error(`${item}: ${answer.status} ${await answer.text()}`);
  }
}

async function settled(link: Link): Promise<string> {
  for (let k = 0; k < 240; k++) {
    const { state } = await place.readCase(link);
    if (state !== "processing" && state !== "open") return state;
    await new Promise((done) => setTimeout(done, 500));
  }
  return "processing";
}

describe("a live face", () => {
  beforeEach(begin, 120_000);
  afterEach(end);
  // The film runs on, whether or not a machine with other work can follow it; then it is filmed anew.
  it("is told at once that a movement was too quick, makes it right, and is approved", { retry: 2, timeout: 240_000 }, async () => {
    const link = await place.newCase();
    const v = await sit(link);
    await v.card(face).getByText("The camera films your face").waitFor();
    expect(await v.look("50-live")).toEqual([]);
    await start(v, "Start without colours");
    await told(v, "A little slower", 60_000);
    await v.shot("52-live-slower");
    await told(v, "All done", 100_000);
    expect(await settled(link)).toBe("approved");
    await v.state("You are verified");
    expect(v.wrong).toEqual([]);
  });
});

describe("a live face, otherwise", () => {
  beforeAll(begin, 120_000);
  afterAll(end);
  it("is led by the clock where no face can be followed, and hears which movement was not seen", async () => {
    const link = await place.newCase();
    const v = await sit(link, { failures: true, locale: "en-GB" });
    await v.page.route(/faces-/, (r) => r.abort());
    await v.page.reload();
    await start(v, "Start without colours");
    await told(v, "Follow the pictures", 60_000);
    await told(v, "All done", 60_000);
    expect(await settled(link)).toBe("action_required");
    await v.card(face).getByText("This is about: Turn your head slowly").first().waitFor();
    expect(await v.look("55-live-result")).toEqual([]);
    expect(v.wrong).toEqual([]);
  }, 240_000);

  it("is lit by the colours that were drawn, long enough for frames in the light of each", async () => {
    const link = await place.newCase();
    const v = await sit(link);
    const drawn = v.page.waitForResponse((r) => r.url().endsWith("/challenges") && r.status() === 201);
    const told = v.page.waitForRequest((r) => r.url().endsWith("/complete"), { timeout: 150_000 });
    await start(v, "Start the camera");
    const { colours } = (await (await drawn).json()) as { colours: string[] };
    await v.page.locator("dialog.live.lit").waitFor({ timeout: 60_000 });
    await v.shot("53-live-lit");
    const recording = (await told).postDataJSON() as { frames: number[]; colours: { colour: string; from_ms: number; to_ms: number }[] };
    expect(recording.colours.map((c) => c.colour)).toEqual(colours);
    // No faster than three flashes a second, and each as long as was asked for.
    expect(Math.min(...recording.colours.map((c) => c.to_ms - c.from_ms))).toBeGreaterThanOrEqual(790);
    const under = recording.colours.map((c) => recording.frames.filter((ms) => ms >= c.from_ms + 110 && ms < c.to_ms).length);
    expect(Math.min(...under)).toBeGreaterThanOrEqual(2);
    expect(v.wrong).toEqual([]);
  }, 240_000);

  it("goes on by itself when the network was away, and says so meanwhile", async () => {
    const link = await place.newCase();
    const v = await sit(link, { failures: true });
    let away = true;
    await v.page.route(/\/frames\//, (r) => (away ? r.abort("internetdisconnected") : r.continue()));
    await start(v, "Start without colours");
    await cue(v).getByText("There is no connection just now").waitFor({ timeout: 150_000 });
    expect(await v.look("54-live-away")).toEqual([]);
    away = false;
    await stage(v).waitFor({ state: "detached", timeout: 60_000 });
    await expect.poll(async () => (await place.readCase(link)).items.find((i) => i.item === "face")?.status, { timeout: 60_000 }).not.toBe("missing");
    expect(v.wrong).toEqual([]);
  }, 240_000);

  it("is led in Arabic, from right to left", async () => {
    const link = await place.newCase({ locale: "ar" });
    const v = await sit(link, { locale: "ar" });
    await v.page.getByRole("button", { name: "البدء دون ألوان" }).click();
    await cue(v).getByText("أدر رأسك ببطء").waitFor({ timeout: 60_000 });
    expect(await v.look("56-live-ar")).toEqual([]);
    expect(v.wrong).toEqual([]);
  }, 120_000);

});
