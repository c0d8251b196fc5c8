import { useEffect, useRef, useState } from "preact/hooks";
import type { Words } from "../words";
import { FaceAdviser, type FaceHint } from "./advice";
import { Stage, useGuided } from "./stage";
import type { Shot } from "./watch";
import { Looker } from "./watch";
import { en, type LiveWords, load } from "./words";

export interface SelfieProps {
  title: string;
  words: Words;
  onPhoto: (photo: File) => void;
  onClose: () => void;
}

// How sure the picture's own compression is to add no blur.
const quality = 0.92;

// useLiveWords loads the words of the language of the page.
export function useLiveWords(lang: string): LiveWords {
  const [words, setWords] = useState<LiveWords>(en);
  useEffect(() => {
    let over = false;
    void load(lang).then((w) => over || setWords(w));
    return () => void (over = true);
  }, [lang]);
  return words;
}

// Selfie takes a photo of the face: by itself when it is good, or by the button
// at any time. Nothing leaves the device before.
export default function Selfie(p: SelfieProps) {
  const live = useLiveWords(p.words.lang);
  const looker = useRef<Looker | undefined>(undefined);
  looker.current ??= new Looker();
  useEffect(() => () => looker.current?.close(), []);
  const guided = useGuided(looker.current);
  const [hint, setHint] = useState<FaceHint>("look");
  const adviser = useRef(new FaceAdviser());
  const last = useRef<Shot | undefined>(undefined);
  const video = useRef<HTMLVideoElement | undefined>(undefined);
  const shown = useRef<FaceHint>("look");
  const done = useRef(false);

  const hand = (canvas: HTMLCanvasElement) => {
    if (done.current) return;
    done.current = true;
    canvas.toBlob(
      (b) => {
        navigator.vibrate?.(60);
        if (b) p.onPhoto(new File([b], "camera.jpg", { type: "image/jpeg" }));
      },
      "image/jpeg",
      quality,
    );
  };

  return (
    <Stage
      title={p.title}
      words={p.words}
      close={live.close}
      looker={looker.current}
      guided={guided}
      light=""
      ring={hint === "good" ? 1 : 0}
      well={hint === "good"}
      hidden={false}
      onClose={p.onClose}
      watching={{
        begin: (film) => void (video.current = film.video),
        // The very frame that is found good is the one that is kept.
        full: () => shown.current === "good" || guided === false,
        tell: (seen, shot) => {
          last.current = shot;
          if (!seen) return;
          const a = adviser.current.see(seen);
          if (a.hint !== shown.current) setHint(a.hint);
          shown.current = a.hint;
          if (a.take && shot.full) hand(shot.full);
        },
      }}
    >
      <p class={`cue ${hint === "good" ? "good" : ""}`} role="status">
        {guided === undefined ? live.preparing : guided ? live.hints[hint] : p.words.camera.face}
      </p>
      <p class="actions">
        <button
          type="button"
          aria-disabled={guided === undefined}
          onClick={() => {
            const shot = last.current;
            if (shot) hand(shot.full ?? (video.current ? still(video.current) : shot.small));
          }}
        >
          {p.words.camera.shoot}
        </button>
      </p>
    </Stage>
  );
}

// still is what the camera shows now, in full.
function still(v: HTMLVideoElement): HTMLCanvasElement {
  const full = document.createElement("canvas");
  [full.width, full.height] = [v.videoWidth, v.videoHeight];
  full.getContext("2d")?.drawImage(v, 0, 0);
  return full;
}
