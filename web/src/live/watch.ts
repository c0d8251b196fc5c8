// Frames of the camera, one at a time: drawn small, looked at beside the page,
// and handed over with the canvas that still holds them.

import type { Frame, Told } from "./faces";
import type { Seen } from "./measure";

// side is the longer one of the frames that are looked at and recorded; the
// server asks for 480 to 960.
export const side = 480;

// Looker is the worker that finds faces. It loads about 2 MB, once, while the
// person reads.
export class Looker {
  readonly ready: Promise<boolean>;
  private readonly worker: Worker | undefined;
  private answer: ((s: Seen | undefined) => void) | undefined;

  constructor() {
    let settle: (ok: boolean) => void = () => undefined;
    this.ready = new Promise((done) => (settle = done));
    const failed = () => {
      settle(false);
      this.answer?.(undefined);
      this.answer = undefined;
    };
    try {
      this.worker = new Worker(new URL("./faces.ts", import.meta.url), { type: "module" });
    } catch {
      failed();
      return;
    }
    this.worker.onerror = failed;
    this.worker.onmessage = (e: MessageEvent<Told>) => {
      if (e.data.kind === "ready") settle(true);
      if (e.data.kind === "failed") failed();
      if (e.data.kind !== "seen") return;
      this.answer?.(e.data.seen);
      this.answer = undefined;
    };
  }

  // look finds the face of a frame; nothing where the worker is gone. One at a time.
  look(pixels: ImageData, at: number): Promise<Seen | undefined> {
    return new Promise((done) => {
      if (!this.worker) return done(undefined);
      this.answer = done;
      const f: Frame = { pixels, at };
      this.worker.postMessage(f, [pixels.data.buffer]);
    });
  }

  close() {
    this.worker?.terminate();
    this.answer?.(undefined);
    this.answer = undefined;
  }
}

// Shot is a frame: as it was looked at, and in full where that was wished for.
export interface Shot {
  at: number;
  small: HTMLCanvasElement;
  full: HTMLCanvasElement | undefined;
}

export interface Watching {
  // looker finds the face; nothing where none can, and frames come without.
  looker: Looker | undefined;
  // full asks for the next frame in full.
  full: () => boolean;
  tell: (seen: Seen | undefined, shot: Shot) => void;
}

// Clock notes the times between the camera's own frames.
export class Clock {
  private last = 0;
  private steps: number[] = [];

  note(at: number) {
    if (this.last > 0 && at > this.last && at - this.last < 400) this.steps.push(at - this.last);
    this.last = at;
  }

  // jitter is their standard deviation, in milliseconds.
  jitter(): number | undefined {
    const n = this.steps.length;
    if (n < 10) return undefined;
    const mean = this.steps.reduce((a, b) => a + b, 0) / n;
    return Math.round(Math.sqrt(this.steps.reduce((a, b) => a + (b - mean) ** 2, 0) / n) * 1000) / 1000;
  }
}

const withoutLookerMS = 50;

// watch goes on until what it returns is called.
export function watch(v: HTMLVideoElement, w: Watching, clock: Clock): () => void {
  const small = document.createElement("canvas");
  const pen = small.getContext("2d", { willReadFrequently: true });
  let over = false;

  const take = async (at: number) => {
    if (over || !pen || v.videoWidth === 0) return next();
    const k = Math.min(1, side / Math.max(v.videoWidth, v.videoHeight));
    const [width, height] = [Math.round(v.videoWidth * k), Math.round(v.videoHeight * k)];
    if (small.width !== width || small.height !== height) [small.width, small.height] = [width, height];
    let full: HTMLCanvasElement | undefined;
    if (w.full()) {
      full = document.createElement("canvas");
      [full.width, full.height] = [v.videoWidth, v.videoHeight];
      full.getContext("2d")?.drawImage(v, 0, 0);
    }
    pen.drawImage(full ?? v, 0, 0, width, height);
    const seen = await w.looker?.look(pen.getImageData(0, 0, width, height), at);
    if (over) return;
    w.tell(seen, { at, small, full });
    next();
  };
  const next = () => {
    if (over) return;
    if ("requestVideoFrameCallback" in v) {
      v.requestVideoFrameCallback((now, meta) => {
        // The camera's own time of the frame, where the browser has it.
        const at = meta.captureTime ?? now;
        clock.note(at);
        void take(at);
      });
    } else setTimeout(() => void take(performance.now()), withoutLookerMS);
  };
  next();
  return () => (over = true);
}
