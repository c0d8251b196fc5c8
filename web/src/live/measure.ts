// Numbers of the face in one frame, by the methods of internal/face on the server.

import type { Grey } from "../guide/picture";
import { sharpness } from "../guide/picture";
import type { Found } from "./find";
import { apart, around, box, type Box, eyes, margin, type Mesh, mouth, type Pose, pose, size } from "./mesh";
import { lumaOf, type Pixels, type Window } from "./pixels";

// Seen is what was measured in one frame. Lengths are in pixels of the frame.
export interface Seen {
  at: number; // milliseconds, by the camera's clock
  width: number;
  height: number;
  face: Face | undefined;
}

export interface Face {
  box: Box;
  others: number; // size of a second face in parts of this one
  apart: number; // between the eyes
  margin: number; // distance to the frame's edge in face widths
  pose: Pose;
  eyes: number; // aspect ratio of both
  shutter: number; // that of the less open one
  mouth: number;
  size: number;
  mean: number; // luma of the face, 0 to 255
  over: number; // share of it that is burnt out
  backlight: number; // luma around the head less that of the face
  uniformity: number; // the darker cheek over the lighter
  sharpness: number | undefined; // measured now and then
}

const inset = 0.15; // of the face: light is read where there is skin
const head = 0.35; // the head is taken to end that far outside the face
const levelSide = 256;
const sharpEvery = 4;

export function measure(p: Pixels, found: Found | undefined, at: number, n: number): Seen {
  const frame = { at, width: p.width, height: p.height };
  if (!found) return { ...frame, face: undefined };
  const m = found.mesh;
  const b = box(m);
  const [r, l] = eyes(m);
  const level = levelOf(m);
  const pixels = Math.round(Math.max(8, Math.min(levelSide, level.side)));
  const luma = lumaOf(p, level, pixels);
  const mean = luma.reduce((a, v) => a + v, 0) / luma.length;
  const grey: Grey = { pix: luma, width: pixels, height: pixels };
  return {
    ...frame,
    face: {
      box: b,
      others: found.others,
      apart: apart(m),
      margin: Math.min(b.x, b.y, p.width - b.x - b.width, p.height - b.y - b.height) / b.width,
      pose: pose(m),
      eyes: (r + l) / 2,
      shutter: Math.min(r, l),
      mouth: mouth(m),
      size: size(m),
      mean,
      over: luma.reduce((a, v) => a + (v >= 250 ? 1 : 0), 0) / luma.length,
      backlight: surround(p, b, mean) - mean,
      uniformity: uniformity(p, m),
      sharpness: n % sharpEvery === 0 ? sharpness(grey) : undefined,
    },
  };
}

// levelOf is the inside of the face with its eyes level.
function levelOf(m: Mesh): Window {
  const w = around(m);
  return { ...w, side: (w.side * (1 - 2 * inset)) / margin };
}

// surround is the mean luma outside the head, on every fourth row and column.
function surround(p: Pixels, b: Box, otherwise: number): number {
  const [x0, x1, y0, y1] = [b.x - head * b.width, b.x + (1 + head) * b.width, b.y - head * b.height, b.y + (1 + head) * b.height];
  let [sum, n] = [0, 0];
  for (let y = 2; y < p.height; y += 4) {
    for (let x = 2; x < p.width; x += 4) {
      if (x > x0 && x < x1 && y > y0 && y < y1) continue;
      const i = (y * p.width + x) * 4;
      sum += (p.data[i]! * 77 + p.data[i + 1]! * 150 + p.data[i + 2]! * 29) >> 8;
      n++;
    }
  }
  return n < (p.width * p.height) / 1600 ? otherwise : sum / n;
}

function uniformity(p: Pixels, m: Mesh): number {
  const side = Math.max(3, 0.3 * apart(m));
  const [a, b] = [50, 280].map((i) => {
    const luma = lumaOf(p, { x: m[3 * i]!, y: m[3 * i + 1]!, side, angle: 0 }, 8);
    return luma.reduce((s, v) => s + v, 0) / luma.length;
  });
  return Math.max(a!, b!) === 0 ? 0 : Math.min(a!, b!) / Math.max(a!, b!);
}
