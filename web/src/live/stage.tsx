import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { CameraError, type Obstacle, open, remedyFor } from "../guide/camera";
import type { Words } from "../words";
import { Clock, type Looker, watch, type Watching } from "./watch";

// useGuided tells whether the face can be followed on this device: undefined
// until that is known.
export function useGuided(looker: Looker): boolean | undefined {
  const [guided, setGuided] = useState<boolean>();
  useEffect(() => {
    let over = false;
    void looker.ready.then((ok) => over || setGuided(ok));
    return () => void (over = true);
  }, [looker]);
  return guided;
}

// Film is the running camera, as it is seen by what is filmed with it.
export interface Film {
  track: MediaStreamTrack;
  clock: Clock;
  video: HTMLVideoElement;
}

export interface StageProps {
  title: string;
  words: Words;
  close: string;
  looker: Looker;
  guided: boolean | undefined;
  watching: Omit<Watching, "looker"> & { begin?: (f: Film) => void };
  // light fills the screen; "" is the usual dark.
  light: string;
  ring: number; // how much of the oval is drawn, 0 to 1
  well: boolean;
  hidden: boolean; // the picture, when it is not needed any more
  above?: ComponentChildren;
  children: ComponentChildren;
  onClose: () => void;
}

// Stage is the camera over the whole screen: the face in an oval, as in a mirror.
export function Stage(p: StageProps) {
  const { words } = p;
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<Obstacle>();
  const [running, setRunning] = useState(false);
  const [round, setRound] = useState(0);
  const title = useId();
  const now = useRef(p.watching);
  now.current = p.watching;

  useEffect(() => {
    const d = dialog.current;
    d?.showModal();
    document.documentElement.classList.add("still"); // the page behind
    return () => {
      document.documentElement.classList.remove("still");
      d?.close();
    };
  }, []);

  useEffect(() => {
    if (p.guided === undefined) return;
    let stream: MediaStream | undefined;
    let stop: (() => void) | undefined;
    let over = false;
    let frames = 0;
    setTrouble(undefined);
    open("user").then(
      async (s) => {
        stream = s;
        const v = video.current;
        const [track] = s.getVideoTracks();
        if (over || !v || !track) return end(s);
        track.addEventListener("ended", () => over || (stop?.(), setRunning(false), setTrouble("busy")));
        v.srcObject = s;
        try {
          await v.play();
        } catch {
          if (!over) setTrouble("failed");
          return;
        }
        if (over) return;
        setRunning(true);
        const clock = new Clock();
        now.current.begin?.({ track, clock, video: v });
        stop = watch(
          v,
          {
            looker: p.guided ? p.looker : undefined,
            full: () => now.current.full(),
            tell: (seen, shot) => {
              if (dialog.current) dialog.current.dataset.frames = String(++frames);
              now.current.tell(seen, shot);
            },
          },
          clock,
        );
      },
      (e: unknown) => over || setTrouble(e instanceof CameraError ? e.why : "failed"),
    );
    return () => {
      over = true;
      stop?.();
      setRunning(false);
      if (stream) end(stream);
    };
  }, [round, p.guided]);

  return (
    <dialog
      ref={dialog}
      class={p.light === "" ? "live" : "live lit"}
      aria-labelledby={title}
      style={p.light === "" ? undefined : { backgroundColor: p.light }}
      onCancel={(e) => {
        e.preventDefault();
        p.onClose();
      }}
    >
      <header>
        <h2 id={title}>{p.title}</h2>
        <button type="button" class="quiet" onClick={p.onClose}>
          {p.close}
        </button>
      </header>
      {trouble ? (
        <div class="body">
          <div class="reason" role="alert">
            <h3>{words.obstacle[trouble].title}</h3>
            <p>{words.obstacle[trouble].text}</p>
            <p class="fix">{trouble === "denied" ? words.mend[remedyFor(navigator.userAgent)] : words.obstacle[trouble].fix}</p>
          </div>
          <p class="actions">
            <button type="button" onClick={() => setRound(round + 1)}>
              {words.tryAgain}
            </button>
          </p>
        </div>
      ) : (
        <>
          <div class="body" hidden={p.hidden}>
            {p.above}
            <div class="oval">
              <video ref={video} playsInline muted />
              {running && (
                <svg viewBox="0 0 75 100" aria-hidden="true">
                  <ellipse class="track" cx="37.5" cy="50" rx="37.5" ry="50" />
                  <ellipse class={p.well ? "ring well" : "ring"} cx="37.5" cy="50" rx="37.5" ry="50" pathLength={1} stroke-dasharray={`${p.ring} 2`} />
                </svg>
              )}
            </div>
          </div>
          <footer>{p.children}</footer>
        </>
      )}
    </dialog>
  );
}

function end(s: MediaStream) {
  for (const t of s.getTracks()) t.stop();
}
