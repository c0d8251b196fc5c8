import type { Difference } from "./api";

// Piece is a part of the typed value: plain, or different in a named way.
export interface Piece {
  text: string;
  kind?: string;
  name?: string;
  // instead is what the document has in this place.
  instead?: string;
}

// pieces cuts a typed value at its differences. Positions count characters
// (code points), as the server counts them; differences that overlap or lie
// outside are left out rather than shown wrongly.
export function pieces(typed: string, differences: readonly Difference[]): Piece[] {
  const letters = Array.from(typed);
  const out: Piece[] = [];
  let at = 0;
  for (const d of [...differences].sort((x, y) => x.at - y.at)) {
    const length = Array.from(d.a).length;
    if (d.at < at || d.at + length > letters.length) continue;
    if (d.at > at) out.push({ text: letters.slice(at, d.at).join("") });
    out.push({ text: d.a, kind: d.kind, instead: d.b, ...(d.name === undefined ? {} : { name: d.name }) });
    at = d.at + length;
  }
  if (at < letters.length) out.push({ text: letters.slice(at).join("") });
  return out;
}
