// What a face mesh says: the same numbers by the same formulas as internal/face
// on the server, which a test holds together. Indices are those of MediaPipe's
// canonical face; right and left are the person's own.

import type { Window } from "./pixels";

export const points = 468;

// Mesh is x, y and z of each point, in pixels of the picture.
export type Mesh = Float32Array;

export interface Pose {
  yaw: number; // degrees, positive to the person's own left
  pitch: number; // positive downwards
  roll: number;
}

const distance = (m: Mesh, i: number, j: number) =>
  Math.hypot(m[3 * i]! - m[3 * j]!, m[3 * i + 1]! - m[3 * j + 1]!, m[3 * i + 2]! - m[3 * j + 2]!);
const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);

// eyes are the aspect ratios of the right and the left eye: about 0.3 open.
export function eyes(m: Mesh): [number, number] {
  const aspect = (a: number, b: number, c: number, d: number, e: number, f: number) => ratio(distance(m, b, f) + distance(m, c, e), 2 * distance(m, a, d));
  return [aspect(33, 160, 158, 133, 153, 144), aspect(362, 385, 387, 263, 373, 380)];
}

// mouth is the aspect ratio of the gap between the lips: 0 shut.
export const mouth = (m: Mesh) => ratio(distance(m, 13, 14), distance(m, 78, 308));

// size is how large the face appears, whatever it does.
export const size = (m: Mesh) => Math.sqrt(distance(m, 33, 263) * distance(m, 10, 2));

// apart is the distance between the middles of the eyes.
export function apart(m: Mesh): number {
  const middle = (of: number[], k: number) => of.reduce((a, i) => a + m[3 * i + k]!, 0) / of.length;
  const [r, l] = [[33, 133, 159, 145], [362, 263, 386, 374]];
  return Math.hypot(middle(l!, 0) - middle(r!, 0), middle(l!, 1) - middle(r!, 1));
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function box(m: Mesh): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points; i++) {
    x0 = Math.min(x0, m[3 * i]!);
    x1 = Math.max(x1, m[3 * i]!);
    y0 = Math.min(y0, m[3 * i + 1]!);
    y1 = Math.max(y1, m[3 * i + 1]!);
  }
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

export const margin = 1.5; // the window's side in face sides

// around is the window that the mesh network wants for a face: its eyes level.
export function around(m: Mesh): Window {
  const angle = Math.atan2(m[3 * 263 + 1]! - m[3 * 33 + 1]!, m[3 * 263]! - m[3 * 33]!);
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  let [u0, v0, u1, v1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points; i++) {
    const u = cos * m[3 * i]! + sin * m[3 * i + 1]!;
    const v = -sin * m[3 * i]! + cos * m[3 * i + 1]!;
    u0 = Math.min(u0, u);
    u1 = Math.max(u1, u);
    v0 = Math.min(v0, v);
    v1 = Math.max(v1, v);
  }
  const [u, v] = [(u0 + u1) / 2, (v0 + v1) / 2];
  return { x: cos * u - sin * v, y: sin * u + cos * v, side: margin * Math.max(u1 - u0, v1 - v0), angle };
}

// The part of MediaPipe's canonical face model (Apache-2.0) that neither mouth
// nor lids nor brows move, as in internal/face/pose.go: right point, left point,
// and the right one's place.
const neutral: readonly (readonly [number, number, number, number, number])[] = [
  [4, 4, 0, -0.46317, 7.58658], [5, 5, 0, 0.365669, 7.24287], [6, 6, 0, 2.473255, 5.788627], [10, 10, 0, 8.261778, 4.481535],
  [151, 151, 0, 6.54539, 5.027311], [168, 168, 0, 3.271027, 5.236015], [197, 197, 0, 1.728369, 6.31675], [21, 251, -7.08796, 5.434801, 0.09962],
  [33, 263, -4.445859, 2.663991, 3.173422], [34, 264, -7.21453, 2.263009, 0.07315], [48, 278, -1.608635, -0.942516, 5.814193],
  [50, 280, -4.765501, -0.701554, 3.534632], [54, 284, -6.279331, 6.615427, 1.42585], [67, 297, -3.523964, 8.005976, 3.729163],
  [127, 356, -7.743095, 2.364999, -2.005167], [129, 358, -1.785794, -0.978284, 4.85047], [133, 362, -1.856432, 2.585245, 3.757904],
];

type Matrix = number[]; // 3 × 3, row by row

// pose is the rotation that brings the canonical face nearest to the mesh.
export function pose(m: Mesh): Pose {
  const pairs: [number[], number[]][] = [];
  const add = (i: number, x: number, y: number, z: number) => pairs.push([[x, y, z], [m[3 * i]!, -m[3 * i + 1]!, -m[3 * i + 2]!]]);
  for (const [right, left, x, y, z] of neutral) {
    add(right, x, y, z);
    if (left !== right) add(left, -x, y, z);
  }
  const mean = (k: 0 | 1) => [0, 1, 2].map((i) => pairs.reduce((a, p) => a + p[k][i]!, 0) / pairs.length);
  const [model, seen] = [mean(0), mean(1)];
  const h: Matrix = new Array<number>(9).fill(0);
  for (const [a, b] of pairs) for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) h[3 * i + j]! += (b[i]! - seen[i]!) * (a[j]! - model[j]!);
  const r = rotation(h);
  if (!r) return { yaw: 0, pitch: 0, roll: 0 };
  const degrees = 180 / Math.PI;
  return {
    yaw: Math.asin(Math.max(-1, Math.min(1, -r[6]!))) * degrees,
    pitch: Math.atan2(r[7]!, r[8]!) * degrees,
    roll: Math.atan2(r[3]!, r[0]!) * degrees,
  };
}

// rotation is the orthogonal factor of the polar decomposition, by Higham's
// Newton iteration; nothing where there is none.
function rotation(h: Matrix): Matrix | undefined {
  for (let n = 0; n < 50; n++) {
    const c = (i: number, j: number) => {
      const [a, b, d, e] = [(i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3];
      return h[3 * a + d]! * h[3 * b + e]! - h[3 * a + e]! * h[3 * b + d]!;
    };
    const det = h[0]! * c(0, 0) + h[1]! * c(0, 1) + h[2]! * c(0, 2);
    if (!(det > 0) || !Number.isFinite(det)) return undefined;
    const g = Math.cbrt(1 / det);
    let change = 0;
    // The inverse transposed is the cofactors over the determinant.
    const next = h.map((v, k) => (v * g + c(Math.floor(k / 3), k % 3) / det / g) / 2);
    for (let k = 0; k < 9; k++) change = Math.max(change, Math.abs(next[k]! - h[k]!));
    h = next;
    if (change < 1e-9) break;
  }
  return h;
}
