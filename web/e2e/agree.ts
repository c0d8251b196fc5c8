// Measures how many of the photos that the device finds good are good for the
// server as well. `npm run agree` photographs specimens, half of them with
// something wrong, shows each to the guidance in Chromium as a camera would, and
// has the server look at what the page would send. PHOTOS is a folder that
// `bonafide specimen --kind photos` has made before; GOOD how many good ones are
// enough. docs/evaluation/guidance.md has what was seen.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { afterAll, expect, it } from "vitest";
import type {} from "./agree/looked";

const repo = resolve(import.meta.dirname, "../..");
const bin = process.env.BONAFIDE ?? join(repo, "bin/bonafide");
const enough = Number(process.env.GOOD ?? 300);
const dir = mkdtempSync(join(tmpdir(), "bonafide-agree-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// What the guidance does not look for: a finger is found by the server alone.
const beyond = new Set(["obstructed"]);

interface Photo {
  file: string;
  defect: string;
  strength: number;
}
it("agrees with the server", async () => {
  const photos = process.env.PHOTOS ?? join(dir, "photos");
  if (!process.env.PHOTOS) execFileSync(bin, ["specimen", "--kind", "photos", "--count", String(2 * enough), "--seed", "700000", "--out", photos]);
  const list = JSON.parse(readFileSync(join(photos, "photos.json"), "utf8")) as Photo[];
  const vite = await createServer({ root: join(repo, "web"), logLevel: "error", server: { host: "127.0.0.1", port: 0, hmr: false } });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: ["--disable-gpu", "--disable-background-networking"] });
  const good: Photo[] = [];
  const hints: Record<string, Record<string, number>> = {};
  let shown = 0;
  try {
    await vite.listen();
    const page = await browser.newPage();
    await page.goto(new URL("/a/e2e/agree/index.html", vite.resolvedUrls!.local[0]).href);
    await page.waitForFunction(() => "looked" in window, null, { timeout: 60_000 });
    for (const p of list.filter((p) => !beyond.has(p.defect))) {
      if (good.length >= enough) break;
      const { hint, photo } = await page.evaluate((photo) => window.looked(photo), readFileSync(join(photos, p.file)).toString("base64"));
      shown++;
      ((hints[p.defect] ??= {})[hint] ??= 0), hints[p.defect]![hint]!++;
      if (hint !== "taken") continue;
      writeFileSync(join(dir, p.file), Buffer.from(photo, "base64"));
      good.push(p);
    }
  } finally {
    await browser.close();
    await vite.close();
  }
  const answers = execFileSync(bin, ["--lib", join(repo, "lib/bonafide"), "inspect", "document", "--json", ...good.map((p) => join(dir, p.file))], {
    encoding: "utf8", maxBuffer: 1 << 28,
  });
  const refused: (Photo & { codes: string[] })[] = [];
  answers.trim().split("\n").forEach((line, k) => {
    const { findings } = JSON.parse(line) as { findings?: { code: string; severity: string }[] };
    const codes = (findings ?? []).filter((f) => f.severity !== "note").map((f) => f.code);
    if (codes.length > 0) refused.push({ ...good[k]!, codes });
  });
  const share = 1 - refused.length / good.length;
  console.log(JSON.stringify({ shown, good_on_device: good.length, pass_on_server: good.length - refused.length, share, hints, refused }));
  expect(good.length).toBeGreaterThanOrEqual(Math.min(enough, list.length / 3));
  expect(share).toBeGreaterThanOrEqual(0.97);
});
