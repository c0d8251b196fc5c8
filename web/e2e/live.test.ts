// The face that is followed on the device: the numbers are the server's.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seen } from "../src/live/measure";
import { Place } from "./harness";

const repo = resolve(import.meta.dirname, "../..");
const bin = process.env.BONAFIDE ?? join(repo, "bin/bonafide");
const dir = mkdtempSync(join(tmpdir(), "bonafide-live-"));
let place: Place;
let demo: string;

beforeAll(async () => {
  demo = join(dir, "demo");
  // Somebody who comes before the camera and looks into it.
  execFileSync(bin, ["specimen", "--out", demo, "--seed", "7", "--date", "2026-11-23", "--film", "away:2,rest:8"]);
  place = await Place.open(undefined, ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${join(demo, "film.y4m")}`]);
});
afterAll(async () => {
  await place?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("the face on the device", () => {
  it.each(["selfie.jpg", "selfie-dark.jpg", "other-person.jpg"])("is measured as on the server: %s", async (name) => {
    const v = await place.visit((await place.newCase()).url);
    const asset = readdirSync(join(repo, "internal/applicant/dist/assets")).find((f) => f.startsWith("faces-") && f.endsWith(".js"));
    const photo = readFileSync(join(demo, name)).toString("base64");
    const seen = (await v.page.evaluate(
      async ([asset, photo]) => {
        const worker = new Worker(`/a/assets/${asset}`, { type: "module" });
        const answer = () => new Promise<{ kind: string; seen: unknown }>((done) => (worker.onmessage = (e) => done(e.data as never)));
        const first = await answer();
        if (first.kind !== "ready") return first;
        const image = await createImageBitmap(new Blob([Uint8Array.from(atob(photo!), (c) => c.charCodeAt(0))], { type: "image/jpeg" }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const pen = canvas.getContext("2d", { willReadFrequently: true })!;
        pen.drawImage(image, 0, 0);
        worker.postMessage({ pixels: pen.getImageData(0, 0, image.width, image.height), at: 0 });
        const { seen } = await answer();
        worker.terminate();
        return seen;
      },
      [asset, photo],
    )) as Seen;
    const want = JSON.parse(execFileSync(bin, ["--lib", join(repo, "lib/bonafide"), "inspect", "face", "--json", join(demo, name)], { encoding: "utf8" })) as {
      box: number[];
      quality: Record<"yaw" | "pitch" | "roll" | "brightness" | "overexposed" | "backlight" | "uniformity" | "sharpness" | "eyes_open" | "mouth_open" | "inter_eye_distance", number>;
    };
    const { face } = seen;
    const q = want.quality;
    expect(face).toBeDefined();
    const f = face!;
    for (const [what, mine, server, near] of [
      ["left edge", f.box.x, want.box[0]!, 8], ["top", f.box.y, want.box[1]!, 8], ["width", f.box.width, want.box[2]!, 10], ["height", f.box.height, want.box[3]!, 10],
      ["between the eyes", f.apart, q.inter_eye_distance, 3], ["yaw", f.pose.yaw, q.yaw, 1.5], ["pitch", f.pose.pitch, q.pitch, 1.5], ["roll", f.pose.roll, q.roll, 1],
      ["light", f.mean, q.brightness, 3], ["burnt out", f.over, q.overexposed, 0.01], ["backlight", f.backlight, q.backlight, 4], ["uniformity", f.uniformity, q.uniformity, 0.04],
      ["sharpness", f.sharpness!, q.sharpness, 0.15], ["eyes", f.shutter, q.eyes_open, 0.03], ["mouth", f.mouth, q.mouth_open, 0.03],
    ] as const) {
      expect(Math.abs(mine - server), `${what}: ${mine} here, ${server} there`).toBeLessThan(near);
    }
    expect(v.wrong).toEqual([]);
  });

  it("is guided, and the photo takes itself when it is good", async () => {
    const link = await place.newCase();
    for (const [item, file, type] of [["document_front", "passport.jpg", "application/octet-stream"], ["details", "details.json", "application/json"]] as const) {
      const answer = await fetch(`${place.base}/v1/cases/${link.id}/submissions/${item}`, {
        method: "POST", headers: { Authorization: `Bearer ${link.token}`, "Content-Type": type }, body: readFileSync(join(demo, file)),
      });
      expect(answer.ok).toBe(true);
    }
    const v = await place.visit(link.url);
    await v.page.getByRole("button", { name: "Take a photo", exact: true }).click();
    const cue = v.page.locator("dialog.live .cue");
    await cue.getByText("Hold your face in the oval.").waitFor({ timeout: 60_000 });
    // The camera has the whole screen.
    expect(await v.page.locator("dialog.live").evaluate((d) => [d.clientWidth, d.clientHeight])).toEqual([360, 740]);
    await v.shot("57-selfie");
    // Nobody presses anything.
    await v.page.locator("dialog.live").waitFor({ state: "detached", timeout: 60_000 });
    await v.state("You are verified");
    expect(v.wrong).toEqual([]);
  });
});
