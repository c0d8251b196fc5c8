// What the browser test stands on: a server of its own in a temporary folder, a
// browser, and pages that note everything that must not happen.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";

const repo = resolve(import.meta.dirname, "../..");
const binary = process.env.BONAFIDE ?? join(repo, "bin/bonafide");
const lib = join(repo, "lib/bonafide");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Set SHOTS to a folder to get a picture of every screen.
const shots = process.env.SHOTS;

export interface Link {
  url: string;
  id: string;
  token: string;
}

function launch(args: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...args],
  });
}

// Place is one server with its data, specimens and browser.
export class Place {
  readonly dir = mkdtempSync(join(tmpdir(), "bonafide-e2e-"));
  base = "";
  key = ""; // of the API
  private server: ChildProcess | undefined;
  private readonly contexts: BrowserContext[] = [];
  private readonly others: Browser[] = [];
  private constructor(
    private readonly browser: Browser,
    private readonly rules: (policy: string) => string,
    private readonly operator: Record<string, string>,
    private readonly flags: readonly string[],
  ) {}

  // open starts a place; rules change its policy.
  // args are the browser's, as for a camera that plays a film; operator are the files
  // in which the operator says who they are, operator.yaml and what it names; flags the server's.
  static async open(rules: (policy: string) => string = (text) => text, args: readonly string[] = [], operator: Record<string, string> = {}, flags: readonly string[] = []): Promise<Place> {
    for (const [what, where] of [
      ["the program (make build)", binary],
      ["the models (make assets)", join(lib, "libonnxruntime.so.1")],
      ["Chromium (apt-get install chromium)", "/usr/bin/chromium"],
    ] as const) {
      if (!existsSync(where)) throw new Error(`the browser test needs ${what}: ${where} is not there`);
    }
    const browser = await launch(args);
    const place = new Place(browser, rules, operator, flags);
    try {
      await place.start();
    } catch (e) {
      await place.close();
      throw e;
    }
    return place;
  }

  // start starts the server; a second start takes the same address and data.
  async start(): Promise<void> {
    const listen = this.base === "" ? "127.0.0.1:0" : new URL(this.base).host;
    for (const [name, text] of Object.entries(this.operator)) writeFileSync(join(this.dir, name), text);
    const own = this.operator["operator.yaml"] ? ["--operator", join(this.dir, "operator.yaml")] : [];
    const server = spawn(binary, ["--lib", lib, "serve", "--data", join(this.dir, "data"), "--listen", listen, "--demo", "--policy", this.policy(), ...own, ...this.flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.server = server;
    let said = "";
    await new Promise<void>((done, fail) => {
      server.on("exit", (code) => fail(new Error(`the server ended with ${code}: ${said}`)));
      server.on("error", fail);
      server.stdout.on("data", (d: Buffer) => {
        said += d.toString();
        if (/try it\s+\S+\n/.test(said)) done();
      });
    });
    this.base = /serves (\S+)/.exec(said)?.[1] ?? "";
    this.key = /API key\s+(\S+)/.exec(said)?.[1] ?? "";
  }

  // policy is the shipped one, with breaks short enough to be waited for.
  private policy(): string {
    const file = join(this.dir, "policy.yaml");
    const text = readFileSync(join(repo, "internal/policy/standard.yaml"), "utf8");
    const short = text.replace(/pauses: \[.*\]/, "pauses: [0s, 6s]");
    if (short === text) throw new Error("the policy has no pauses to shorten");
    // One person for many accounts; the Go tests see to what happens without.
    const several = short.replace("several_accounts: false", "several_accounts: true");
    if (several === short) throw new Error("the policy does not say how many accounts a document verifies");
    execFileSync("tee", [file], { input: this.rules(several), stdio: ["pipe", "ignore", "inherit"] });
    return file;
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server || server.exitCode !== null) return;
    server.removeAllListeners("exit");
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await ended;
  }

  async close(): Promise<void> {
    await Promise.all([this.browser, ...this.others].map((b) => b.close()));
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  // specimen makes a person who does not exist and returns the folder.
  specimen(name: string, ...flags: string[]): string {
    const out = join(this.dir, name);
    execFileSync(binary, ["specimen", "--out", out, ...flags]);
    return out;
  }

  async newCase(body: Record<string, unknown> = {}): Promise<Link> {
    const answer = await fetch(`${this.base}/v1/cases`, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ external_id: crypto.randomUUID(), ...body }),
    });
    if (answer.status !== 201) throw new Error(`create case: ${answer.status} ${await answer.text()}`);
    const { case: made, link } = (await answer.json()) as { case: { id: string }; link: { url: string; token: string } };
    return { url: link.url, id: made.id, token: link.token };
  }

  // send sends one item of a case as its applicant does.
  async send(link: Link, item: string, body: Buffer | string): Promise<{ accepted: boolean; findings: { code: string }[] }> {
    const json = typeof body === "string";
    const answer = await fetch(`${this.base}/v1/cases/${link.id}/submissions/${item}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${link.token}`, "Content-Type": json ? "application/json" : "application/octet-stream" },
      body: json ? body : new Uint8Array(body),
    });
    if (!answer.ok) throw new Error(`send ${item}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as never;
  }

  // asks calls the API with its key.
  async asks<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  // settled waits until a case is decided or waits for somebody, and says which.
  async settled(link: Link): Promise<string> {
    for (;;) {
      const { state } = await this.readCase(link);
      if (state !== "processing") return state;
      await new Promise((done) => setTimeout(done, 300));
    }
  }

  async askHelp(link: Link): Promise<void> {
    const answer = await fetch(`${this.base}/v1/cases/${link.id}/help`, { method: "POST", headers: { Authorization: `Bearer ${link.token}` } });
    if (!answer.ok) throw new Error(`ask help: ${answer.status} ${await answer.text()}`);
  }

  async readCase(link: Link, locale = ""): Promise<{ state: string; title: string; language: string; items: { item: string; name: string; status: string; attempts: number; from_document?: string[] }[] }> {
    const answer = await fetch(`${this.base}/v1/cases/${link.id}${locale && `?locale=${locale}`}`, { headers: { Authorization: `Bearer ${link.token}` } });
    return (await answer.json()) as never;
  }

  // invite makes the way in for a person who works for the operator.
  invite(name: string, role: string): string {
    const said = execFileSync(binary, ["operators", "invite", "--data", join(this.dir, "data"), "--public-url", this.base, "--role", role, name]).toString();
    return said.split("\n")[0] ?? "";
  }

  // visit opens a page. camera is the film that the browser's camera plays; such a
  // visit has a browser of its own, which its close ends.
  async visit(url: string, options: { failures?: boolean; locale?: string; camera?: string; denied?: boolean; desk?: boolean } = {}): Promise<Visit> {
    const browser = options.camera ? await launch(["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${options.camera}`]) : this.browser;
    if (browser !== this.browser) this.others.push(browser);
    const context = await browser.newContext({
      viewport: options.desk ? { width: 1280, height: 800 } : { width: 360, height: 740 }, locale: options.locale ?? "en-GB", serviceWorkers: "block",
      // No list at all leaves it to the browser; an empty one denies.
      ...(options.camera ? { permissions: options.denied ? [] : ["camera"] } : {}),
    });
    this.contexts.push(context);
    // A machine that does other things besides is no reason to fail.
    context.setDefaultTimeout(90_000);
    const visit = new Visit(await context.newPage(), new URL(options.desk ? url : this.base || url).origin, options.failures ?? false);
    await visit.page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));
    });
    await visit.page.goto(url);
    return visit;
  }
}

// Visit is one page with its record of what must not happen.
export class Visit {
  readonly wrong: string[] = [];
  readonly requests: Request[] = [];

  constructor(
    readonly page: Page,
    origin: string,
    // failures says that requests are meant to fail, which the browser logs.
    failures: boolean,
  ) {
    page.on("console", (m) => {
      const expected = failures && m.text().startsWith("Failed to load resource");
      if ((m.type() === "error" || m.type() === "warning") && !expected) this.wrong.push(`console ${m.type()}: ${m.text()}`);
    });
    page.on("pageerror", (e) => this.wrong.push(`script error: ${e.message}`));
    page.on("request", (r) => {
      this.requests.push(r);
      if (!r.url().startsWith("blob:") && new URL(r.url()).origin !== origin) this.wrong.push(`request to ${new URL(r.url()).origin}`);
    });
  }

  // begin goes from the welcome to the front of the document, in any language.
  async begin(kind = "passport"): Promise<void> {
    await this.page.locator(".screen .main").click();
    await this.choice(kind).click();
    await this.page.locator("input[type=file]").waitFor({ state: "attached" });
  }

  // choice is the button of a kind of document, which are offered in this order.
  choice(kind: string) {
    return this.page.locator(".kinds-of-document button").nth(["passport", "id_card", "driving_licence", "residence_permit"].indexOf(kind));
  }

  // back goes one screen back, by the page's own button.
  async back(): Promise<void> {
    await this.page.locator(".way .back").click();
  }

  // next goes on from what was received.
  async next(): Promise<void> {
    await this.page.locator(".screen .main").first().click();
  }

  // focused says whether the focus is on the heading of a screen.
  async focused(name: string): Promise<boolean> {
    return this.page.getByRole("heading", { name }).evaluate((e) => e === document.activeElement);
  }

  // close ends the visit, with the browser that it had to itself.
  async close(): Promise<void> {
    const browser = this.page.context().browser();
    await this.page.context().close();
    if (browser?.contexts().length === 0) await browser.close();
  }

  card(name: string) {
    return this.page.getByRole("region", { name });
  }

  // choose hands a file to the chooser of a card.
  async choose(name: string, file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.card(name).locator("input[type=file]").setInputFiles(file);
  }

  // front chooses a photo of the document's front and finds it fit to read.
  async front(file: string, name = "Front of the document"): Promise<void> {
    await this.choose(name, file);
    await this.page.locator("figure.piece canvas").first().waitFor();
    await this.next();
  }

  async fill(details: Record<string, string>, name = "Your details"): Promise<void> {
    const card = this.card(name);
    for (const [field, value] of Object.entries(details)) {
      if (field.endsWith("_date")) {
        const [year = "", month = "", day = ""] = value.split("-");
        await card.locator(`[name=${field}_day]`).fill(String(Number(day)));
        await card.locator(`[name=${field}_month]`).selectOption(month);
        await card.locator(`[name=${field}_year]`).fill(year);
      } else if (field !== "nationality") {
        await card.locator(`[name=${field}]`).fill(value);
      }
    }
  }

  // begun waits for the form to begin with what the document says, and empties a field.
  async begun(empty?: string, name = "Your details"): Promise<void> {
    await this.card(name).locator(".from").first().waitFor();
    if (empty) await this.card(name).locator(`[name=${empty}]`).fill("");
  }

  async state(title: string): Promise<void> {
    await this.page.getByRole("heading", { name: title }).waitFor();
  }

  // look examines the screen as it is: accessibility in both colour schemes, and
  // that nothing is wider than the narrowest screens (WCAG 2.2, 1.4.10).
  async look(name: string): Promise<string[]> {
    const { page } = this;
    const found: string[] = [];
    // Colours are what differs in the dark.
    const rules = { light: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], dark: ["color-contrast"] };
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.evaluate(`window.axe || (() => { ${axe} })()`);
      found.push(
        ...(await page.evaluate(async (runOnly) => {
          const { axe } = window as unknown as { axe: { run(o: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
          const { violations } = await axe.run({ runOnly });
          return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html}`));
        }, rules[colorScheme])),
      );
      await this.shot(`${name}-360-${colorScheme}`);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > 320) found.push(`at 320 px the page is ${wide} px wide`);
    // Nor may a word stand out of its own box, which the page's width hides.
    found.push(
      ...(await page.evaluate(() =>
        Array.from(document.querySelectorAll("h1, h2, h3, p, dt, dd, li, label, legend, button, select"))
          .filter((e) => !e.closest(".unseen") && !e.classList.contains("unseen") && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
          .map((e) => `at 320 px too wide for its box: ${e.outerHTML.slice(0, 200)}`),
      )),
    );
    if (shots) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await this.shot(`${name}-1280-dark`);
      await page.emulateMedia({ colorScheme: "light" });
      await this.shot(`${name}-1280-light`);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: "light" });
    return found;
  }

  async shot(name: string): Promise<void> {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  }
}
