// Numbers of a picture, measured on the device before anything is sent. Where
// the server measures the same (internal/imaging), the method is the same.

export type Point = readonly [number, number];
export type Quad = readonly [Point, Point, Point, Point]; // clockwise from the top left

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

// Grey is a picture's luma, a byte a pixel.
export interface Grey {
  pix: Uint8Array;
  width: number;
  height: number;
}

// grey takes the luma of RGBA pixels (BT.601).
export function grey(rgba: Uint8ClampedArray, width: number, height: number): Grey {
  const pix = new Uint8Array(width * height);
  for (let i = 0, j = 0; j < pix.length; i += 4, j++) pix[j] = (rgba[i]! * 77 + rgba[i + 1]! * 150 + rgba[i + 2]! * 29) >> 8;
  return { pix, width, height };
}

// inside says whether a point is on the inner side of all four edges.
export function inside(q: Quad, x: number, y: number): boolean {
  for (let i = 0; i < 4; i++) {
    const a = q[i]!;
    const b = q[(i + 1) & 3]!;
    if ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) < 0) return false;
  }
  return true;
}

// around is the upright rectangle around four corners, within a picture.
export function around(q: Quad, width: number, height: number): Rect {
  const xs = q.map((p) => p[0]);
  const ys = q.map((p) => p[1]);
  const [x0, y0] = [Math.max(0, Math.floor(Math.min(...xs))), Math.max(0, Math.floor(Math.min(...ys)))];
  return { x: x0, y: y0, width: Math.min(width, Math.ceil(Math.max(...xs))) - x0, height: Math.min(height, Math.ceil(Math.max(...ys))) - y0 };
}

// Light is how bright a region is, 0 to 255, and what share of it is burnt out.
export interface Light {
  mean: number;
  over: number;
}

export function light(g: Grey, r: Rect): Light {
  let sum = 0;
  let over = 0;
  for (let y = r.y; y < r.y + r.height; y++) {
    for (let i = y * g.width + r.x, end = i + r.width; i < end; i++) {
      const v = g.pix[i]!;
      sum += v;
      if (v >= 250) over++;
    }
  }
  const n = Math.max(1, r.width * r.height);
  return { mean: sum / n, over: over / n };
}

// Spot is a reflection: its place, and its share of the document.
export interface Spot extends Rect {
  share: number;
}

const cell = 4; // pixels: side of the squares that are burnt out or not

// glare finds what is burnt out and colourless in a document and lighter than
// its paper. White paper as a whole is no reflection: a spot has darker
// surroundings on the document.
export function glare(rgba: Uint8ClampedArray, g: Grey, q: Quad): Spot[] {
  const cw = Math.floor(g.width / cell);
  const ch = Math.floor(g.height / cell);
  const burnt = new Uint8Array(cw * ch);
  let all = 0;
  for (let cy = 0; cy < ch; cy++) {
    for (let cx = 0; cx < cw; cx++) {
      if (!inside(q, (cx + 0.5) * cell, (cy + 0.5) * cell)) continue;
      all++;
      let n = 0;
      for (let y = 0; y < cell; y += 2) {
        for (let x = 0; x < cell; x += 2) {
          const i = ((cy * cell + y) * g.width + cx * cell + x) * 4;
          if (Math.min(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!) >= 246) n++;
        }
      }
      if (n >= 3) burnt[cy * cw + cx] = 1;
    }
  }
  const spots: Spot[] = [];
  const stack: number[] = [];
  for (let start = 0; start < burnt.length; start++) {
    if (burnt[start] !== 1) continue;
    let [n, x0, y0, x1, y1] = [0, cw, ch, 0, 0];
    stack.push(start);
    burnt[start] = 2;
    while (stack.length > 0) {
      const k = stack.pop()!;
      const x = k % cw;
      const y = (k - x) / cw;
      n++;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
      for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1]] as const) {
        const to = (y + dy) * cw + x + dx;
        if (x + dx >= 0 && x + dx < cw && y + dy >= 0 && y + dy < ch && burnt[to] === 1) {
          burnt[to] = 2;
          stack.push(to);
        }
      }
    }
    const share = n / Math.max(1, all);
    // More than a third is light paper in bright light, not a reflection on it.
    if (share >= 0.002 && share < 0.35) {
      spots.push({ x: x0 * cell, y: y0 * cell, width: (x1 - x0 + 1) * cell, height: (y1 - y0 + 1) * cell, share });
    }
  }
  return spots.sort((a, b) => b.share - a.share);
}

// The constants of imaging.Sharpness.
const reblur = 1.5;
const block = 64;
const minEdges = 12;
const minStep = 0.75;

// sharpness is imaging.Sharpness: one over the width of edges, by comparing
// gradients with those of the picture blurred once more (Zhuo and Sim, 2011).
// The picture is given at the scale at which documents are read.
export function sharpness(g: Grey, deviation = noiseOf(g)): number {
  const { width: w, height: h } = g;
  if (w < 16 || h < 16) return 0;
  const src = Float32Array.from(g.pix);
  const soft = blurred(src, w, h);
  const noise = deviation / (Math.sqrt(8 * Math.PI) * reblur * reblur);
  const floor = Math.max(minStep, 5 * noise) ** 2;
  const m2 = new Float32Array(w * h);
  for (let y = 1; y < h - 1; y++) {
    for (let x = 1, i = y * w + 1; x < w - 1; x++, i++) {
      const dx = (soft[i + 1]! - soft[i - 1]!) / 2;
      const dy = (soft[i + w]! - soft[i - w]!) / 2;
      m2[i] = dx * dx + dy * dy;
    }
  }
  const bw = Math.ceil(w / block);
  const n = bw * Math.ceil(h / block);
  const sums = [0, 1].map(() => ({ sharp: new Float64Array(n), soft: new Float64Array(n), edges: new Uint32Array(n) }));
  for (let y = 2; y < h - 2; y++) {
    for (let x = 2, i = y * w + 2; x < w - 2; x++, i++) {
      const v = m2[i]!;
      if (v < floor) continue;
      const dx = (soft[i + 1]! - soft[i - 1]!) / 2;
      const dy = (soft[i + w]! - soft[i - w]!) / 2;
      const upright = dx * dx >= dy * dy;
      const next = upright ? 1 : w;
      if (v < m2[i - next]! || v <= m2[i + next]!) continue; // not the crest of its edge
      const l = Math.sqrt(v);
      const s = sums[upright ? 0 : 1]!;
      const k = Math.floor(y / block) * bw + Math.floor(x / block);
      s.sharp[k]! += (((src[i + 1]! - src[i - 1]!) / 2) * dx + ((src[i + w]! - src[i - w]!) / 2) * dy) / l;
      s.soft[k]! += l;
      s.edges[k]!++;
    }
  }
  let result = 0;
  for (const s of sums) {
    const found: number[] = [];
    for (let k = 0; k < n; k++) {
      const e = s.edges[k]!;
      if (e < minEdges) continue;
      const ratio = Math.max(s.sharp[k]! - 4 * e * noise, 0) / Math.max(s.soft[k]! - e * noise, 1e-9);
      found.push(Math.sqrt(Math.max(ratio * ratio - 1, 0)) / reblur);
    }
    if (found.length < 2) continue;
    found.sort((a, b) => a - b);
    const v = Math.min(found[found.length >> 1]!, 4);
    if (result === 0 || v < result) result = v;
  }
  return result;
}

// blurred is a Gaussian blur with σ = reblur, which is five pixels to either side;
// edges repeat. It takes most of the time of a frame, so its taps are written out.
function blurred(src: Float32Array, w: number, h: number): Float32Array {
  const taps = Array.from({ length: 6 }, (_, k) => Math.exp(-(k ** 2) / (2 * reblur * reblur)));
  const total = taps.reduce((a, b) => a + 2 * b, -taps[0]!);
  const [k0, k1, k2, k3, k4, k5] = taps.map((t) => t / total) as [number, number, number, number, number, number];
  const mid = new Float32Array(w * h);
  const row = new Float32Array(w + 10);
  for (let y = 0; y < h; y++) {
    const o = y * w;
    row.fill(src[o]!, 0, 5);
    row.set(src.subarray(o, o + w), 5);
    row.fill(src[o + w - 1]!, w + 5);
    for (let x = 0; x < w; x++) {
      mid[o + x] =
        k0 * row[x + 5]! + k1 * (row[x + 4]! + row[x + 6]!) + k2 * (row[x + 3]! + row[x + 7]!) +
        k3 * (row[x + 2]! + row[x + 8]!) + k4 * (row[x + 1]! + row[x + 9]!) + k5 * (row[x]! + row[x + 10]!);
    }
  }
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const up = (n: number) => Math.max(0, y - n) * w;
    const down = (n: number) => Math.min(h - 1, y + n) * w;
    const [a1, a2, a3, a4, a5] = [up(1), up(2), up(3), up(4), up(5)];
    const [b1, b2, b3, b4, b5] = [down(1), down(2), down(3), down(4), down(5)];
    for (let x = 0, o = y * w; x < w; x++) {
      out[o + x] =
        k0 * mid[o + x]! + k1 * (mid[a1 + x]! + mid[b1 + x]!) + k2 * (mid[a2 + x]! + mid[b2 + x]!) +
        k3 * (mid[a3 + x]! + mid[b3 + x]!) + k4 * (mid[a4 + x]! + mid[b4 + x]!) + k5 * (mid[a5 + x]! + mid[b5 + x]!);
    }
  }
  return out;
}

// Smear is imaging.FocusStats: how much fine detail there is in the direction that has
// least, as a share of the coarse, and as a share of that across it. Camera shake takes
// it away in one direction alone; edges that it wiped out count by their absence, which
// sharpness cannot see.
export interface Smear {
  detail: number; // 0: too little contrast to tell
  along: number;
}

const steps = [[3, 0], [3, 1], [2, 2], [1, 3], [0, 3], [-1, 3], [-2, 2], [-3, 1]] as const;
const reach = 9;
const smearFloor = 60;
const smearLeast = 4; // blocks

export function smear(g: Grey, deviation = noiseOf(g)): Smear {
  const { pix, width: w, height: h } = g;
  const noise = 2 * deviation ** 2;
  const near = steps.map(([x, y]) => y * w + x);
  const ratios: number[][] = steps.map(() => []);
  const n = (block * block) / 4;
  for (let by = reach; by + block <= h - reach; by += block) {
    for (let bx = reach; bx + block <= w - reach; bx += block) {
      const fine = new Float64Array(8);
      const coarse = new Float64Array(8);
      let mean = 0;
      for (let k = 0; k < 8; k++) {
        const d = near[k]!;
        let a = 0;
        let b = 0;
        for (let y = by; y < by + block; y += 2) {
          for (let i = y * w + bx + ((y >> 1) & 1), end = y * w + bx + block; i < end; i += 2) {
            const v = pix[i]!;
            const f = pix[i + d]! - v;
            const c = pix[i + 3 * d]! - v;
            a += f * f;
            b += c * c;
          }
        }
        fine[k] = Math.max(a / n - noise, 0);
        coarse[k] = b / n - noise;
        mean += coarse[k]! / 8;
      }
      if (mean < smearFloor) continue;
      for (let k = 0; k < 8; k++) ratios[k]!.push(fine[k]! / Math.max(coarse[k]!, mean / 4));
    }
  }
  if (ratios[0]!.length < smearLeast) return { detail: 0, along: 1 };
  const medians = ratios.map((r) => r.sort((a, b) => a - b)[r.length >> 1]!);
  const least = medians.indexOf(Math.min(...medians));
  return { detail: medians[least]!, along: Math.min(1, medians[least]! / Math.max(medians[(least + 4) % 8]!, 1e-6)) };
}

// noiseOf estimates the standard deviation of white noise (Immerkær, 1996), by
// the median, so that print does not count as noise.
export function noiseOf({ pix, width: w, height: h }: Grey): number {
  const hist = new Uint32Array(1024);
  let n = 0;
  for (let y = 1; y < h - 1; y += 2) {
    for (let x = 1, i = y * w + 1; x < w - 1; x++, i++) {
      const v =
        pix[i - w - 1]! + pix[i - w + 1]! + pix[i + w - 1]! + pix[i + w + 1]! + 4 * pix[i]! - 2 * (pix[i - w]! + pix[i - 1]! + pix[i + 1]! + pix[i + w]!);
      hist[Math.min(Math.abs(v), 1023)]!++;
      n++;
    }
  }
  for (let k = 0, i = 0; i < 1024; i++) {
    k += hist[i]!;
    if (2 * k >= n) return i / 0.6745 / 6;
  }
  return 0;
}
