// Measures how many frames a second the guidance looks at, for documents and for
// faces, and how long the page itself is busy meanwhile. `npm run speed` prints a
// line for each; docs/evaluation/guidance.md has what was seen.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Place } from "./harness";

const bin = process.env.BONAFIDE ?? join(resolve(import.meta.dirname, "../.."), "bin/bonafide");
const dir = mkdtempSync(join(tmpdir(), "bonafide-speed-"));
const demo = join(dir, "demo");
const least = 12; // frames a second
const seconds = 8;

// Neither film ever shows a picture that is good, which would end it.
beforeAll(() => {
  execFileSync(bin, ["specimen", "--out", demo, "--seed", "7", "--film", "turn_left:1.5,turn_right:1.5", "--film-rate", "30"]);
  const ffmpeg = (...args: string[]) => execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...args]);
  ffmpeg("-i", join(demo, "film.y4m"), "-vf", "scale=720:960,format=yuvj420p", "-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", join(dir, "face.mjpeg"));
  ffmpeg("-loop", "1", "-i", join(demo, "passport-blurred.jpg"), "-t", "2", "-r", "30", "-vf", "scale=1280:960,format=yuvj420p", "-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", join(dir, "document.mjpeg"));
}, 240_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each(["document", "face"] as const)("%s", async (what) => {
  const place = await Place.open(undefined, [
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${join(dir, `${what}.mjpeg`)}`,
  ]);
  try {
    const link = await place.newCase();
    // The step of the face comes when all else is there.
    for (const [item, file, type] of what === "face" ? ([["document_front", "passport.jpg", "application/octet-stream"], ["details", "details.json", "application/json"]] as const) : []) {
      const answer = await fetch(`${place.base}/v1/cases/${link.id}/submissions/${item}`, {
        method: "POST", headers: { Authorization: `Bearer ${link.token}`, "Content-Type": type }, body: readFileSync(join(demo, file)),
      });
      if (!answer.ok) throw new Error(await answer.text());
    }
    const v = await place.visit(link.url);
    if (what === "document") await v.begin();
    await v.page.getByRole("button", { name: "Take a photo", exact: true }).click();
    const stage = v.page.locator("dialog[data-frames]");
    await stage.waitFor({ timeout: 90_000 });
    await v.page.waitForTimeout(2000);
    const seen = await stage.evaluate(async (d: HTMLElement, seconds) => {
      const [from, at] = [Number(d.dataset.frames), performance.now()];
      // What somebody who taps would wait: a timer that is due and does not run.
      const late: number[] = [];
      let due = performance.now() + 10;
      const timer = setInterval(() => {
        late.push(Math.max(0, performance.now() - due));
        due = performance.now() + 10;
      }, 10);
      await new Promise((done) => setTimeout(done, seconds * 1000));
      clearInterval(timer);
      late.sort((a, b) => a - b);
      return { fps: ((Number(d.dataset.frames) - from) * 1000) / (performance.now() - at), late95: late[Math.floor(late.length * 0.95)]!, latest: late.at(-1)! };
    }, seconds);
    const round = (x: number) => Math.round(x * 10) / 10;
    console.log(JSON.stringify({ guidance: what, frames_per_second: round(seen.fps), late_ms_p95: round(seen.late95), late_ms_max: round(seen.latest), cores: cpus().length, load: round(loadavg()[0]!) }));
    expect(v.wrong).toEqual([]);
    expect(seen.fps).toBeGreaterThanOrEqual(least);
  } finally {
    await place.close();
  }
});
