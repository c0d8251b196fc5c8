import type { Difference } from "./api";

// Piece is a part of a value: plain, or different in a named way.
export interface Piece {
  text: string;
  kind?: string;
}

// pieces cuts a typed value at its differences. Positions count characters
// (code points), as the server counts them; differences that overlap or lie
// outside are left out rather than shown wrongly.
export function pieces(typed: string, differences: readonly Difference[]): Piece[] {
  return cut(typed, differences).map((x) => (x.difference ? { text: x.text, kind: x.difference.kind } : { text: x.text }));
}

// readPieces cuts what the document says at the same differences. What is not
// different must be the same but for case and accents; where it is not, as after
// a change of order, nothing is marked rather than something wrong.
export function readPieces(typed: string, read: string, differences: readonly Difference[]): Piece[] {
  const letters = Array.from(read);
  const out: Piece[] = [];
  let at = 0;
  for (const x of cut(typed, differences)) {
    const text = x.difference ? x.difference.b : x.text;
    const length = Array.from(text).length;
    const own = letters.slice(at, at + length).join("");
    if (plain(own) !== plain(text)) return [{ text: read }];
    at += length;
    if (x.difference) out.push({ text: own, kind: x.difference.kind });
    else if (own !== "") out.push({ text: own });
  }
  return at === letters.length ? out : [{ text: read }];
}

function cut(typed: string, differences: readonly Difference[]): { text: string; difference?: Difference }[] {
  const letters = Array.from(typed);
  const out: { text: string; difference?: Difference }[] = [];
  let at = 0;
  for (const d of [...differences].sort((x, y) => x.at - y.at)) {
    const length = Array.from(d.a).length;
    if (d.at < at || d.at + length > letters.length) continue;
    if (d.at > at) out.push({ text: letters.slice(at, d.at).join("") });
    out.push({ text: letters.slice(d.at, d.at + length).join(""), difference: d });
    at = d.at + length;
  }
  if (at < letters.length) out.push({ text: letters.slice(at).join("") });
  return out;
}

function plain(s: string): string {
  return s.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase();
}
