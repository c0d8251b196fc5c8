import { describe, expect, it } from "vitest";
import { languages } from "../../words";
import { en, load, type LiveWords } from ".";

const all = await Promise.all(languages.map(async ({ code }) => [code, await load(code)] as const));

function texts(of: object, path = ""): [string, string][] {
  return Object.entries(of).flatMap(([k, v]) => (typeof v === "string" ? [[`${path}${k}`, v] as [string, string]] : texts(v as object, `${path}${k}.`)));
}
const source = new Map(texts(en));
const places = (text: string) => Array.from(text.matchAll(/\{(\w*)\}/g), (m) => m[1]).sort().join();
const length = (text: string) => Array.from(new Intl.Segmenter("en").segment(text)).length;
// What is read while moving must be short; what stands on buttons must fit there.
const limit = (path: string) =>
  /^(start|startWithout|speak|silent|close|again)$/.test(path) ? 40 : /^(hints|cues|actions)\./.test(path) ? 64 : /title$/.test(path) ? 52 : 190;

describe.each(all)("%s", (code, words: LiveWords) => {
  it("is there", () => expect(words.lang).toBe(code));
  it("has every text and no other", () => expect(texts(words).map(([path]) => path).sort()).toEqual([...source.keys()].sort()));
  it("has the same places to fill in", () => expect(texts(words).filter(([path, text]) => places(text) !== places(source.get(path) ?? ""))).toEqual([]));
  it("is short enough for a phone", () => expect(texts(words).filter(([path, text]) => length(text) > limit(path)).map(([path, text]) => `${path} ${length(text)}`)).toEqual([]));
  it("does not shout", () => expect(texts(words).filter(([, text]) => /[!！¡]/.test(text))).toEqual([]));
  it("leaves nothing in English", () => expect(code === "en" ? [] : texts(words).filter(([path, text]) => path !== "lang" && source.get(path) === text)).toEqual([]));
});
