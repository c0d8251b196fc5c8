// What stands around this page when it is shown in a frame of another one
// (web/embed). Nothing is said before that page has said hello from an origin that
// the operator lists, and nothing is said to any other.

import type { Said } from "../embed/v1";
import { operator } from "./operator";

export interface Window {
  parent: unknown;
  addEventListener(type: "message", heard: (e: MessageEvent) => void): void;
}

export class Around {
  private origin: string | undefined;
  private readonly unsaid: Said[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly own: Window,
    allowed: () => readonly string[],
    private readonly post: (said: Said, origin: string) => void,
  ) {
    if (!this.framed) return;
    own.addEventListener("message", (e) => {
      if (e.source !== own.parent || !allowed().includes(e.origin) || (e.data as { bonafide?: unknown } | null)?.bonafide !== "hello") return;
      this.origin = e.origin;
      for (const said of this.unsaid.splice(0)) this.post(said, e.origin);
      for (const told of this.waiting) told();
    });
  }

  // framed says that this page stands in another one, whoever's.
  get framed(): boolean {
    return this.own.parent !== undefined && this.own.parent !== this.own;
  }

  // heard says that the other page listens.
  get heard(): boolean {
    return this.origin !== undefined;
  }

  onHeard(told: () => void): () => void {
    this.waiting.add(told);
    return () => this.waiting.delete(told);
  }

  say(said: Said) {
    if (!this.framed) return;
    if (this.origin !== undefined) this.post(said, this.origin);
    else if (said.type === "resize" && this.unsaid.at(-1)?.type === "resize") this.unsaid[this.unsaid.length - 1] = said;
    else if (this.unsaid.length < 100) this.unsaid.push(said);
  }
}

export const around = new Around(globalThis as unknown as Window, () => operator.embedIn, (said, origin) => window.parent.postMessage({ bonafide: 1, ...said }, origin));

// follow tells how high the page is, now and whenever that changes.
export function follow() {
  if (!around.framed) return;
  let before = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height !== before) around.say({ type: "resize", height: (before = height) });
  }).observe(document.body);
}
