// Words of the live face, a module for each language, loaded with it. Like the
// page's own they are texts and nothing else; {…} is filled in.

import type { FaceHint } from "../advice";
import type { Action, Cue } from "../coach";
import en from "./en";

export { en };

export interface LiveWords {
  lang: string;
  // Before the camera opens.
  intro: string; // {n} movements
  light: string;
  lightOffered: string;
  lightRequired: string;
  start: string;
  startWithout: string;
  // In the camera.
  preparing: string;
  unguided: string;
  hints: Record<FaceHint, string>;
  actions: Record<Action, string>;
  cues: Record<Exclude<Cue, "ask" | "more">, string>;
  step: string; // {k} of {n}
  speak: string;
  silent: string;
  close: string;
  // After it.
  sending: string; // {done} of {all}
  away: string;
  again: string; // the button
  tooLong: { title: string; text: string };
  lost: { title: string; text: string };
  limit: { title: string; text: string };
  without: string; // what to do where there is no camera
  movement: string; // {action}: names what a result is about
  example: string; // describes the drawings
}

const modules = import.meta.glob<LiveWords>(["./*.ts", "!./index.ts", "!./en.ts", "!./*.test.ts"], { import: "default" });

// load returns the words in a language of the page, or English.
export async function load(code: string): Promise<LiveWords> {
  try {
    return (await modules[`./${code}.ts`]?.()) ?? en;
  } catch {
    return en;
  }
}
