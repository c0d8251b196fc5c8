// Leads through the movements of a challenge: one at a time, at the person's own
// pace, and tells at once what was too quick or too little, so that nobody learns
// it only at the end. The rules are those of internal/liveness and
// internal/verify on the server, a little stricter.

import type { Seen } from "./measure";

export type Action = "blink" | "turn_left" | "turn_right" | "open_mouth" | "come_closer";

// Needs is what the server's policy counts as a movement.
export interface Needs {
  turn_degrees: number;
  blink_closure: number;
  mouth_open: number;
  closer_growth: number;
  fastest_ms: number;
}

// Cue is what to tell: be at rest, make the movement, go on with it, come back
// from it; do it slower, further, the other way; come into the picture; it is
// done; all is done.
export type Cue = "rest" | "ask" | "more" | "back" | "slower" | "further" | "other_way" | "lost" | "seen" | "finished";

export interface Coached {
  cue: Cue;
  step: number; // which movement
  progress: number; // of it, 0 to 1
  // moving says that a movement is under way, so that no frame of it is left out.
  moving: boolean;
  // from is when the movement began that was just made, right or wrong.
  from: number | undefined;
}

const stricter = 1.15; // a movement goes that much further than the server asks
const slower = 1.25; // and takes that much longer
const floor = 0.4; // of what is asked for: less is rest
const worthTelling = 0.6; // of what is asked for: less was no try
const restMS = 800;
const pauseMS = 700; // between movements, in which "done" is read
const tellMS = 1800; // a correction stays as long
const lostMS = 600;
const steadyDegrees = 6;
const blindYaw = 25; // beyond, the farther eye is hidden and eyes mean nothing

interface State {
  at: number;
  eyes: number;
  mouth: number;
  yaw: number;
  size: number;
}

interface Run {
  from: number;
  last: number;
  peak: number;
}

const quantile = (all: number[], q: number) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(q * all.length))]!;

export class Coach {
  private step = 0;
  private rest: State[] = [];
  private base: State | undefined;
  private run: Run | undefined;
  private wrong: Run | undefined;
  private rested = false; // since the movement was asked for
  private told: { cue: Cue; until: number } | undefined;
  private pause = 0; // until when nothing is asked
  private seenAt = -Infinity;
  private pace = 40;
  private before = 0;

  constructor(
    private readonly actions: readonly Action[],
    private readonly needs: Needs,
  ) {}

  see(seen: Seen): Coached {
    const { at, face } = seen;
    if (this.before > 0) this.pace += (Math.min(200, at - this.before) - this.pace) * 0.1;
    this.before = at;
    if (!face) return this.tell(at - this.seenAt > lostMS ? "lost" : this.current(at), 0);
    this.seenAt = at;
    const s: State = { at, eyes: face.eyes, mouth: face.mouth, yaw: face.pose.yaw, size: face.size };
    if (this.step >= this.actions.length) return this.tell(at < this.pause ? "seen" : "finished", 1);
    if (!this.base) return this.settle(s);
    if (at < this.pause) return this.tell("seen", 1);
    return this.follow(s);
  }

  // settle waits until the head is at rest, and takes that for its measure.
  private settle(s: State): Coached {
    this.rest.push(s);
    const yaws = this.rest.map((r) => r.yaw);
    if (Math.max(...yaws) - Math.min(...yaws) > steadyDegrees) this.rest = [s];
    if (s.at - this.rest[0]!.at < restMS || this.rest.length < 5) return this.tell("rest", 0);
    const of = (f: (r: State) => number, q: number) => quantile(this.rest.map(f), q);
    this.base = { at: s.at, eyes: of((r) => r.eyes, 0.5), mouth: of((r) => r.mouth, 0.2), yaw: of((r) => r.yaw, 0.5), size: of((r) => r.size, 0.5) };
    return this.tell("ask", 0);
  }

  private extent(a: Action, s: State): number | undefined {
    const b = this.base!;
    switch (a) {
      case "blink":
        return Math.abs(s.yaw) < blindYaw && b.eyes > 0 ? 1 - s.eyes / b.eyes : undefined;
      case "turn_left":
        return s.yaw - b.yaw;
      case "turn_right":
        return b.yaw - s.yaw;
      case "open_mouth":
        return s.mouth - b.mouth;
      case "come_closer":
        return b.size > 0 ? s.size / b.size - 1 : undefined;
    }
  }

  private need(a: Action): number {
    const n = this.needs;
    return { blink: n.blink_closure, turn_left: n.turn_degrees, turn_right: n.turn_degrees, open_mouth: n.mouth_open, come_closer: n.closer_growth }[a];
  }

  private follow(s: State): Coached {
    const action = this.actions[this.step]!;
    const need = this.need(action);
    const v = this.extent(action, s);
    if (v === undefined) return this.tell(this.current(s.at), 0);
    const progress = Math.max(0, Math.min(1, v / (need * stricter)));
    if (v >= need * floor) {
      if (!this.rested) return this.tell(this.current(s.at), 0); // still on the way back from something else
      this.run ??= { from: s.at, last: s.at, peak: 0 };
      this.run.last = s.at;
      this.run.peak = Math.max(this.run.peak, v);
      this.told = undefined;
      return this.tell(this.run.peak >= need * stricter ? "back" : "more", this.run.peak >= need * stricter ? 1 : progress, true);
    }
    this.rested = true;
    const run = this.run;
    this.run = undefined;
    if (run) return this.ended(run, action, need, s.at);
    return this.turnedAway(action, need, s) ?? this.tell(this.current(s.at), 0);
  }

  // ended judges a movement that is over.
  private ended(run: Run, action: Action, need: number, at: number): Coached {
    if (run.peak < need * stricter) {
      return run.peak < need * worthTelling ? this.tell(this.current(at), 0) : this.correct("further", at, run.from);
    }
    // Eyes are always quick.
    if (action !== "blink" && run.last - run.from + this.pace < this.needs.fastest_ms * slower) return this.correct("slower", at, run.from);
    this.step++;
    this.pause = at + pauseMS;
    this.told = undefined;
    this.rested = false;
    return { ...this.tell("seen", 1), from: run.from };
  }

  // turnedAway tells who turned to the other side.
  private turnedAway(action: Action, need: number, s: State): Coached | undefined {
    if (action !== "turn_left" && action !== "turn_right") return undefined;
    const v = this.extent(action === "turn_left" ? "turn_right" : "turn_left", s)!;
    if (v >= need * stricter) {
      this.wrong ??= { from: s.at, last: s.at, peak: v };
      return this.correct("other_way", s.at, this.wrong.from);
    }
    if (v < need * floor) this.wrong = undefined;
    return undefined;
  }

  private correct(cue: Cue, at: number, from: number): Coached {
    this.told = { cue, until: at + tellMS };
    return { ...this.tell(cue, 0), from };
  }

  private current(at: number): Cue {
    if (this.told && at < this.told.until) return this.told.cue;
    return this.base ? "ask" : "rest";
  }

  private tell(cue: Cue, progress: number, moving = false): Coached {
    return { cue, step: Math.min(this.step, this.actions.length - 1), progress, moving, from: undefined };
  }
}

// ByTheClock leads where no face can be followed on the device: each movement has
// its time, and the server judges.
export class ByTheClock {
  private started: number | undefined;

  constructor(private readonly actions: readonly Action[]) {}

  see({ at }: Pick<Seen, "at">): Coached {
    this.started ??= at;
    const t = at - this.started - 1000;
    const each = 3600;
    const step = Math.floor(t / each);
    const now = t - step * each;
    const told = { step: Math.max(0, Math.min(step, this.actions.length - 1)), progress: 0, moving: t >= 0, from: undefined };
    if (t < 0) return { ...told, cue: "rest" };
    if (step >= this.actions.length) return { ...told, cue: "finished", progress: 1 };
    return { ...told, cue: now < each - 700 ? "ask" : "seen", progress: now / each };
  }
}
