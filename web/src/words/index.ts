// Words of the page itself, a module for each language. What concerns a case
// (titles, reasons, fixes) comes from the server in the same language; this is
// the rest. English is always there; another language is loaded when somebody
// reads it, so that nobody waits for eleven that they do not read.

import type { Hint } from "../guide/advice";
import type { Obstacle, Remedy } from "../guide/camera";
import en from "./en";

export { en };

// Told is what a person is told when something cannot go on.
export interface Told {
  title: string;
  text: string;
  fix: string;
}

// Plural is a text about a number {n}, in the forms that the language has by
// CLDR; a test asks for exactly these.
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

// Words are texts and nothing else, so that tests can compare languages. What
// stands in braces is filled in.
export interface Words {
  // lang is the language of these words, as BCP 47, and dir its direction.
  lang: string;
  dir: "ltr" | "rtl";
  language: string; // names the choice of a language
  heading: string;
  loading: string;
  choosePhoto: string;
  takeAgain: string;
  replace: string;
  change: string;
  send: string;
  sendCorrected: string;
  sending: string;
  looking: string;
  tryAgain: string;
  received: string;
  kept: string;
  status: Record<"submitted" | "passed" | "failed", string>;
  lastAttempt: string;
  attemptsLeft: Plural; // {n}, two or more
  waitUntil: string; // {time}, perhaps with a weekday
  useDocument: string;
  useThis: string; // {value}
  orCorrect: string;
  youTyped: string;
  nothing: string;
  documentSays: string;
  askHuman: string;
  askHumanText: string;
  askHumanEnds: string;
  askNow: string;
  goOn: string;
  helpAsked: string;
  appeal: string;
  placeMarked: string;
  photoChosen: string;
  noPreview: string;
  noLink: { title: string; text: string };
  badLink: { title: string; text: string };
  noServer: { title: string; text: string };
  offline: string;
  offlineKept: string;
  stillTrying: string;
  busy: string;
  ourFault: string;
  moved: string;
  file: Record<"empty" | "too_large" | "no_photo", Told>; // too_large.text: {size}
  privacy: string;
  optional: string;
  hints: Record<"document_front" | "document_back" | "face" | "details", string>;
  fields: Record<
    "surname" | "given_names" | "birth_date" | "document_number" | "expiry_date" | "nationality" | "residence",
    string
  >;
  fieldHints: Record<"given_names" | "document_number", string>;
  day: string;
  month: string;
  year: string;
  missing: string;
  noSuchDate: string;
  oneName: string;
  camera: Record<Hint | "open" | "file" | "close" | "without" | "shoot" | "starting" | "face", string>;
  obstacle: Record<Obstacle, Told>;
  mend: Record<Remedy, string>; // how a denied camera is allowed again, by browser
  way: { step: string; back: string; next: string }; // step: {n} {all}
  welcome: Record<"title" | "text" | "need" | "document" | "camera" | "face" | "data" | "locked" | "checked" | "compared" | "erased", string>; // text: {minutes}, document: {documents}
  choose: { title: string; text: string };
  check: Record<"title" | "text" | "name" | "yes" | "reading" | "unread", string>;
  phone: Record<"title" | "text" | "follow" | "here" | "picture", string>;
  sent: string; // {percent}
  filled: Record<"text" | "from", string>; // of details that begin with what the document says
  goBack: Record<"to" | "plain" | "soon" | "stay", string>; // to: {operator}
  waiting: string;
}

// languages are those of the page and of the server, each named in itself.
export const languages: readonly { code: string; name: string }[] = [
  { code: "en", name: "English" },
  { code: "de", name: "Deutsch" },
  { code: "es", name: "Español" },
  { code: "fr", name: "Français" },
  { code: "id", name: "Bahasa Indonesia" },
  { code: "pt-BR", name: "Português (Brasil)" },
  { code: "tr", name: "Türkçe" },
  { code: "vi", name: "Tiếng Việt" },
  { code: "ru", name: "Русский" },
  { code: "ar", name: "العربية" },
  { code: "hi", name: "हिन्दी" },
  { code: "zh-Hans", name: "简体中文" },
];

const modules = import.meta.glob<Words>(["./*.ts", "!./index.ts", "!./en.ts", "!./*.test.ts"], { import: "default" });

// pick returns the first wish that is a language of ours, in any region, or
// English. A wish is a BCP 47 tag.
export function pick(...wishes: readonly (string | undefined)[]): string {
  for (const wish of wishes) {
    let language: string;
    try {
      language = new Intl.Locale(wish ?? "").language; // in → id
    } catch {
      continue; // no language tag
    }
    const found = languages.find((l) => l.code.split("-")[0] === language);
    if (found) return found.code;
  }
  return en.lang;
}

// load returns the page's words in a language of ours, or English when they
// cannot be had, as when the connection is lost just then.
export async function load(code: string): Promise<Words> {
  try {
    return (await modules[`./${code}.ts`]?.()) ?? en;
  } catch {
    return en;
  }
}

// rightToLeft finds letters that are written from right to left.
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

// fill puts values into the places that a text has for them. Where one runs
// against the other it is isolated, so that a Latin number stands right in an
// Arabic sentence; elsewhere the text stays plain.
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    if (!(name in values)) return all;
    const value = String(values[name]);
    return rightToLeft.test(text) || rightToLeft.test(value) ? `\u2068${value}\u2069` : value;
  });
}

// count fills a text about a number in the form that the number asks for.
export function count(words: Words, forms: Plural, n: number, locale: string): string {
  const form = forms[new Intl.PluralRules(words.lang).select(n)] ?? forms.other;
  return fill(form, { n: new Intl.NumberFormat(locale).format(n) });
}

// localeFor returns the locale in which dates and numbers are written beside the
// words: in their language, by the habits of the region that the case names or
// else the browser, and in the digits that documents have.
export function localeFor(locale: string | undefined, words: Words, browser: readonly string[] = navigator.languages): string {
  const base = words.lang.split("-")[0];
  for (const wish of [locale ?? "", ...browser]) {
    try {
      const own = new Intl.Locale(wish);
      if (own.language === base && own.region) return documentDigits(own.toString());
    } catch {
      // no language tag
    }
  }
  return documentDigits(words.lang);
}

function documentDigits(locale: string): string {
  const own = new Intl.NumberFormat(locale).resolvedOptions().numberingSystem;
  return own === "latn" ? locale : new Intl.Locale(locale, { numberingSystem: "latn" }).toString();
}
