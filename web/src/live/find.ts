// Finds the face in a frame and follows it: BlazeFace once, then the face mesh
// alone, over the window that the mesh before asks for. The same networks, and
// the same steps, as internal/face on the server.

import { around, margin, type Mesh, points } from "./mesh";
import { mapOf, type Pixels, sample, type Window } from "./pixels";

// Nets are the two networks. detect takes 256 × 256 × RGB, -1 to 1, and returns
// the 896 scores and the 896 × 16 values of its anchors; mesh takes 192 × 192 ×
// RGB, 0 to 1, and returns 468 × 3 values and the presence of a face.
export interface Nets {
  detect(input: Float32Array): { scores: Float32Array; boxes: Float32Array };
  mesh(input: Float32Array): { points: Float32Array; presence: number };
}

export const detectSide = 256;
export const meshSide = 192;

// The constants of BlazeFace as MediaPipe configures it.
const least = 0.5;
const overlap = 0.3;
const anchors: [number, number][] = [];
for (const [cells, each] of [[16, 2], [8, 6]] as const)
  for (let y = 0; y < cells; y++) for (let x = 0; x < cells; x++) for (let i = 0; i < each; i++) anchors.push([(x + 0.5) / cells, (y + 0.5) / cells]);

interface Candidate {
  score: number;
  x: number;
  y: number;
  side: number;
  keys: number[]; // x and y of the right eye, the left eye, …
}

// Found is the face of a frame; others tells how large the next largest face is,
// in parts of this one, where the frame was searched.
export interface Found {
  mesh: Mesh;
  presence: number;
  others: number;
}

// Finder follows one face from frame to frame.
export class Finder {
  private before: Mesh | undefined;
  private others = 0;
  private frames = 0;

  constructor(private readonly nets: Nets) {}

  // look returns the face of the next frame, or nothing.
  look(p: Pixels): Found | undefined {
    // Somebody may have come into the picture: now and then it is searched anew.
    const search = !this.before || ++this.frames % 15 === 0;
    if (search) {
      const all = detect(this.nets, p);
      const [first, second] = all;
      this.others = first && second ? (second.side / first.side) ** 2 : 0;
      if (!this.before && first) {
        const angle = Math.atan2(first.keys[3]! - first.keys[1]!, first.keys[2]! - first.keys[0]!);
        for (const widen of [1, 1.25]) {
          const f = fit(this.nets, p, { x: first.x, y: first.y, side: widen * margin * first.side, angle });
          if (f.presence < least) continue;
          this.before = f.mesh;
          break;
        }
      }
    }
    if (!this.before) return undefined;
    const f = fit(this.nets, p, around(this.before));
    this.before = f.presence >= least ? f.mesh : undefined;
    return this.before && { ...f, others: this.others };
  }
}

function fit(nets: Nets, p: Pixels, w: Window): { mesh: Mesh; presence: number } {
  const out = nets.mesh(sample(p, w, meshSide, 1 / 255, 0));
  const at = mapOf(w, meshSide);
  const mesh = new Float32Array(3 * points);
  for (let i = 0; i < points; i++) {
    [mesh[3 * i], mesh[3 * i + 1]] = at(out.points[3 * i]!, out.points[3 * i + 1]!);
    mesh[3 * i + 2] = (out.points[3 * i + 2]! * w.side) / meshSide;
  }
  return { mesh, presence: out.presence };
}

// detect returns the faces of a frame, the largest first.
function detect(nets: Nets, p: Pixels): Candidate[] {
  const w: Window = { x: p.width / 2, y: p.height / 2, side: Math.max(p.width, p.height), angle: 0 };
  const out = nets.detect(sample(p, w, detectSide, 1 / 127.5, -1));
  const at = mapOf(w, detectSide);
  const all: Candidate[] = [];
  for (let i = 0; i < anchors.length; i++) {
    const score = 1 / (1 + Math.exp(-out.scores[i]!));
    if (score < least) continue;
    const b = out.boxes.subarray(16 * i, 16 * i + 16);
    const [ax, ay] = [anchors[i]![0] * detectSide, anchors[i]![1] * detectSide];
    const [x, y] = at(b[0]! + ax, b[1]! + ay);
    const keys: number[] = [];
    for (let k = 0; k < 6; k++) keys.push(...at(b[4 + 2 * k]! + ax, b[5 + 2 * k]! + ay));
    all.push({ score, x, y, side: (Math.max(b[2]!, b[3]!) * w.side) / detectSide, keys });
  }
  return blend(all).sort((a, b) => b.side - a.side);
}

// blend makes one of every group of overlapping candidates, weighted by score.
function blend(all: Candidate[]): Candidate[] {
  let left = all.sort((a, b) => b.score - a.score);
  const out: Candidate[] = [];
  while (left.length > 0) {
    const lead = left[0]!;
    const group = left.filter((c) => c === lead || shared(lead, c) > overlap);
    left = left.filter((c) => !group.includes(c));
    const sum = group.reduce((a, c) => a + c.score, 0);
    const mean = (of: (c: Candidate) => number) => group.reduce((a, c) => a + c.score * of(c), 0) / sum;
    out.push({ score: lead.score, x: mean((c) => c.x), y: mean((c) => c.y), side: mean((c) => c.side), keys: lead.keys.map((_, k) => mean((c) => c.keys[k]!)) });
  }
  return out;
}

// shared is the overlap of two boxes over what they cover together.
function shared(a: Candidate, b: Candidate): number {
  const along = (u: number, v: number) => Math.max(0, Math.min(u + a.side / 2, v + b.side / 2) - Math.max(u - a.side / 2, v - b.side / 2));
  const both = along(a.x, b.x) * along(a.y, b.y);
  return both / (a.side ** 2 + b.side ** 2 - both);
}
