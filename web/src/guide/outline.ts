// The outline of a document in a small grey picture: a Hough transform in the
// direction of each gradient, then the four lines that a document's proportions
// and the edges along its sides speak for most.

import type { Grey, Point, Quad } from "./picture";

export interface Outline {
  quad: Quad;
  score: number;
  support: number; // of the weakest side, 0..1: how much of it is seen as an edge
  ratio: number; // of the sides, longer by shorter
  tilt: number; // how unlike opposite sides are: 1 - shorter/longer, the worse pair
}

const turns = 90; // directions, 2° each
const degree = Math.PI / 180;
const cos = Float32Array.from({ length: turns }, (_, t) => Math.cos(t * 2 * degree));
const sin = Float32Array.from({ length: turns }, (_, t) => Math.sin(t * 2 * degree));
const maxTurn = 16; // steps of 2°: how far a document may be turned
const minSide = 0.28; // of the picture's longer side: least length of the document
const minGradient = 24;

type Line = { votes: number; turn: number; distance: number };

// outline finds the document, or nothing.
export function outline(of: Grey): Outline | undefined {
  const { width: w, height: h } = of;
  const g = smoothed(of);
  const { mag, turn, threshold } = gradients(g, w, h);
  const reach = Math.ceil(Math.hypot(w, h));
  const bins = 2 * reach + 1;
  const votes = new Float32Array(turns * bins);
  for (let y = 2; y < h - 2; y++) {
    for (let x = 2, i = y * w + 2; x < w - 2; x++, i++) {
      const m = mag[i]!;
      if (m < threshold) continue;
      const a = turn[i]!;
      const next = a < 23 || a > 67 ? 1 : w;
      if (mag[i - next]! > m || mag[i + next]! >= m) continue; // thin: the crest alone votes
      const weight = (Math.min(m, 160) / 160) * 0.5 + 0.5;
      for (let d = -2; d <= 2; d++) {
        const t = (a + d + turns) % turns;
        const r = Math.round((x - w / 2) * cos[t]! + (y - h / 2) * sin[t]!);
        votes[t * bins + r + reach]! += weight * (d === 0 ? 1 : 0.7);
      }
    }
  }
  const upright: number[] = [];
  const level: number[] = [];
  for (let t = 0; t < turns; t++) {
    if (Math.min(t, turns - t) <= maxTurn) upright.push(t);
    if (Math.abs(t - turns / 2) <= maxTurn) level.push(t);
  }
  const across = lines(votes, bins, reach, upright);
  const along = lines(votes, bins, reach, level);
  const support = supportIn(g, mag, turn, w, h, Math.max(minGradient, threshold * 0.6));
  let best: Outline | undefined;
  for (const left of across) {
    for (const right of across) {
      if (left === right) continue;
      for (const top of along) {
        const tl = meet(left, top, w, h);
        const tr = meet(right, top, w, h);
        if (!tl || !tr) continue;
        for (const bottom of along) {
          if (top === bottom) continue;
          const br = meet(right, bottom, w, h);
          const bl = meet(left, bottom, w, h);
          if (!br || !bl) continue;
          const found = judged([tl, tr, br, bl], w, h, support);
          if (found && (!best || found.score > best.score)) best = found;
        }
      }
    }
  }
  return best;
}

// judged scores four corners, or says that they are no document's.
function judged(quad: Quad, w: number, h: number, support: (p: Point, q: Point) => [number, number]): Outline | undefined {
  const [tl, tr, br, bl] = quad;
  if (br[0] - tl[0] < w * minSide * 0.7 || br[1] - tl[1] < h * 0.15) return undefined;
  for (const p of quad) {
    if (p[0] < -w * 0.02 || p[1] < -h * 0.02 || p[0] > w * 1.02 || p[1] > h * 1.02) return undefined;
  }
  const [top, bottom, left, right] = [length(tl, tr), length(bl, br), length(tl, bl), length(tr, br)];
  const like = Math.min(Math.min(top, bottom) / Math.max(top, bottom), Math.min(left, right) / Math.max(left, right));
  if (like < 0.62) return undefined;
  let ratio = (top + bottom) / (left + right);
  if (ratio < 1) ratio = 1 / ratio;
  if (ratio < 1.15 || ratio > 1.95) return undefined;
  if (Math.max((top + bottom) / 2, (left + right) / 2) < Math.max(w, h) * minSide) return undefined;
  const area = ((top + bottom) * (left + right)) / 4 / (w * h);
  const sides = [support(tl, tr), support(tr, br), support(br, bl), support(bl, tl)];
  const least = Math.min(...sides.map((s) => s[0]));
  if (least < 0.35) return undefined;
  const mean = sides.reduce((a, s) => a + s[0], 0) / 4;
  const polar = sides.reduce((a, s) => a + s[1], 0) / 4;
  // ID-1 is 1.586 by 1; ID-2 and ID-3 are 1.42 by 1.
  const odd = Math.min(Math.abs(ratio - 1.586), Math.abs(ratio - 1.42));
  const score = mean * 0.5 + least * 0.35 + polar * 0.35 + Math.min(area, 0.7) * 0.5 - odd * 0.35;
  return { quad, score, support: least, ratio, tilt: 1 - like };
}

const length = (p: Point, q: Point) => Math.hypot(p[0] - q[0], p[1] - q[1]);

function smoothed({ pix, width: w, height: h }: Grey): Uint8Array {
  const rows = new Uint16Array(w * h);
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) for (let x = 1, i = y * w + 1; x < w - 1; x++, i++) rows[i] = pix[i - 1]! + 2 * pix[i]! + pix[i + 1]!;
  for (let y = 1; y < h - 1; y++) for (let x = 1, i = y * w + 1; x < w - 1; x++, i++) out[i] = (rows[i - w]! + 2 * rows[i]! + rows[i + w]!) >> 4;
  return out;
}

// gradients are Sobel's; threshold leaves about the strongest seventh.
function gradients(g: Uint8Array, w: number, h: number) {
  const mag = new Uint16Array(w * h);
  const turn = new Uint8Array(w * h);
  const hist = new Uint32Array(1024);
  for (let y = 2; y < h - 2; y++) {
    for (let x = 2, i = y * w + 2; x < w - 2; x++, i++) {
      const gx = g[i - w + 1]! + 2 * g[i + 1]! + g[i + w + 1]! - g[i - w - 1]! - 2 * g[i - 1]! - g[i + w - 1]!;
      const gy = g[i + w - 1]! + 2 * g[i + w]! + g[i + w + 1]! - g[i - w - 1]! - 2 * g[i - w]! - g[i - w + 1]!;
      const m = Math.min(1023, Math.abs(gx) + Math.abs(gy));
      mag[i] = m;
      hist[m]!++;
      if (m > minGradient) {
        let a = Math.atan2(gy, gx) / degree;
        if (a < 0) a += 180;
        turn[i] = Math.min(turns - 1, Math.round(a / 2) % turns);
      }
    }
  }
  let threshold = minGradient;
  for (let m = 1023, c = 0; m > minGradient; m--) {
    c += hist[m]!;
    if (c > w * h * 0.14) {
      threshold = m;
      break;
    }
  }
  return { mag, turn, threshold: Math.max(minGradient, Math.min(threshold, 90)) };
}

// lines are the peaks among votes, the strongest first, none beside another.
function lines(votes: Float32Array, bins: number, reach: number, among: readonly number[]): Line[] {
  const peaks: Line[] = [];
  for (const turn of among) {
    const o = turn * bins;
    for (let r = 1; r < bins - 1; r++) {
      const here = votes[o + r]!;
      const v = here + 0.6 * (votes[o + r - 1]! + votes[o + r + 1]!);
      if (v > 12 && here >= votes[o + r - 1]! && here >= votes[o + r + 1]!) peaks.push({ votes: v, turn, distance: r - reach });
    }
  }
  peaks.sort((a, b) => b.votes - a.votes);
  const kept: Line[] = [];
  for (const l of peaks) {
    const beside = kept.some((k) => {
      let dt = Math.abs(k.turn - l.turn);
      let d = l.distance;
      if (dt > turns / 2) {
        dt = turns - dt;
        d = -d;
      }
      return dt < 5 && Math.abs(k.distance - d) < 7;
    });
    if (!beside) kept.push(l);
    if (kept.length >= 11) break;
  }
  return kept;
}

function meet(a: Line, b: Line, w: number, h: number): Point | undefined {
  const [ca, sa, cb, sb] = [cos[a.turn]!, sin[a.turn]!, cos[b.turn]!, sin[b.turn]!];
  const d = ca * sb - sa * cb;
  if (Math.abs(d) < 0.3) return undefined;
  return [(a.distance * sb - b.distance * sa) / d + w / 2, (ca * b.distance - cb * a.distance) / d + h / 2];
}

// supportIn tells of a side how much of it is seen as an edge of its direction,
// and how much of that has the lighter part on the same hand. Sides are asked for
// again and again: answers are kept.
function supportIn(g: Uint8Array, mag: Uint16Array, turn: Uint8Array, w: number, h: number, least: number) {
  const known = new Map<string, [number, number]>();
  const measure = (p: Point, q: Point): [number, number] => {
    const l = length(p, q);
    const n = Math.max(16, Math.round(l / 3));
    const nx = -(q[1] - p[1]) / l;
    const ny = (q[0] - p[0]) / l;
    let want = Math.atan2(ny, nx) / degree;
    if (want < 0) want += 180;
    want /= 2;
    let hit = 0;
    let polar = 0;
    for (let k = 0; k < n; k++) {
      const f = 0.06 + (0.88 * (k + 0.5)) / n;
      const x = p[0] + (q[0] - p[0]) * f;
      const y = p[1] + (q[1] - p[1]) * f;
      for (let d = -2; d <= 2; d++) {
        const xx = Math.round(x + nx * d);
        const yy = Math.round(y + ny * d);
        if (xx < 1 || yy < 1 || xx >= w - 1 || yy >= h - 1) continue;
        const i = yy * w + xx;
        if (mag[i]! < least) continue;
        const off = Math.abs(turn[i]! - want);
        if (Math.min(off, turns - off) > 7) continue;
        hit++;
        const [u, v, u2, v2] = [Math.round(x + nx * 4), Math.round(y + ny * 4), Math.round(x - nx * 4), Math.round(y - ny * 4)];
        if (Math.min(u, v, u2, v2) > 0 && Math.max(u, u2) < w && Math.max(v, v2) < h) polar += Math.sign(g[v * w + u]! - g[v2 * w + u2]!);
        break;
      }
    }
    return [hit / n, Math.abs(polar) / n];
  };
  return (p: Point, q: Point): [number, number] => {
    const key = `${Math.round(p[0])},${Math.round(p[1])},${Math.round(q[0])},${Math.round(q[1])}`;
    let s = known.get(key);
    if (!s) known.set(key, (s = measure(p, q)));
    return s;
  };
}
