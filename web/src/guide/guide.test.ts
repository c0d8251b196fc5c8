import { describe, expect, it } from "vitest";
import { Adviser, type Seen } from "./advice";
import { preflight, reasonOf, remedyFor } from "./camera";
import { measure, type Pixels } from "./measure";
import { smear, type Smear } from "./picture";

// scene draws a light card with print on a dark table.
function scene(card: { x: number; y: number; width: number; height: number } | undefined, level = 200, spot = false): Pixels {
  const [width, height] = [320, 240];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const on = card && x >= card.x && x < card.x + card.width && y >= card.y && y < card.y + card.height;
      const bright = spot && Math.hypot(x - 160, y - 120) < 16;
      data.fill(on ? (bright ? 255 : level) : level * 0.3, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { data, width, height };
}
const card = { x: 40, y: 45, width: 238, height: 150 };
const after = (p: Pixels, sharpness?: number, frames = 12) => {
  const adviser = new Adviser();
  const seen: Seen = { ...measure(p, undefined), sharpness };
  let last = adviser.see(seen, 0);
  for (let k = 1; k < frames && !last.take; k++) last = adviser.see(seen, k * 80);
  return last;
};

const advised = (of: Smear) => {
  const adviser = new Adviser();
  const seen: Seen = { ...measure(scene(card), undefined), sharpness: 1, smear: of };
  let hint = "";
  for (let k = 0; k < 12; k++) hint = adviser.see(seen, k * 80).hint;
  return hint;
};

describe("measure", () => {
  it("finds the corners of a card", () => {
    const { outline } = measure(scene(card), undefined);
    const want = [[40, 45], [278, 45], [278, 195], [40, 195]];
    outline!.quad.forEach((p, k) => expect(Math.hypot(p[0] - want[k]![0]!, p[1] - want[k]![1]!)).toBeLessThan(4));
  });
  it("finds none on an empty table", () => expect(measure(scene(undefined), undefined).outline).toBeUndefined());
});

describe("smear", () => {
  // print draws strokes of every direction, drawn out sideways by so many pixels.
  const print = (by: number) => {
    const [w, h] = [640, 448];
    const sharp = (x: number, y: number) => (Math.floor(x / 9) * 7 + Math.floor(y / 11) * 13 + Math.floor((x + y) / 13) * 5) % 4 === 0 ? 40 : 210;
    const pix = Uint8Array.from({ length: w * h }, (_, i) => {
      let sum = 0;
      for (let d = 0; d <= by; d++) sum += sharp((i % w) + d, Math.floor(i / w));
      return sum / (by + 1);
    });
    return smear({ pix, width: w, height: h });
  };
  it("tells a shaken picture from a sharp one by its direction", () => {
    const [still, shaken] = [print(0), print(24)];
    expect(still.detail).toBeGreaterThan(0.27);
    expect(shaken.detail).toBeLessThan(0.24);
    expect(shaken.along).toBeLessThan(0.65);
  });
  it("is told as blurred", () => expect(advised({ detail: 0.15, along: 0.4 })).toBe("blurry"));
  it("and what is soft in every direction is left to the sharpness", () => expect(advised({ detail: 0.15, along: 0.95 })).toBe("good"));
});

describe("advice", () => {
  it.each([
    ["an empty table", scene(undefined), 1, "look"],
    ["a dark room", scene(card, 50), 1, "dark"],
    ["a card far away", scene({ x: 95, y: 80, width: 120, height: 76 }), 1, "closer"],
    ["a reflection", scene(card, 200, true), 1, "glare"],
    ["a card out of focus", scene(card), 0.3, "blurry"],
    ["a card as it should be", scene(card), 1, "good"],
  ] as const)("names %s", (_, p, sharpness, want) => expect(after(p, sharpness).hint).toBe(want));
  it("measures the sharpness of every second frame, and takes only what was measured itself", () => {
    const adviser = new Adviser();
    const seen = measure(scene(card), undefined);
    let want = false;
    const measured: boolean[] = [];
    for (let k = 0; k < 20; k++) {
      const a = adviser.see({ ...seen, sharpness: want ? 1 : undefined }, k * 80);
      measured.push(want);
      if (a.take) {
        expect(want).toBe(true);
        expect(measured.filter(Boolean).length).toBeLessThanOrEqual(measured.length / 2 + 1);
        return;
      }
      want = a.detail;
    }
    throw new Error("never taken");
  });
  it("takes the picture after several good frames, never at once", () => {
    expect(after(scene(card), 1, 3).take).toBe(false);
    expect(after(scene(card), 1).take).toBe(true);
    expect(after(scene(card), 0.3).take).toBe(false);
  });
});

describe("the camera", () => {
  it.each([
    ["NotAllowedError", "denied"], ["NotFoundError", "none"], ["NotReadableError", "busy"], ["SecurityError", "insecure"], ["TypeError", "failed"],
  ])("explains %s", (name, want) => expect(reasonOf(Object.assign(new Error(""), { name }))).toBe(want));
  it.each([
    ["Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", "chrome"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "safari"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "ios"],
    ["Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "firefox"],
    ["Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36 Instagram 300", "other"],
  ])("knows the way to mend it in %s", (agent, want) => expect(remedyFor(agent)).toBe(want));
  const navigatorWith = (state: string, devices: string[]) =>
    ({
      permissions: { query: async () => ({ state }) },
      mediaDevices: { getUserMedia: () => undefined, enumerateDevices: async () => devices.map((kind) => ({ kind })) },
    }) as unknown as Navigator;
  it.each([
    ["prompt", ["videoinput"], true, undefined],
    ["prompt", ["audioinput"], true, "none"],
    ["denied", [], true, "denied"],
    ["prompt", ["videoinput"], false, "insecure"],
  ])("looks before it asks: %s %j", async (state, devices, secure, want) => expect(await preflight(navigatorWith(state, devices), secure)).toBe(want));
});
