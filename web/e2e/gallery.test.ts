// The gallery: every reason that can be given, with its drawing, its words and
// its fix, in every language, on one page. `npm run gallery` writes it to
// docs/gallery/index.html; here it is made, and looked at for holes.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Drawing } from "../src/drawings";
import { markup } from "../src/drawings/markup";
import { languages } from "../src/words";
import { Place } from "./harness";

const repo = resolve(import.meta.dirname, "../..");
const codes = readFileSync(join(repo, "internal/kyc/testdata/codes.txt"), "utf8").trim().split(/\s+/);

interface Info {
  code: string;
  item: string;
  severity: string;
  audience: string;
  title: string;
  text: string;
  fix: string;
}

let place: Place;
beforeAll(async () => {
  place = await Place.open();
});
afterAll(() => place?.close());

const escape = (s: string) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page(told: Map<string, Map<string, Info>>): string {
  const cards = codes.map((code) => {
    const en = told.get("en")!.get(code)!;
    const words = languages.map(({ code: lang, name }) => {
      const f = told.get(lang)!.get(code)!;
      const dir = lang === "ar" ? "rtl" : "ltr";
      return `<div lang="${lang}" dir="${dir}"${lang === "en" ? "" : " hidden"}><h3>${escape(f.title)}</h3><p>${escape(f.text)}</p>${f.fix === "" ? "" : `<p class="fix">${escape(f.fix)}</p>`}<span hidden>${escape(name)}</span></div>`;
    });
    return `<article id="${code}"><h2><code>${code}</code></h2><p class="kind">${en.severity} · ${en.audience}</p>${markup(Drawing({ code }))}${words.join("")}</article>`;
  });
  const options = languages.map((l) => `<option value="${l.code}">${escape(l.name)}</option>`).join("");
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Bonafide: every reason</title>
<style>
:root{color-scheme:light dark;font:100%/1.5 system-ui,"Noto Sans",sans-serif}body{margin:0 auto;max-width:80rem;padding:1rem}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem}article{border:1px solid #8885;border-radius:.8rem;padding:1rem;min-width:0}
h1{font-size:1.4rem}h2{font-size:.85rem;margin:0;overflow-wrap:anywhere}h3{font-size:1.05rem;margin:.5rem 0 0}p{margin:.3rem 0}.kind{font-size:.8rem}.fix{font-weight:600}
[hidden]{display:none}${readFileSync(join(repo, "web/src/drawings/drawings.css"), "utf8")}
</style>
<header><h1>Every reason that can be given</h1><p><label>Language <select id="language">${options}</select></label></p></header><main>${cards.join("\n")}</main>
<script>document.getElementById("language").onchange=(e)=>{for(const d of document.querySelectorAll("main [lang]"))d.hidden=d.lang!==e.target.value}</script>
</html>
`;
}

it("shows every reason with its drawing, words and fix, in every language", async () => {
  const told = new Map<string, Map<string, Info>>();
  for (const { code } of languages) {
    const answer = await fetch(`${place.base}/v1/findings?locale=${code}`, { headers: { Authorization: `Bearer ${place.key}` } });
    told.set(code, new Map(((await answer.json()) as Info[]).map((f) => [f.code, f])));
  }
  const holes: string[] = [];
  for (const code of codes) {
    if (!Drawing({ code })) holes.push(`${code}: no drawing`);
    for (const [lang, all] of told) {
      const f = all.get(code);
      if (!f || f.title === "" || f.text === "") holes.push(`${code} in ${lang}: no words`);
      // What somebody is to mend says how.
      if (f && f.severity === "retry" && f.audience === "applicant" && f.fix === "") holes.push(`${code} in ${lang}: no fix`);
      if (f && lang !== "en" && f.title === told.get("en")!.get(code)?.title) holes.push(`${code} in ${lang}: in English`);
    }
  }
  expect(holes).toEqual([]);
  const html = page(told);
  expect(html.match(/<article /g)).toHaveLength(codes.length);
  // The page is one that people read, too, in English and from right to left.
  const file = join(place.dir, "gallery.html");
  writeFileSync(file, html);
  const v = await place.visit(pathToFileURL(file).href, { desk: true });
  expect(await v.look("70-gallery")).toEqual([]);
  await v.page.getByLabel("Language").selectOption("ar");
  expect(await v.look("71-gallery-arabic")).toEqual([]);
  const to = process.env.GALLERY;
  if (to) {
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, html);
    console.log(`${to}: ${codes.length} reasons in ${languages.length} languages`);
  }
});
