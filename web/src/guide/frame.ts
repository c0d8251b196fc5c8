import type { Advice } from "./advice";
import { readingWidth, smallSide } from "./measure";
import { around } from "./picture";

// Frame is a reduced picture, and sometimes the document alone at reading scale.
export interface Frame {
  small: ImageData;
  detail: ImageData | undefined;
}

// Easel draws what the camera shows in the sizes at which it is measured.
export class Easel {
  private readonly small = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  private readonly near = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // draw takes a picture and its size; the document is drawn nearer where the frame before asked for it.
  draw(from: CanvasImageSource, fw: number, fh: number, before: Advice | undefined): Frame | undefined {
    if (!this.small || !this.near || fw === 0) return undefined;
    const k = Math.min(1, smallSide / Math.max(fw, fh));
    const [w, h] = [Math.round(fw * k), Math.round(fh * k)];
    sized(this.small, w, h).drawImage(from, 0, 0, w, h);
    const frame: Frame = { small: this.small.getImageData(0, 0, w, h), detail: undefined };
    if (before?.detail && before.quad) {
      const r = around(before.quad, w, h);
      const [sx, sy, sw, sh] = [r.x / k, r.y / k, r.width / k, r.height / k];
      const f = Math.min(1, readingWidth / sw);
      const [dw, dh] = [Math.round(sw * f), Math.round(sh * f)];
      if (dw > 16 && dh > 16) {
        sized(this.near, dw, dh).drawImage(from, sx, sy, sw, sh, 0, 0, dw, dh);
        frame.detail = this.near.getImageData(0, 0, dw, dh);
      }
    }
    return frame;
  }
}

function sized(pen: CanvasRenderingContext2D, w: number, h: number): CanvasRenderingContext2D {
  if (pen.canvas.width !== w || pen.canvas.height !== h) [pen.canvas.width, pen.canvas.height] = [w, h];
  return pen;
}
