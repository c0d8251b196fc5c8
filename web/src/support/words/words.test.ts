import { describe, expect, it } from "vitest";
import { count, languages, load as loadWords } from "../../words";
import { en, load, type SupportWords } from ".";

const all = await Promise.all(languages.map(async ({ code }) => [code, await load(code)] as const));

function texts(of: object, path = ""): [string, string][] {
  return Object.entries(of).flatMap(([k, v]) => (typeof v === "string" ? [[`${path}${k}`, v] as [string, string]] : texts(v as object, `${path}${k}.`)));
}
const plain = (w: SupportWords) => texts({ ...w, code: { ...w.code, tries: {} } });
const source = new Map(texts(en));
const places = (text: string) => Array.from(text.matchAll(/\{(\w*)\}/g), (m) => m[1]).sort().join();
const length = (text: string) => Array.from(new Intl.Segmenter("en").segment(text)).length;
const buttons = /^(device|copy|ways\.\w+\.title|address\.(send|have)|code\.(check|again|other)|theft\.send)$/;
const limit = (path: string) => (buttons.test(path) ? 40 : /^(facts|cameras)\./.test(path) ? 34 : /(title|label|email|sees|reach|link|phrase|why)$/.test(path) ? 52 : 190);
const loanwords = ["Browser"];

describe.each(all)("%s", (code, words: SupportWords) => {
  it("is there", () => expect(words.lang).toBe(code));
  it("has every text and no other", () => expect(plain(words).map(([path]) => path).sort()).toEqual(plain(en).map(([path]) => path).sort()));
  it("leaves no text empty", () => expect(texts(words).filter(([, text]) => text.trim() !== text || text === "")).toEqual([]));
  it("has the same places to fill in", () => expect(plain(words).filter(([path, text]) => places(text) !== places(source.get(path) ?? ""))).toEqual([]));
  it("counts in the forms of the language", async () => {
    expect(Object.keys(words.code.tries).sort()).toEqual([...new Intl.PluralRules(code).resolvedOptions().pluralCategories].sort());
    for (const n of [1, 2, 3, 5, 11]) expect(count(await loadWords(code), words.code.tries, n, "en")).toContain(String(n));
  });
  it("is short enough for a phone", () => expect(texts(words).filter(([path, text]) => length(text) > limit(path)).map(([path, text]) => `${path} ${length(text)}`)).toEqual([]));
  it("does not shout", () => expect(texts(words).filter(([, text]) => /[!！¡]/.test(text))).toEqual([]));
  it("leaves nothing in English", () => expect(code === "en" ? [] : texts(words).filter(([path, text]) => path !== "lang" && source.get(path) === text && !loanwords.includes(text))).toEqual([]));
});
