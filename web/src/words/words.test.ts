import { describe, expect, it } from "vitest";
import { count, en, fill, languages, load, localeFor, pick, type Plural, type Words } from ".";

const all = await Promise.all(languages.map(async ({ code }) => [code, await load(code)] as const));
const others = all.filter(([code]) => code !== "en");

// texts lists every text by its path.
function texts(of: object, path = ""): [string, string][] {
  return Object.entries(of).flatMap(([k, v]) => (typeof v === "string" ? [[`${path}${k}`, v] as [string, string]] : texts(v as object, `${path}${k}.`)));
}

const source = new Map(texts(en));
const places = (text: string) => Array.from(text.matchAll(/\{(\w*)\}/g), (m) => m[1]).sort();
// The letters of a text as people count them.
const length = (text: string) => Array.from(new Intl.Segmenter("en").segment(text)).length;
// What may stand on a button, and how much fits there at 320 px on two lines.
const buttons = ["choosePhoto", "takeAgain", "replace", "change", "send", "sendCorrected", "sending", "looking", "tryAgain", "useDocument", "askHuman", "askNow", "goOn", "appeal",
  "camera.open", "camera.file", "camera.close", "camera.without", "camera.shoot"];
const limit = (path: string) => (buttons.includes(path) ? 40 : path.endsWith("title") ? 52 : /^camera\./.test(path) ? 70 : /^(fields|status|day|month|year|received|optional|language)/.test(path) ? 34 : 190);

describe.each(all)("%s", (code, words) => {
  it("is there", () => expect(words.lang).toBe(code));
  it("names its direction", () => expect(words.dir).toBe(code === "ar" ? "rtl" : "ltr"));

  it("has every text and no other", () => {
    const plain = (w: Words) => texts({ ...w, attemptsLeft: {} }).map(([path]) => path).sort();
    expect(plain(words)).toEqual(plain(en));
    expect(texts(words).filter(([, text]) => text.trim() !== text || text === "")).toEqual([]);
  });

  it("has the plural forms of the language and no other", () => {
    const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    expect(Object.keys(words.attemptsLeft).sort()).toEqual([...forms].sort());
    for (const n of [2, 3, 5, 11, 21, 100]) expect(count(words, words.attemptsLeft, n, "en")).not.toMatch(/[{}]/);
  });

  it("has the same places to fill in", () => {
    const wrong = texts(words).filter(([path, text]) => {
      const want = places(source.get(path) ?? en.attemptsLeft.other);
      // A form for one or two may say so in the word itself, as Arabic does.
      if (/^attemptsLeft\.(zero|one|two)$/.test(path) && places(text).length === 0) return false;
      return places(text).join() !== want.join();
    });
    expect(wrong).toEqual([]);
  });

  it("is short enough for a phone", () => {
    const long = texts(words).filter(([path, text]) => length(text) > limit(path)).map(([path, text]) => `${path}: ${length(text)} > ${limit(path)}: ${text}`);
    expect(long).toEqual([]);
  });

  it("does not shout", () => expect(texts(words).filter(([, text]) => /[!！¡]/.test(text))).toEqual([]));
});

// Words that are the same in English.
const shared = ["lang", "dir"];
const loanwords = ["optional", "Status", "Name", "Nationality"];
it.each(others)("%s leaves nothing in English", (_, words) => {
  const left = texts(words).filter(([path, text]) => !shared.includes(path) && source.get(path) === text && !loanwords.includes(text.replace(/[()]/g, "")));
  expect(left).toEqual([]);
});

it.each(others.filter(([code]) => ["ru", "ar", "hi", "zh-Hans"].includes(code)))("%s mixes no scripts within a word", (_, words) => {
  const mixed = texts(words).flatMap(([path, text]) =>
    (text.replace(/\{\w+\}/g, " ").match(/[\p{L}\p{M}]+/gu) ?? []).filter((w) => /\p{Script=Latin}/u.test(w)).filter((w) => path !== "lang" && path !== "dir" && !["JPEG", "PNG", "WebP", "HEIC", "MB", "PIN", "Wi", "Fi"].includes(w)),
  );
  expect(mixed).toEqual([]);
});

describe("pick", () => {
  it.each([
    [["zh-CN"], "zh-Hans"],
    [["zh-SG"], "zh-Hans"],
    [["zh-TW"], "zh-Hans"],
    [["pt"], "pt-BR"],
    [["pt-PT"], "pt-BR"],
    [["in"], "id"],
    [["ar-EG"], "ar"],
    [["DE_at", "fr"], "fr"],
    [["de-AT", "fr"], "de"],
    [[undefined, "", "no tag!", "es-419"], "es"],
    [["tlh", "uk"], "en"],
    [[], "en"],
  ])("answers %j with %s", (wishes, want) => expect(pick(...wishes)).toBe(want));
});

it("speaks English where a language is not there", async () => expect(await load("tlh")).toBe(en));

describe("fill", () => {
  it("fills in every place and leaves what it does not know", () => expect(fill("{a} and {b}, {c}", { a: 1, b: "two" })).toBe("1 and two, {c}"));
  it("isolates what runs against the sentence", () => {
    expect(fill("رقم {a} هنا", { a: "A-1" })).toBe("رقم \u2068A-1\u2069 هنا");
    expect(fill("number {a}", { a: "علي" })).toBe("number \u2068علي\u2069");
  });
});

it("counts in the forms of the language", () => {
  const forms: Plural = { one: "{n} попытка", few: "{n} попытки", many: "{n} попыток", other: "{n} попытки" };
  expect([1, 3, 5, 21].map((n) => count({ ...en, lang: "ru" }, forms, n, "ru"))).toEqual(["1 попытка", "3 попытки", "5 попыток", "21 попытка"]);
});

describe("localeFor", () => {
  it.each([
    ["en-US", ["en-GB"], "en", "en-US"],
    ["en", ["de", "en-GB"], "en", "en-GB"],
    ["de", ["de-DE"], "en", "en"],
    ["no tag!", [], "en", "en"],
    ["pt-PT", [], "pt-BR", "pt-PT"],
    ["ar-EG", [], "ar", "ar-EG-u-nu-latn"],
  ])("writes dates for %s in a browser of %s in %s as %s", (locale, browser, lang, want) =>
    expect(localeFor(locale, { ...en, lang }, browser)).toBe(want),
  );
});
