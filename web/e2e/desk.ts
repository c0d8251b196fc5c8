// What the tests of the console share: people who come in with a passkey, and what
// they do with a case.

import { expect } from "vitest";
import type { Link, Place, Visit } from "./harness";

// come opens an invitation and makes a passkey with it.
export async function come(place: Place, link: string): Promise<Visit> {
  const v = await place.visit(link, { desk: true, failures: true });
  v.page.setDefaultTimeout(25_000);
  const cdp = await v.page.context().newCDPSession(v.page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await v.page.getByRole("button", { name: "Make a passkey" }).click();
  await v.page.getByRole("button", { name: "Sign out" }).waitFor();
  return v;
}

// settled waits until nothing is checked any more.
export async function settled(place: Place, link: Link): Promise<string> {
  for (;;) {
    const { state } = await place.readCase(link);
    if (state !== "processing") return state;
    await new Promise((done) => setTimeout(done, 500));
  }
}

// tail is what the console calls a case.
export const tail = (link: Link) => `…${link.id.slice(-8)}`;

export async function openCase(v: Visit, link: Link): Promise<void> {
  await v.page.goto(`${new URL(v.page.url()).origin}/console/#/case/${link.id}`);
  await v.page.reload(); // the address alone loads nothing anew where it is the same
  await v.page.getByRole("heading", { name: `Case ${tail(link)}` }).waitFor();
  await v.page.getByRole("region", { name: "Evidence" }).waitFor();
}

export async function judge(v: Visit, item: string, choice: "Passed" | "Ask again" | "Refuse", why?: string): Promise<void> {
  const box = v.page.getByRole("group", { name: item });
  await box.getByRole("radio", { name: choice }).check();
  if (why) await box.getByLabel("Why").selectOption({ label: why });
}

// look examines the screen for accessibility, and at the desk's own size after.
export async function look(v: Visit, name: string): Promise<void> {
  expect.soft(await v.look(name)).toEqual([]);
  await v.shot(`${name}-phone`);
  await v.page.setViewportSize({ width: 1280, height: 800 });
}
