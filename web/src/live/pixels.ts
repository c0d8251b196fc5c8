// Windows cut out of RGBA pixels, as internal/imaging does it on the server, so
// that both sides show their networks the same picture.

// Pixels are those of ImageData, which tests make without a browser.
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

// Window is a square of a picture: its middle, its side and its angle, clockwise
// in radians, all in the picture's pixels.
export interface Window {
  x: number;
  y: number;
  side: number;
  angle: number;
}

// Map takes a point of the window, in its own pixels, to the picture.
export function mapOf(w: Window, pixels: number): (x: number, y: number) => [number, number] {
  const k = w.side / pixels;
  const [sin, cos] = [Math.sin(w.angle), Math.cos(w.angle)];
  const half = pixels / 2;
  return (x, y) => {
    const [u, v] = [(x - half) * k, (y - half) * k];
    return [w.x + cos * u - sin * v, w.y + sin * u + cos * v];
  };
}

// sample reads a window as pixels × pixels × RGB, each value times scale plus
// offset. Outside the picture it is black.
export function sample(p: Pixels, w: Window, pixels: number, scale: number, offset: number): Float32Array {
  const out = new Float32Array(pixels * pixels * 3).fill(offset);
  const at = mapOf(w, pixels);
  const { data, width, height } = p;
  const [x0, y0] = at(0.5, 0.5);
  const [x1, y1] = at(1.5, 0.5);
  const [x2, y2] = at(0.5, 1.5);
  const [ax, ay, bx, by] = [x1 - x0, y1 - y0, x2 - x0, y2 - y0];
  for (let y = 0, o = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++, o += 3) {
      const u = x0 + ax * x + bx * y - 0.5;
      const v = y0 + ay * x + by * y - 0.5;
      const [i, j] = [Math.floor(u), Math.floor(v)];
      if (i < 0 || j < 0 || i >= width - 1 || j >= height - 1) continue;
      const [f, g] = [u - i, v - j];
      const a = (j * width + i) * 4;
      const b = a + width * 4;
      for (let c = 0; c < 3; c++) {
        const top = data[a + c]! + (data[a + 4 + c]! - data[a + c]!) * f;
        const low = data[b + c]! + (data[b + 4 + c]! - data[b + c]!) * f;
        out[o + c] = (top + (low - top) * g) * scale + offset;
      }
    }
  }
  return out;
}

// lumaOf reads a window as luma, a byte a pixel; outside the picture its border
// goes on.
export function lumaOf(p: Pixels, w: Window, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels * pixels);
  const at = mapOf(w, pixels);
  const luma = (x: number, y: number) => {
    const i = (Math.min(p.height - 1, Math.max(0, y)) * p.width + Math.min(p.width - 1, Math.max(0, x))) * 4;
    return p.data[i]! * 77 + p.data[i + 1]! * 150 + p.data[i + 2]! * 29;
  };
  for (let y = 0, o = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++, o++) {
      const [u, v] = at(x + 0.5, y + 0.5);
      const [i, j] = [Math.floor(u - 0.5), Math.floor(v - 0.5)];
      const [f, g] = [u - 0.5 - i, v - 0.5 - j];
      const top = luma(i, j) * (1 - f) + luma(i + 1, j) * f;
      const low = luma(i, j + 1) * (1 - f) + luma(i + 1, j + 1) * f;
      out[o] = (top * (1 - g) + low * g) / 256 + 0.5;
    }
  }
  return out;
}
