// Words of the way to a human and back to an account, a module for each language,
// loaded with it. Like the page's own they are texts and nothing else; {…} is filled
// in. What the server says of a recovery is not here.

import type { Plural } from "../../words";
import en from "./en";

export { en };

export interface SupportWords {
  lang: string;
  // Before a human is asked.
  sees: string;
  calm: string; // instead of reasons
  noEvidence: string;
  device: string; // names the box to tick
  facts: Record<"system" | "browser" | "screen" | "camera", string>;
  cameras: Record<"there" | "none" | "denied", string>;
  // How the operator is reached.
  reach: string; // {operator}
  helpCentre: string; // {operator}
  newTab: string;
  link: string;
  linkText: string; // {operator} {date}
  copy: string;
  copied: string;
  phrase: string;
  phraseText: string;
  check: string;
  // A document or a face that is in use.
  ways: Record<"recover" | "notMe", { title: string; text: string }>;
  unsure: string;
  anyway: string;
  address: {
    title: string;
    text: string;
    label: string; // of an address of either kind
    email: string; // where nothing else can be used
    hint: string;
    invalid: string;
    invalidEmail: string;
    same: string;
    send: string;
    have: string;
  };
  code: {
    label: string;
    works: string; // {time}
    tries: Plural; // {n}
    over: string;
    spent: string;
    six: string;
    check: string;
    onlyHere: string;
    next: string; // {time}
    now: string;
    again: string;
    other: string;
    none: string;
    typed: string; // {address}
    why: string;
    reasons: Record<"other" | "spam" | "typo" | "delay" | "full" | "phone" | "limit", string>;
  };
  closed: string; // the page for the face
  theft: { title: string; text: string; looks: string; told: string; keeps: string; send: string };
}

const modules = import.meta.glob<SupportWords>(["./*.ts", "!./index.ts", "!./en.ts", "!./*.test.ts"], { import: "default" });

// load returns the words in a language of the page, or English.
export async function load(code: string): Promise<SupportWords> {
  try {
    return (await modules[`./${code}.ts`]?.()) ?? en;
  } catch {
    return en;
  }
}
