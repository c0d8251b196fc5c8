import type { Seen } from "./advice";
import { outline } from "./outline";
import { around, glare, grey, light, noiseOf, sharpness, smear } from "./picture";

// Pixels are those of ImageData, which tests make without a browser.
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

// smallSide is the longer side of the reduced picture; readingWidth that of the
// document where its sharpness is measured, as on the server.
export const smallSide = 320;
export const readingWidth = 1000;

// measure takes the numbers of one frame.
export function measure(small: Pixels, detail: Pixels | undefined): Seen {
  const { data, width, height } = small;
  const g = grey(data, width, height);
  const found = outline(g);
  const near = detail && grey(detail.data, detail.width, detail.height);
  const noise = near && noiseOf(near);
  const region = found
    ? around(found.quad, width, height)
    : { x: Math.floor(width / 6), y: Math.floor(height / 6), width: Math.floor((width * 2) / 3), height: Math.floor((height * 2) / 3) };
  return {
    width,
    height,
    outline: found,
    light: light(g, region),
    spots: found ? glare(data, g, found.quad) : [],
    sharpness: near && sharpness(near, noise),
    smear: near && smear(near, noise),
  };
}
