// What a device says of itself when a human is asked for: coarse, and shown before
// it is sent.

import { preflight } from "../guide/camera";

export interface Device {
  system?: string;
  browser?: string;
  width: number;
  height: number;
  camera: "none" | "denied" | "there";
}

// systemOf and browserOf read the names that people know out of a user agent; ""
// where it says nothing known. Versions go as far as a helper needs them.
export function systemOf(agent: string): string {
  const version = (r: RegExp) => r.exec(agent)?.[1]?.replace(/_/g, ".") ?? "";
  const named = (name: string, r: RegExp) => `${name} ${version(r)}`.trim();
  if (/iPhone|iPad|iPod/.test(agent)) return named("iOS", /OS (\d+_\d+)/);
  if (/Android/.test(agent)) return named("Android", /Android (\d+)/);
  if (/Windows/.test(agent)) return "Windows";
  if (/Mac OS X/.test(agent)) return "macOS";
  if (/CrOS/.test(agent)) return "ChromeOS";
  return /Linux/.test(agent) ? "Linux" : "";
}

export function browserOf(agent: string): string {
  // Most name others besides themselves; the first that is found is it.
  for (const [name, r] of [
    ["Edge", /Edg(?:e|A|iOS)?\/(\d+)/],
    ["Opera", /OPR\/(\d+)/],
    ["Samsung Internet", /SamsungBrowser\/(\d+)/],
    ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/],
    ["Chrome", /(?:HeadlessChrome|Chrome|CriOS|Chromium)\/(\d+)/],
    ["Safari", /Version\/(\d+).*Safari/],
  ] as const) {
    const found = r.exec(agent);
    if (found) return `${name} ${found[1]}`;
  }
  return "";
}

// deviceFacts collects them, without asking for anything.
export async function deviceFacts(): Promise<Device> {
  const why = await preflight();
  const [system, browser] = [systemOf(navigator.userAgent), browserOf(navigator.userAgent)];
  return {
    ...(system === "" ? {} : { system }),
    ...(browser === "" ? {} : { browser }),
    width: screen.width,
    height: screen.height,
    camera: why === undefined ? "there" : why === "denied" ? "denied" : "none",
  };
}
