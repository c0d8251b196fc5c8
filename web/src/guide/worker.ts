// Measures frames beside the page, so that typing and tapping never wait for it.

import { type Seen } from "./advice";
import type { Frame } from "./frame";
import { measure } from "./measure";

self.onmessage = (e: MessageEvent<Frame>) => {
  const seen: Seen = measure(e.data.small, e.data.detail);
  (self as unknown as { postMessage(m: Seen): void }).postMessage(seen);
};
