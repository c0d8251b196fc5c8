// Measures frames beside the page, so that typing and tapping never wait for it.

import { type Seen } from "./advice";
import { measure } from "./measure";

// Frame is a reduced picture, and sometimes the document alone at reading scale.
export interface Frame {
  small: ImageData;
  detail: ImageData | undefined;
}

self.onmessage = (e: MessageEvent<Frame>) => {
  const seen: Seen = measure(e.data.small, e.data.detail);
  (self as unknown as { postMessage(m: Seen): void }).postMessage(seen);
};
