// What to tell a person whose face is before the camera, and when the picture is
// good. One hint at a time: the one that hinders most.

import type { Face, Seen } from "./measure";

export type FaceHint =
  | "look" | "alone" | "closer" | "farther" | "centre" | "front" | "dark" | "bright" | "backlit" | "uneven" | "eyes" | "blurry" | "good";

// Guidance is a little stricter than the policy that the server judges by
// (internal/policy/standard.yaml, thresholds.face), so that what is good here is
// good there.
const others = 0.2; // size of a second face; there 0.3
const small = 0.34; // of the room there is: least height of the face
const large = 0.82;
const edge = 0.02; // margin in face widths; there -0.1
const aside = 0.36; // of half the frame: how far the face may be off its middle; there 0.6
const yaw = 15; // degrees; there 28
const pitch = 22;
const dark = 65; // mean luma; there 55
const burnt = 0.06; // share; there 0.08
const backlight = 110; // there 130
const uniformity = 0.45; // there 0.4
const shut = 0.145; // eye aspect ratio; there 0.13
const sharp = 0.45; // there 0.4
const goodFrames = 5;
const goodMS = 700;
const settleMS = 400; // a hint stays as long, so that it can be read

export interface FaceAdvice {
  hint: FaceHint;
  take: boolean; // now is the moment
}

export class FaceAdviser {
  private shown: FaceHint = "look";
  private since = -Infinity;
  private good: { frames: number; since: number } | undefined;
  private sharpness = 0;

  see(seen: Seen): FaceAdvice {
    if (seen.face?.sharpness !== undefined) this.sharpness = seen.face.sharpness;
    const hint = judge(seen, this.sharpness);
    if (hint !== this.shown && seen.at - this.since >= settleMS) {
      this.shown = hint;
      this.since = seen.at;
    }
    if (hint !== "good") {
      this.good = undefined;
      return { hint: this.shown, take: false };
    }
    this.good ??= { frames: 0, since: seen.at };
    this.good.frames++;
    return { hint: this.shown, take: this.shown === "good" && this.good.frames >= goodFrames && seen.at - this.good.since >= goodMS };
  }
}

// room is the height of the largest face that a frame can hold.
export const room = (width: number, height: number) => Math.min(height, width * 1.25);

function judge({ face, width, height }: Seen, sharpness: number): FaceHint {
  if (!face) return "look";
  if (face.others > others) return "alone";
  return place(face, width, height) ?? light(face) ?? (face.shutter < shut ? "eyes" : sharpness < sharp ? "blurry" : "good");
}

function place(f: Face, w: number, h: number): FaceHint | undefined {
  const tall = f.box.height / room(w, h);
  if (tall > large || f.margin < edge) return tall > small ? "farther" : "centre";
  if (tall < small) return "closer";
  const [x, y] = [(f.box.x + f.box.width / 2) / w, (f.box.y + f.box.height / 2) / h];
  if (Math.abs(2 * x - 1) > aside || Math.abs(2 * y - 1) > aside) return "centre";
  if (Math.abs(f.pose.yaw) > yaw || Math.abs(f.pose.pitch) > pitch) return "front";
  return undefined;
}

function light(f: Face): FaceHint | undefined {
  if (f.backlight > backlight) return "backlit";
  if (f.mean < dark) return "dark";
  if (f.over > burnt) return "bright";
  if (f.uniformity < uniformity) return "uneven";
  return undefined;
}
