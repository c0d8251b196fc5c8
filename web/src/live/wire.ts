// Challenges on the wire, and the sending of what was recorded: in the background,
// again and again while the network is away, which costs the person nothing.

import { type Client, type Finding, Problem } from "../api";
import type { Action, Needs } from "./coach";

export interface Challenge {
  id: string;
  status: "drawn" | "waiting" | "used" | "over";
  actions: Action[];
  colours?: string[];
  colour_ms?: number;
  needs: Needs;
  limits: { frames: number; frame_bytes: number; bytes: number; length_ms: number };
  missing?: number[];
  findings: Finding[];
}

export interface Recording {
  frames: number[];
  colours: { colour: string; from_ms: number; to_ms: number }[];
  device: Device;
}

export interface Device {
  camera?: string;
  facing?: string;
  width?: number;
  height?: number;
  frame_rate?: number;
  capabilities?: string[];
  clock_jitter_ms?: number;
  automated?: boolean;
}

export const draw = (client: Client, withoutColours: boolean) =>
  client.call<Challenge>("POST", "/challenges", JSON.stringify(withoutColours ? { without_colours: true } : {}));

// Sent is how far the sending is. away says that the network does not answer.
export interface Sent {
  done: number;
  all: number;
  away: boolean;
}

interface Picture {
  ms: number;
  body: Blob;
}

// How long to wait before it is tried again, and how many frames go at once.
const waits = [400, 1000, 2000, 4000, 8000];
const lanes = 2;

// Sender sends frames as they are given, and the recording at the end.
export class Sender {
  private readonly queue: Picture[] = [];
  private readonly sent = new Set<number>();
  private all = 0;
  private tries = 0;
  private over = false;
  private idle: (() => void)[] = [];
  private failed: Problem | undefined;
  private last: Challenge | undefined;

  constructor(
    private readonly client: Client,
    private readonly challenge: Challenge,
    private readonly tell: (s: Sent) => void,
    private readonly pause: (ms: number) => Promise<unknown> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {
    for (let k = 0; k < lanes; k++) void this.lane();
  }

  give(pictures: Picture[]) {
    this.queue.push(...pictures);
    this.all += pictures.length;
    this.wake();
    this.report(false);
  }

  stop() {
    this.over = true;
    this.wake();
  }

  private wake() {
    for (const go of this.idle.splice(0)) go();
  }

  private report(away: boolean) {
    if (!this.over) this.tell({ done: this.sent.size, all: this.all, away });
  }

  private async lane() {
    while (!this.over && !this.failed) {
      const next = this.queue.shift();
      if (!next) {
        await new Promise<void>((go) => this.idle.push(go));
        continue;
      }
      try {
        this.last = await this.again(() => this.client.call<Challenge>("PUT", `/challenges/${this.challenge.id}/frames/${next.ms}`, next.body));
        this.sent.add(next.ms);
        this.report(false);
      } catch (e) {
        if (e instanceof Problem) this.failed = e;
      }
      this.wake();
    }
  }

  // again repeats what the network or a server in trouble did not answer.
  private async again<T>(doing: () => Promise<T>): Promise<T> {
    for (;;) {
      if (this.over) throw new Error("stopped");
      try {
        const answer = await doing();
        this.tries = 0;
        return answer;
      } catch (e) {
        if (!(e instanceof Problem) || !(e.unanswered || e.code === "busy")) throw e;
        this.report(true);
        await this.pause(waits[Math.min(this.tries++, waits.length - 1)]!);
      }
    }
  }

  // complete tells what was recorded, waits until all of it has arrived, and
  // returns the challenge as it is then: used, or over.
  async complete(r: Recording): Promise<Challenge> {
    const path = `/challenges/${this.challenge.id}`;
    let c = await this.again(() => this.client.call<Challenge>("POST", `${path}/complete`, JSON.stringify(r)));
    while (c.status === "waiting") {
      if (this.over) throw new Error("stopped");
      if (this.failed) throw this.failed;
      if (this.sent.size >= this.all) {
        // All was taken: the answer to the last one may have been lost.
        c = this.last?.status === "used" ? this.last : await this.again(() => this.client.call<Challenge>("GET", path));
        if (c.status === "waiting") await this.pause(waits[0]!);
      } else await new Promise<void>((go) => this.idle.push(go));
    }
    return c;
  }
}
