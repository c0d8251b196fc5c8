// Looks for the face beside the page, so that typing and tapping never wait for
// it. It tells "ready" once, or "failed" where the networks cannot run here.

import { Finder } from "./find";
import { measure, type Seen } from "./measure";
import { loadNets } from "./nets";

export interface Frame {
  pixels: ImageData;
  at: number;
}

export type Told = { kind: "ready" } | { kind: "failed" } | { kind: "seen"; seen: Seen };

const tell = (t: Told) => (self as unknown as { postMessage(t: Told): void }).postMessage(t);

loadNets().then(
  (nets) => {
    const finder = new Finder(nets);
    let n = 0;
    self.onmessage = (e: MessageEvent<Frame>) => {
      const { pixels, at } = e.data;
      tell({ kind: "seen", seen: measure(pixels, finder.look(pixels), at, n++) });
    };
    tell({ kind: "ready" });
  },
  () => tell({ kind: "failed" }),
);
