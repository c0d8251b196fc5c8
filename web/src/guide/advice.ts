// What to tell a person who holds a document before the camera, frame by frame,
// and when to take the picture. One hint at a time: the one that hinders most.

import type { Outline } from "./outline";
import type { Light, Point, Quad, Smear, Spot } from "./picture";

export type Hint = "look" | "dark" | "closer" | "farther" | "straight" | "still" | "glare" | "blurry" | "good";

// Seen is what was measured in one frame, in pixels of the reduced picture.
export interface Seen {
  width: number;
  height: number;
  outline: Outline | undefined;
  light: Light; // of the document, or of the middle where none was seen
  spots: Spot[];
  sharpness: number | undefined; // at reading scale; measured where all else is well
  smear?: Smear | undefined; // with the sharpness
}

export interface Advice {
  hint: Hint;
  quad: Quad | undefined;
  spots: Spot[];
  take: boolean; // now is the moment
  detail: boolean; // look at the next frame's sharpness too
}

// Guidance is a little stricter than the policy that the server judges by
// (internal/policy/standard.yaml), so that what is good here is good there.
const dark = 60; // mean luma; there 50
const burnt = 0.3; // share; there 0.35
const glareShare = 0.006; // of one spot; there 0.01
const sharp = 0.62; // there 0.55
const shaken = 0.27; // detail; there 0.24
const oneWay = 0.68; // with less of it along than so much of that across; there 0.65
const sure = 0.95; // least score of an outline
const tilted = 0.22; // sides unlike by so much
const small = 0.58; // of the room there is: least length of the document
const edge = 0.008; // of the frame: a document that comes nearer is cut off
const moved = 0.012; // of the diagonal, a corner from frame to frame
const goodFrames = 4;
const goodMS = 450;
const framesUnmeasured = 3; // so long a frame's sharpness stands for those after it
const settleMS = 350; // a hint stays as long, so that it can be read

export class Adviser {
  private before: Quad | undefined;
  private shown: Hint = "look";
  private since = 0;
  private good: { frames: number; since: number } | undefined;
  private sharp: Pick<Seen, "sharpness" | "smear"> | undefined; // as measured last, for the frames after it
  private unmeasured = 0; // frames since then

  // see takes in a frame; at is its time in milliseconds.
  see(frame: Seen, at: number): Advice {
    const seen = this.sharpened(frame);
    const quad = seen.outline && seen.outline.score >= sure ? seen.outline.quad : undefined;
    const hint = this.judge(seen, quad);
    this.before = quad;
    if (hint !== "good") {
      this.good = undefined;
      if (hint !== this.shown && at - this.since >= settleMS) this.say(hint, at);
      // While another hint is still being read, nothing is marked that it does not name.
      return { hint: this.shown, quad, spots: hint === "glare" ? seen.spots : [], take: false, detail: (hint === "blurry" || hint === "still") && this.unmeasured > 0 };
    }
    // Until the sharpness is known the frame is promising, not good.
    if (seen.sharpness === undefined) return { hint: this.shown, quad, spots: [], take: false, detail: true };
    if (this.shown !== "good") this.say("good", at);
    this.good ??= { frames: 0, since: at };
    this.good.frames++;
    // What is taken was measured itself.
    const take = frame.sharpness !== undefined && this.good.frames >= goodFrames && at - this.good.since >= goodMS;
    return { hint: "good", quad, spots: [], take, detail: this.unmeasured > 0 };
  }

  // sharpened gives a frame the sharpness of the one before, where it was not measured
  // itself: it takes most of the time of a frame, so every second one goes without.
  private sharpened(frame: Seen): Seen {
    if (frame.sharpness !== undefined) [this.sharp, this.unmeasured] = [{ sharpness: frame.sharpness, smear: frame.smear }, 0];
    else if (++this.unmeasured > framesUnmeasured) this.sharp = undefined;
    return { ...frame, ...this.sharp };
  }

  private say(hint: Hint, at: number) {
    this.shown = hint;
    this.since = at;
  }

  private judge(seen: Seen, quad: Quad | undefined): Hint {
    const { width: w, height: h, light } = seen;
    if (light.mean < dark) return "dark";
    if (!quad || !seen.outline) return light.over > burnt ? "glare" : "look";
    const cut = quad.some(([x, y]) => x < w * edge || y < h * edge || x > w * (1 - edge) || y > h * (1 - edge));
    if (cut) return "farther";
    if (longSide(quad) < small * room(w, h, quad)) return "closer";
    if (seen.outline.tilt > tilted) return "straight";
    if (!this.before || shift(this.before, quad) > moved * Math.hypot(w, h)) return "still";
    if ((seen.spots[0]?.share ?? 0) > glareShare || light.over > burnt) return "glare";
    if (seen.sharpness !== undefined && (seen.sharpness < sharp || isShaken(seen.smear))) return "blurry";
    return "good";
  }
}

const isShaken = (s: Smear | undefined) => s !== undefined && s.detail > 0 && s.detail < shaken && s.along < oneWay;

const dist = (p: Point, q: Point) => Math.hypot(p[0] - q[0], p[1] - q[1]);

function longSide([tl, tr, br, bl]: Quad): number {
  return Math.max((dist(tl, tr) + dist(bl, br)) / 2, (dist(tl, bl) + dist(tr, br)) / 2);
}

// room is the length of the longest document that the frame can hold as it lies.
function room(w: number, h: number, [tl, tr, , bl]: Quad): number {
  return dist(tl, tr) >= dist(tl, bl) ? Math.min(w, h * 1.5) : Math.min(h, w * 1.5);
}

function shift(a: Quad, b: Quad): number {
  return Math.max(...a.map((p, k) => dist(p, b[k]!)));
}
