import { describe, expect, it } from "vitest";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FaceAdviser } from "./advice";
import { type Action, ByTheClock, Coach, type Cue, type Needs } from "./coach";
import type { Face, Seen } from "./measure";
import { paceFor, thinned } from "./record";
import { voiceFor } from "./voice";

const good: Face = {
  box: { x: 120, y: 150, width: 130, height: 180 }, others: 0, apart: 70, margin: 0.8, pose: { yaw: 0, pitch: 0, roll: 0 },
  eyes: 0.3, shutter: 0.3, mouth: 0.02, size: 100, mean: 130, over: 0, backlight: 0, uniformity: 0.9, sharpness: 0.8,
};
const seen = (at: number, f: Partial<Face> | undefined): Seen => ({ at, width: 360, height: 480, face: f && { ...good, ...f } });

describe("the advice", () => {
  const after = (f: Partial<Face> | undefined) => {
    const a = new FaceAdviser();
    let last = a.see(seen(0, f));
    for (let t = 40; t < 1600 && !last.take; t += 40) last = a.see(seen(t, f));
    return last;
  };
  it.each([
    ["nobody", undefined, "look"],
    ["somebody else", { others: 0.5 }, "alone"],
    ["a face far away", { box: { x: 150, y: 200, width: 60, height: 80 } }, "closer"],
    ["a face too near", { box: { x: 10, y: 20, width: 330, height: 430 } }, "farther"],
    ["a face at the side", { box: { x: 220, y: 150, width: 130, height: 180 } }, "centre"],
    ["a face turned away", { pose: { yaw: 25, pitch: 0, roll: 0 } }, "front"],
    ["a dark room", { mean: 40 }, "dark"],
    ["the sun", { over: 0.2 }, "bright"],
    ["a window behind", { backlight: 140, mean: 40 }, "backlit"],
    ["a lamp at the side", { uniformity: 0.3 }, "uneven"],
    ["shut eyes", { shutter: 0.08 }, "eyes"],
    ["a smeared picture", { sharpness: 0.2 }, "blurry"],
    ["a face as it should be", {}, "good"],
  ] as const)("names %s", (_, f, want) => expect(after(f).hint).toBe(want));
  it("takes the picture when it was good for a while, and only then", () => {
    expect(after({}).take).toBe(true);
    expect(after({ mean: 40 }).take).toBe(false);
    expect(new FaceAdviser().see(seen(0, {})).take).toBe(false);
  });
});

const needs: Needs = { turn_degrees: 12, blink_closure: 0.32, mouth_open: 0.42, closer_growth: 0.2, fastest_ms: 250 };

// play lets somebody move, step by step, 25 frames a second, and returns the cues in
// their order, each once.
function play(actions: Action[], steps: [does: string, ms: number][]): { cues: Cue[]; step: number } {
  const coach = new Coach(actions, needs);
  const cues: Cue[] = [];
  let [at, step] = [0, 0];
  for (const [does, ms] of steps) {
    for (let t = 0; t < ms; t += 40, at += 40) {
      const x = t / ms;
      const up = Math.min(1, 3 * Math.min(x, 1 - x));
      const f: Partial<Face> | undefined = {
        rest: {}, away: undefined, left: { pose: { yaw: 22 * up, pitch: 0, roll: 0 } }, right: { pose: { yaw: -22 * up, pitch: 0, roll: 0 } },
        little: { pose: { yaw: 10 * up, pitch: 0, roll: 0 } }, blink: { eyes: 0.3 * (1 - 0.7 * up) }, mouth: { mouth: 0.02 + 0.7 * up }, closer: { size: 100 * (1 + 0.35 * up) },
      }[does];
      const told = coach.see(seen(at, f));
      if (cues.at(-1) !== told.cue) cues.push(told.cue);
      step = told.step;
    }
  }
  return { cues, step };
}

describe("the coach", () => {
  it("leads through every movement", () => {
    const all: Action[] = ["turn_left", "blink", "open_mouth", "come_closer", "turn_right"];
    const steps: [string, number][] = [["rest", 1200], ["left", 1200], ["rest", 1000], ["blink", 400], ["rest", 1000], ["mouth", 1200], ["rest", 1000], ["closer", 1200], ["rest", 1000], ["right", 1200], ["rest", 1200]];
    const { cues } = play(all, steps);
    expect(cues.filter((c) => c === "seen")).toHaveLength(5);
    expect(cues.at(-1)).toBe("finished");
    expect(cues).not.toContain("slower");
  });
  it.each<[string, Action, [string, number][], Cue]>([
    ["too quick", "turn_left", [["rest", 1200], ["left", 240], ["rest", 400]], "slower"],
    ["too little", "turn_left", [["rest", 1200], ["little", 1200], ["rest", 400]], "further"],
    ["the other way", "turn_left", [["rest", 1200], ["right", 1200]], "other_way"],
    ["out of the picture", "turn_left", [["rest", 1200], ["away", 1200]], "lost"],
  ])("says at once what was %s, and takes it when it is made right", (_, action, steps, want) => {
    const first = play([action, "blink"], steps);
    expect(first.cues).toContain(want);
    expect(first.step).toBe(0);
    const then = play([action, "blink"], [...steps, ["rest", 600], ["left", 1200], ["rest", 900]]);
    expect(then.cues).toContain("seen");
    expect(then.step).toBe(1);
  });
  it("waits until the head is at rest", () => expect(play(["turn_left"], [["left", 1000], ["right", 1000]]).cues).toEqual(["rest"]));
  it("goes by the clock where no face can be followed", () => {
    const c = new ByTheClock(["turn_left", "blink"]);
    const cues = Array.from({ length: 100 }, (_, k) => c.see({ at: k * 100 }).cue);
    expect(cues.filter((x, k) => x !== cues[k - 1])).toEqual(["rest", "ask", "seen", "ask", "seen", "finished"]);
  });
});

describe("a recording", () => {
  it("is thinned where nothing happens, and nowhere else", () => {
    const all = Array.from({ length: 60 }, (_, k) => ({ ms: k * 100, body: new Blob() }));
    const kept = thinned(all, 5000).map((t) => t.ms);
    expect(kept.filter((ms) => ms >= 4300)).toHaveLength(17);
    expect(kept.filter((ms) => ms < 4300)).toHaveLength(15);
  });
  it.each([[120, 3, 100], [60, 3, 196], [20, 3, 200]])("takes what the server takes: %d frames, %d movements", (frames, movements, want) => expect(paceFor(frames, movements)).toBe(want));
});

it("speaks with a voice of the device alone", () => {
  const voices = [{ lang: "de-DE", localService: false }, { lang: "de_AT", localService: true }, { lang: "en-GB", localService: true }] as SpeechSynthesisVoice[];
  expect(voiceFor("de", voices)?.lang).toBe("de_AT");
  expect(voiceFor("fr", voices)).toBeUndefined();
});

it("has the very weights of the server", () => {
  const manifest = JSON.parse(readFileSync("../models/manifest.json", "utf8")) as { models: { sources?: { path: string; sha256: string }[] }[] };
  const sums = new Map(manifest.models.flatMap((m) => m.sources ?? []).map((s) => [s.path, s.sha256]));
  for (const name of ["blazeface.json", "blazeface.bin", "facemesh.json", "facemesh.bin"]) {
    const sum = createHash("sha256").update(readFileSync(`node_modules/@vladmandic/human/models/${name}`)).digest("hex");
    expect(sums.get(`package/models/${name}`), name).toBe(sum);
  }
});
