// The page of e2e/agree.ts: the guidance itself, without a camera.

import { type Advice, Adviser } from "../../src/guide/advice";
import { Easel } from "../../src/guide/frame";
import { measure } from "../../src/guide/measure";

export interface Looked {
  hint: string; // "taken" where the picture takes itself
  photo: string; // what is sent then, base64
}

// looked shows a photo to the guidance, frame by frame, until it is taken or a hint stays.
async function looked(photo: string): Promise<Looked> {
  const image = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${photo}`)).blob());
  const full = document.createElement("canvas");
  [full.width, full.height] = [image.width, image.height];
  full.getContext("2d")!.drawImage(image, 0, 0);
  const [easel, adviser] = [new Easel(), new Adviser()];
  let before: Advice | undefined;
  for (let k = 0, since = 0; k < 40 && k - since < 6; k++) {
    const frame = easel.draw(full, full.width, full.height, before)!;
    const advice = adviser.see(measure(frame.small, frame.detail), k * 120);
    if (advice.take) {
      const blob = await new Promise<Blob | null>((done) => full.toBlob(done, "image/jpeg", 0.92));
      const url = await new Promise<string>((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result as string);
        reader.readAsDataURL(blob!);
      });
      return { hint: "taken", photo: url.slice(url.indexOf(",") + 1) };
    }
    if (advice.hint !== before?.hint) since = k;
    before = advice;
  }
  return { hint: before!.hint, photo: "" };
}

declare global {
  interface Window {
    looked: typeof looked;
  }
}
window.looked = looked;
