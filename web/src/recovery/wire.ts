// The way back to an account, as the server says it. No answer tells whether an
// address is anybody's.

import type { Client } from "../api";

export interface Recovery {
  status: "open" | "face" | "proved" | "reported";
  choices: ("recover" | "not_me" | "human")[];
  ways?: ("email" | "phone")[]; // by which codes can be sent at all
  codes_left: number;
  next_code_in: number; // seconds
  tries_left: number;
  code_expires_in: number; // seconds
  title: string;
  text: string;
  fix: string;
}

export interface Tried {
  right: boolean;
  recovery: Recovery;
  link?: { url: string };
}

export const readRecovery = (c: Client) => c.call<Recovery>("GET", "/recovery");
export const askCode = (c: Client, contact: string) => c.call<Recovery>("POST", "/recovery/codes", JSON.stringify({ contact }));
export const tryCode = (c: Client, code: string) => c.call<Tried>("POST", "/recovery/proofs", JSON.stringify({ code }));
export const report = (c: Client) => c.call<Recovery>("POST", "/recovery/reports");

// isLive says that the last code can be tried.
export const isLive = (r: Recovery) => r.tries_left > 0 && r.code_expires_in > 0;

// contactOf reads an address as it may be sent: an e-mail address, or a phone number
// with its country; undefined for what is no whole one. The server looks again.
export function contactOf(typed: string, ways: Recovery["ways"]): string | undefined {
  const text = typed.normalize("NFKC").trim();
  if (text.includes("@")) return /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(text) && text.length <= 254 ? text : undefined;
  if (ways && !ways.includes("phone")) return undefined;
  const digits = text.replace(/[\s\-.()/\u2010\u2011]/g, "");
  return /^(\+|00)[1-9]\d{6,14}$/.test(digits) ? text : undefined;
}

// faceAddress is where the face is shown: this page with another case. Of the link
// only what names the case is used, so that no answer leads anywhere else. What else
// this page's address holds, as its language, stays; the chosen document does not.
export function faceAddress(link: string, here: string): string {
  const of = new URLSearchParams(new URL(link).hash.slice(1));
  const parts = new URLSearchParams(here.slice(1));
  parts.delete("doc");
  for (const p of ["case", "token"]) parts.set(p, of.get(p) ?? "");
  return `#${parts.toString()}`;
}
