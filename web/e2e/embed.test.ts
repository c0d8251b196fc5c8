// The page on other people's pages: in a frame, and on the way back to them. The host
// has an origin of its own and a policy as strict as a bank's.

import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Place, type Visit } from "./harness";

const face = "Your face";

let place: Place;
let demo: string;
let listed: Server;
let stranger: Server;
const read = (name: string) => JSON.parse(readFileSync(join(demo, name), "utf8")) as Record<string, string>;
const origin = (s: Server) => `http://localhost:${(s.address() as AddressInfo).port}`;

// host serves a page that embeds ours: a dialog, or within the page at /within.
function host(): Promise<Server> {
  const script = `
    import { open } from "${"BASE"}/embed/v1.js";
    window.said = [];
    const begin = () => { window.shown = open({
      link: decodeURIComponent(new URLSearchParams(location.search).get("link")),
      into: location.pathname === "/within" ? document.querySelector("main") : undefined,
      close: "Close this", on: (e) => window.said.push(e) }); };
    document.querySelector("button").onclick = begin;`;
  const server = createServer((q, a) => {
    const path = new URL(q.url ?? "/", "http://x").pathname;
    if (path === "/host.js") return void a.setHeader("Content-Type", "text/javascript").end(script.replace("BASE", place.base));
    a.setHeader("Content-Security-Policy", `default-src 'none'; script-src 'self' ${place.base}; frame-src ${place.base}`);
    a.setHeader("Content-Type", "text/html").end(
      path === "/favicon.ico" ? "" : `<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><button>Verify</button><main></main><script type="module" src="/host.js"></script></html>`,
    );
  });
  return new Promise((done) => server.listen(0, "localhost", () => done(server)));
}

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 32"><path fill="#0a53a8" d="M0 4h24v24H0zM36 10h90v12H36z"/></svg>`;

beforeAll(async () => {
  [listed, stranger] = await Promise.all([host(), host()]);
  place = await Place.open(undefined, [], {
    "logo.svg": logo,
    "logo-dark.svg": logo.replace("#0a53a8", "#79b8ff"),
    "operator.yaml": `name: Example Exchange
help_centre: https://help.example.org
return_to: [${origin(listed)}]
embed_in: [${origin(listed)}]
look:
  logo: logo.svg
  logo_dark: logo-dark.svg
  light: {main: "#0a53a8", on_main: "#ffffff"}
  dark: {main: "#79b8ff", on_main: "#0c1f33"}
`,
  });
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
});
afterAll(async () => {
  await place?.close();
  for (const s of [listed, stranger]) s?.close();
});

type Said = { type: string; step?: string; case?: string; height?: number };
const said = (v: Visit) => v.page.evaluate(() => (window as unknown as { said: Said[] }).said);
const heard = (v: Visit, type: string, step?: string) =>
  v.page.waitForFunction(([t, s]) => (window as unknown as { said: Said[] }).said.some((e) => e.type === t && (!s || e.step === s)), [type, step] as const);
const embed = async (at: Server, path: string, link: string, options: Parameters<Place["visit"]>[1] = {}) => {
  const v = await place.visit(`${origin(at)}${path}?link=${encodeURIComponent(encodeURIComponent(link))}`, options);
  await v.page.getByRole("button", { name: "Verify" }).click();
  return v;
};
// wrong is what must not happen, but that the host has an origin of its own.
const wrong = (v: Visit) => v.wrong.filter((w) => w !== `request to ${origin(listed)}`);

it("shows the page in a dialog of another one, with the camera, and tells it what happens", async () => {
  const link = await place.newCase();
  const film = join(place.dir, "blurred.mjpeg");
  writeFileSync(film, Buffer.concat(Array<Buffer>(30).fill(readFileSync(join(demo, "passport-blurred.jpg")))));
  const v = await embed(listed, "/", link.url, { camera: film });
  await heard(v, "ready");
  await heard(v, "step", "welcome");
  const within = v.page.frameLocator("dialog iframe");
  await within.getByRole("button", { name: "Continue" }).click();
  await heard(v, "step", "choose");
  await within.getByRole("button", { name: "Passport" }).click();
  await heard(v, "step", "document_front");
  await within.getByRole("button", { name: "Take a photo" }).click();
  await within.locator(".shutter[aria-disabled=false]").waitFor();
  await v.shot("60-embedded-camera");
  await within.getByRole("button", { name: "Close" }).click();
  // What says it is the page and is not goes unheard.
  await v.page.evaluate((from) => {
    postMessage({ bonafide: 1, type: "done", case: "case_forged" }, "*");
    dispatchEvent(new MessageEvent("message", { data: { bonafide: 1, type: "done", case: "case_forged" }, origin: from, source: window }));
  }, place.base);
  await within.getByRole("button", { name: "Ask a human" }).click();
  await within.getByRole("button", { name: "Yes, ask a human" }).click();
  await heard(v, "done");
  await v.shot("61-embedded-done");
  await within.getByRole("button", { name: "Back to Example Exchange" }).click();
  await heard(v, "closed");
  expect(await v.page.locator("dialog, iframe").count()).toBe(0);
  const all = await said(v);
  expect(all.filter((e) => e.type === "done")).toEqual([{ type: "done", case: link.id }]);
  expect(JSON.stringify(all)).not.toContain(link.token);
  expect(all.at(-1)).toEqual({ type: "closed" });
  // By the dialog's own button too, and the way goes on where it was.
  await v.page.getByRole("button", { name: "Verify" }).click();
  await v.page.getByRole("button", { name: "Close this" }).click();
  expect(await v.page.locator("dialog, iframe").count()).toBe(0);
  expect(wrong(v)).toEqual([]);
  await v.close();
});

it("stands within another page, as high as it is", async () => {
  const v = await embed(listed, "/within", (await place.newCase()).url);
  await heard(v, "resize");
  await heard(v, "ready");
  const frame = v.page.locator("main > iframe");
  const content = () => v.page.frames()[1]!.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  await expect.poll(async () => (await frame.boundingBox())!.height - Math.max(560, await content())).toBe(0);
  const ended = await embed(listed, "/within", `${place.base}/a/#case=case_1&token=bf_tok_wrong`, { failures: true });
  await heard(ended, "link_ended");
  expect([...wrong(v), ...wrong(ended)]).toEqual([]);
});

it("is shown by no page that is not listed, and says nothing to it", async () => {
  const link = await place.newCase();
  const v = await embed(stranger, "/", link.url);
  await expect.poll(() => v.wrong.filter((w) => w.includes("frame-ancestors")).length).toBeGreaterThan(0);
  await v.page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  expect(await said(v)).toEqual([]);
  expect(v.page.frames().map((f) => f.url()).filter((u) => u.startsWith(place.base))).toEqual([]);
  // Nor does the script work for a link of somebody else's.
  const other = await place.visit(`${origin(listed)}/?link=${encodeURIComponent("https://evil.example/a/")}`);
  const error = other.page.waitForEvent("pageerror");
  await other.page.getByRole("button", { name: "Verify" }).click();
  expect((await error).message).toContain("take both from one server");
});

it("shows whose it is, and takes people back with the state and nothing else", async () => {
  const to = `${origin(listed)}/verified?order=7`;
  const link = await place.newCase({ return_url: to, return_state: "s & t" });
  await place.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
  await place.send(link, "details", JSON.stringify(read("details.json")));
  const v = await place.visit(link.url);
  await v.card(face).waitFor();
  const logoShown = v.page.getByRole("img", { name: "Example Exchange" });
  expect(await logoShown.evaluate((e: HTMLImageElement) => e.naturalWidth)).toBeGreaterThan(0);
  expect(await v.page.locator(".way progress").evaluate((e) => getComputedStyle(e).color)).toBe("rgb(10, 83, 168)");
  const back = `${to.replace("?", "?case=" + link.id + "&")}&state=s+%26+t`;
  expect(await v.page.getByRole("link", { name: "Back to Example Exchange" }).getAttribute("href")).toBe(back);
  expect(await v.look("62-operator")).toEqual([]);
  expect(wrong(v)).toEqual([]);
  await v.choose(face, join(demo, "selfie.jpg"));
  await v.state("You are verified");
  await v.page.getByText("You will be taken there in a few seconds.").waitFor();
  await v.page.waitForURL(back);
  expect(v.page.url()).not.toContain("token");
  // Who comes again is not taken away, and who wants to stay stays.
  const again = await place.visit(link.url);
  await again.state("You are verified");
  expect(await again.page.getByText("You will be taken there").count()).toBe(0);
  expect(await again.look("63-operator-approved")).toEqual([]);
  const refused = await fetch(`${place.base}/v1/cases`, {
    method: "POST",
    headers: { Authorization: `Bearer ${place.key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ external_id: "x", return_url: `${origin(stranger)}/` }),
  });
  expect([refused.status, ((await refused.json()) as { type: string }).type.split(":").pop()]).toEqual([422, "return_not_allowed"]);
  expect(wrong(again)).toEqual([]);
});

it("is the operator's where people check what is theirs", async () => {
  const v = await place.visit(`${place.base}/support/check?locale=ar`);
  expect(await v.page.getByRole("img", { name: "Example Exchange" }).evaluate((e: HTMLImageElement) => e.naturalWidth)).toBeGreaterThan(0);
  expect(await v.look("64-support-check")).toEqual([]);
  expect(v.wrong).toEqual([]);
});
