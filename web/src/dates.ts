// Dates as people write and read them. On the wire they are ISO 8601; here a
// date under way is "year-month-day" of whatever was typed so far.

export type Part = "year" | "month" | "day";

const parts: readonly Part[] = ["year", "month", "day"];

// split takes a date, finished or not, apart.
export function split(value: string): Record<Part, string> {
  const [year = "", month = "", day = ""] = value.split("-");
  return { year, month, day };
}

// withPart replaces one part of a date under way.
export function withPart(value: string, part: Part, text: string): string {
  const p = { ...split(value), [part]: digits(text) };
  const joined = `${p.year}-${p.month}-${p.day}`;
  return joined === "--" ? "" : joined;
}

// digits keeps the digits of a text, of whatever script a keyboard has, as 0 to 9.
export function digits(text: string): string {
  const isDigit = (code: number) => /\p{Nd}/u.test(String.fromCodePoint(code));
  return Array.from(text, (c) => {
    const code = c.codePointAt(0) ?? 0;
    if (!isDigit(code)) return "";
    let zero = code; // every script has its ten digits in a row
    while (code - zero < 9 && isDigit(zero - 1)) zero--;
    return code - zero;
  }).join("");
}

// iso returns the date in ISO 8601, or undefined when there is no such day.
export function iso(value: string): string | undefined {
  const p = split(value);
  if (!/^\d{4}$/.test(p.year) || !/^\d{1,2}$/.test(p.month) || !/^\d{1,2}$/.test(p.day)) return undefined;
  const text = `${p.year}-${p.month.padStart(2, "0")}-${p.day.padStart(2, "0")}`;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined;
}

// order returns the parts of a date in the order of a locale.
export function order(locale: string): Part[] {
  const found = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC", calendar: "gregory" })
    .formatToParts(0)
    .flatMap((x) => (parts.includes(x.type as Part) ? [x.type as Part] : []));
  return found.length === 3 ? found : ["day", "month", "year"];
}

// monthNames returns the twelve months in a locale, short as documents have them.
export function monthNames(locale: string): string[] {
  const f = new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC", calendar: "gregory" });
  return Array.from({ length: 12 }, (_, k) => f.format(Date.UTC(2000, k, 1)));
}

// written writes a date in words, so that day and month cannot be confused, in
// pieces; those that differ from the other date are marked. What is no full date,
// as a birth without a known day, stays as it is.
export function written(value: string, other: string, locale: string): { text: string; differs: boolean }[] {
  const day = iso(value);
  if (day === undefined) return [{ text: value, differs: false }];
  const [a, b] = [split(day), split(iso(other) ?? other)];
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC", calendar: "gregory" })
    .formatToParts(new Date(`${day}T00:00:00Z`))
    .map((x) => ({ text: x.value, differs: parts.includes(x.type as Part) && Number(a[x.type as Part]) !== Number(b[x.type as Part]) }));
}
