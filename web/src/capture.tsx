import { useEffect, useId, useRef, useState } from "preact/hooks";
import { CameraError, type Obstacle, open, remedyFor } from "./guide/camera";
import { type Advice, Adviser, type Hint, type Seen } from "./guide/advice";
import { Easel } from "./guide/frame";
import type { Quad } from "./guide/picture";
import type { Words } from "./words";

export interface CaptureProps {
  of: "document" | "face";
  title: string;
  words: Words;
  onPhoto: (photo: File) => void;
  onClose: () => void;
}

// How sure the picture's own compression is to add no blur.
const quality = 0.92;

// Capture is the camera, over the whole screen: live guidance, a picture by
// itself when it is good, or by the button at any time. Nothing leaves the device
// before a picture is taken.
export default function Capture(p: CaptureProps) {
  const { words } = p;
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<Obstacle>();
  const [running, setRunning] = useState(false);
  const [size, setSize] = useState({ width: 16, height: 9 });
  const [advice, setAdvice] = useState<{ hint: Hint; quad: Quad | undefined; spots: Advice["spots"]; width: number }>();
  const [round, setRound] = useState(0);
  const title = useId();
  const done = useRef(false);

  useEffect(() => {
    const d = dialog.current;
    d?.showModal();
    // The page behind stands still.
    document.documentElement.classList.add("still");
    return () => {
      document.documentElement.classList.remove("still");
      d?.close();
    };
  }, []);

  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    setTrouble(undefined);
    open(p.of === "document" ? "environment" : "user").then(
      async (s) => {
        stream = s;
        const v = video.current;
        if (over || !v) return stop(s);
        // Unplugged, or taken away by another app or a call.
        s.getVideoTracks()[0]?.addEventListener("ended", () => over || done.current || (setRunning(false), setTrouble("busy")));
        v.srcObject = s;
        try {
          await v.play();
        } catch {
          if (!over) setTrouble("failed");
          return;
        }
        if (over) return;
        setSize({ width: v.videoWidth, height: v.videoHeight });
        setRunning(true);
      },
      (e: unknown) => over || setTrouble(e instanceof CameraError ? e.why : "failed"),
    );
    return () => {
      over = true;
      setRunning(false);
      if (stream) stop(stream);
    };
  }, [p.of, round]);

  const hand = (photo: Blob | null) => {
    if (!photo || done.current) return;
    done.current = true;
    navigator.vibrate?.(60);
    p.onPhoto(new File([photo], "camera.jpg", { type: "image/jpeg" }));
  };

  useEffect(() => {
    const v = video.current;
    if (!running || !v || p.of !== "document") return;
    return guide(v, (a, width) => setAdvice({ hint: a.hint, quad: a.quad, spots: a.spots, width }), hand, (frames) => {
      if (dialog.current) dialog.current.dataset.frames = String(frames);
    });
  }, [running, p.of]);

  function shoot() {
    const v = video.current;
    if (!running || !v || done.current) return;
    still(v).toBlob(hand, "image/jpeg", quality);
  }

  const hint = p.of === "face" ? words.camera.face : words.camera[advice?.hint ?? "look"];
  const scale = advice ? size.width / advice.width : 1;
  return (
    <dialog
      ref={dialog}
      class="capture"
      aria-labelledby={title}
      onCancel={(e) => {
        e.preventDefault();
        p.onClose();
      }}
    >
      <header>
        <h2 id={title}>{p.title}</h2>
        <button type="button" class="quiet" onClick={p.onClose}>
          {words.camera.close}
        </button>
      </header>
      {trouble ? (
        <div class="stage">
          <div class="reason" role="alert">
            <h3>{words.obstacle[trouble].title}</h3>
            <p>{words.obstacle[trouble].text}</p>
            <p class="fix">{trouble === "denied" ? words.mend[remedyFor(navigator.userAgent)] : words.obstacle[trouble].fix}</p>
          </div>
        </div>
      ) : (
        <div class={`stage ${p.of}`}>
          <div class="view">
            <video ref={video} playsInline muted class={p.of === "face" ? "mirror" : ""} />
            {running && (
              <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
                {p.of === "face" ? <Oval {...size} /> : advice?.quad ? null : <Place {...size} />}
                {advice?.quad &&
                  ["edge", "line"].map((c) => (
                    <polygon
                      key={c}
                      class={`${c} ${advice.hint === "good" ? "well" : ""}`}
                      points={advice.quad!.map(([x, y]) => `${(x * scale).toFixed(1)},${(y * scale).toFixed(1)}`).join(" ")}
                    />
                  ))}
                {advice?.spots.slice(0, 3).map((s, k) => (
                  <rect key={k} class="spot" x={s.x * scale} y={s.y * scale} width={s.width * scale} height={s.height * scale} rx={6 * scale} />
                ))}
              </svg>
            )}
          </div>
        </div>
      )}
      <footer>
        <p class={`hint ${advice?.hint ?? ""}`} role="status">
          {trouble ? "" : running ? hint : words.camera.starting}
        </p>
        <p class="actions">
          {trouble ? (
            <>
              <button type="button" onClick={() => setRound(round + 1)}>
                {words.tryAgain}
              </button>
              <button type="button" class="quiet" onClick={p.onClose}>
                {words.camera.without}
              </button>
            </>
          ) : (
            <button type="button" class="shutter" aria-disabled={!running} onClick={shoot}>
              {words.camera.shoot}
            </button>
          )}
        </p>
      </footer>
    </dialog>
  );
}

// Place is where the document belongs: ID-3's proportions, in the middle.
function Place({ width, height }: { width: number; height: number }) {
  const w = Math.min(width * 0.88, height * 0.82 * 1.42);
  const h = w / 1.42;
  const box = { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h, rx: w * 0.03 };
  return (
    <>
      <rect class="edge" {...box} />
      <rect class="line place" {...box} />
    </>
  );
}

function Oval({ width, height }: { width: number; height: number }) {
  const ry = Math.min(height * 0.4, width * 0.5);
  const box = { cx: width / 2, cy: height / 2, rx: ry * 0.74, ry };
  return (
    <>
      <ellipse class="edge" {...box} />
      <ellipse class="line place" {...box} />
    </>
  );
}

function stop(s: MediaStream) {
  for (const t of s.getTracks()) t.stop();
}

// still draws the frame that the camera shows now, in full.
function still(v: HTMLVideoElement): HTMLCanvasElement {
  const full = document.createElement("canvas");
  [full.width, full.height] = [v.videoWidth, v.videoHeight];
  full.getContext("2d")?.drawImage(v, 0, 0);
  return full;
}

// inHand is how many frames are on their way at once: while one is measured beside
// the page, the next is drawn.
const inHand = 2;

// guide measures frames as fast as they can be measured, and hands over the very
// frame that was found good.
function guide(v: HTMLVideoElement, tell: (a: Advice, width: number) => void, hand: (photo: Blob | null) => void, count: (n: number) => void): () => void {
  const worker = new Worker(new URL("./guide/worker.ts", import.meta.url), { type: "module" });
  const adviser = new Adviser();
  const easel = new Easel();
  let before: Advice | undefined;
  const sent: (HTMLCanvasElement | undefined)[] = []; // what is measured now, in full where it may be taken
  let asked = false;
  let over = false;
  let frames = 0;

  const look = () => {
    asked = false;
    if (over) return;
    // When the picture may be taken of it, the frame is kept in full.
    const shot = before?.hint === "good" ? still(v) : undefined;
    const frame = easel.draw(shot ?? v, v.videoWidth, v.videoHeight, before);
    if (!frame) return;
    sent.push(shot);
    worker.postMessage(frame, [frame.small.data.buffer, ...(frame.detail ? [frame.detail.data.buffer] : [])]);
    next();
  };
  const next = () => {
    if (over || asked || sent.length >= inHand) return;
    asked = true;
    if ("requestVideoFrameCallback" in v) v.requestVideoFrameCallback(look);
    else requestAnimationFrame(look);
  };
  worker.onmessage = (e: MessageEvent<Seen>) => {
    const shot = sent.shift();
    if (over) return;
    count(++frames);
    before = adviser.see(e.data, performance.now());
    tell(before, e.data.width);
    if (before.take && shot) {
      over = true;
      shot.toBlob(hand, "image/jpeg", quality);
      return;
    }
    next();
  };
  // Without the worker the button still takes pictures.
  worker.onerror = () => (over = true);
  next();
  return () => {
    over = true;
    worker.terminate();
  };
}
