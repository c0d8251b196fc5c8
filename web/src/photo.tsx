import type { FunctionComponent } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { type Finding, type Look, Problem, type Submitted } from "./api";
import { Check } from "./check";
import { Card, isDone, type ItemProps, noteOf, Reasons, trouble, useFocusWhenDone, useSending, useTitleID } from "./card";
import { accept, megabytes, unfit } from "./file";
import { preflight } from "./guide/camera";
import { Delivery, type Progress } from "./upload";
import { fill, type Told, type Words } from "./words";

// useCamera tells whether the camera is worth offering: false where it is known
// that there is none, undefined until that is known. What stands in its way
// otherwise is told where it is opened.
export function useCamera(): boolean | undefined {
  const [there, setThere] = useState<boolean>();
  useEffect(() => void preflight().then((why) => setThere(why === undefined || why === "denied")), []);
  return there;
}

type CaptureView = FunctionComponent<import("./capture").CaptureProps>;

// useCapture loads the camera's screen when it is first wanted; the first screen
// of the page does without.
function useCapture(face: boolean) {
  const [view, setView] = useState<{ Capture: CaptureView }>();
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    const screen: Promise<{ default: CaptureView }> = face ? import("./live/selfie") : import("./capture");
    void screen.then((m) => setView({ Capture: m.default }), () => setFailed(true));
  };
  return { view, failed, load };
}

// PhotoItem takes one photo: taken with the camera or chosen, looked at by the server at once, and either
// received or refused with the reasons beside the picture.
export function PhotoItem(p: ItemProps) {
  const { busy, refused, problem, send, forget } = useSending(p);
  const [file, setFile] = useState<File>();
  const [unsent, setUnsent] = useState<{ why: "empty" | "too_large" | "no_photo"; bytes: number }>();
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const camera = useCamera();
  const [open, setOpen] = useState(false);
  const capture = useCapture(p.state.item === "face");
  const ids = { input: useId(), label: useId(), title: useTitleID() };
  const { words } = p;
  const [progress, setProgress] = useState<Progress>();
  const [asking, setAsking] = useState<{ look: Look; picture: ImageBitmap; answer: (yes: boolean) => void }>();
  const stopper = useRef<AbortController>(undefined);
  useEffect(() => () => stopper.current?.abort(), []);
  const check = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!asking) return;
    scrollTo(0, 0);
    check.current?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }, [asking]);
  const done = isDone(p) && refused.length === 0 && !unsent && !file;
  const fresh = unsent !== undefined || refused.length > 0;
  const untaken = useMemo(() => unsent && [told(words, unsent.why, megabytes(unsent.bytes, p.locale))], [unsent, words, p.locale]);
  const reasons: Told[] = untaken ?? (refused.length > 0 ? refused : isDone(p) || busy ? [] : p.findings);
  const blocked = busy || p.waitText !== "";
  useFocusWhenDone(done, ids.title);

  function sendFile(chosen: File) {
    const stop = new AbortController();
    stopper.current?.abort();
    stopper.current = stop;
    setProgress(undefined);
    void send(chosen, () => deliver(chosen, stop.signal)).then((ok) => ok && setFile(undefined));
  }

  // deliver sends a photo; of a front, the person sees for themselves first whether
  // it can be read. It gives nothing when they take another one instead.
  async function deliver(photo: File, signal: AbortSignal): Promise<Submitted | undefined> {
    const delivery = new Delivery(p.client, p.state.item, photo, (at) => signal.aborted || setProgress(at), signal);
    if (p.state.item === "document_front") {
      const look = await delivery.look();
      const picture = look?.usable ? await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(() => undefined) : undefined;
      if (look && picture) {
        const yes = await new Promise<boolean>((answer) => setAsking({ look, picture, answer }));
        setAsking(undefined);
        picture.close();
        if (!yes) {
          setFile(undefined);
          return undefined;
        }
      }
    }
    return delivery.submit();
  }
  function choose(chosen: File) {
    forget();
    const why = unfit(chosen);
    setUnsent(why && { why, bytes: chosen.size });
    setFile(why ? undefined : chosen);
    if (!why) sendFile(chosen);
  }

  function close() {
    setOpen(false);
    requestAnimationFrame(() => opener.current?.focus());
  }

  if (asking) {
    return (
      <div class="screen" ref={check}>
        <Check photo={asking.picture} look={asking.look} words={words} onYes={() => asking.answer(true)} onAgain={() => asking.answer(false)} />
      </div>
    );
  }
  const reading = p.state.item === "document_front" ? words.check.reading : words.looking;
  const waiting = progress?.phase === "sending" && progress.waiting;
  // How far a photo is, is told to the eye: read out, each number would interrupt
  // the last.
  const under = !busy ? "" : waiting ? words.waiting : progress?.phase === "looking" ? reading : words.sending;
  return (
    <Card title={p.state.name} titleID={ids.title} note={noteOf(p)} done={done} status={under} words={words}>
      <Reasons of={reasons} fresh={fresh} />
      {file && <Preview file={file} findings={refused} words={words} />}
      {busy && progress?.phase === "sending" && (
        <p class={waiting ? "problem underway" : "note underway"} aria-hidden="true">
          <progress max={1} value={progress.share} />
          {waiting ? words.waiting : fill(words.sent, { percent: new Intl.NumberFormat(p.locale, { style: "percent" }).format(progress.share) })}
        </p>
      )}
      {problem && <Trouble words={words} problem={problem} />}
      {open && capture.failed && <p class="problem">{words.offline}</p>}
      {/* Buttons appear once, so that none moves under a finger. */}
      <div class="actions" hidden={camera === undefined}>
        {file && problem && !busy && (
          <button type="button" onClick={() => sendFile(file)}>
            {words.tryAgain}
          </button>
        )}
        {camera && (
          <button
            ref={opener}
            type="button"
            class={done || (file && problem) ? "quiet" : ""}
            aria-describedby={ids.title}
            aria-disabled={blocked}
            onClick={() => {
              if (blocked) return;
              setOpen(true);
              capture.load();
            }}
          >
            {busy ? waiting ? words.sending : under : file || reasons.length > 0 ? words.takeAgain : words.camera.open}
          </button>
        )}
        <span class="chooser">
          <input
            ref={input}
            id={ids.input}
            type="file"
            accept={accept}
            aria-labelledby={`${ids.label} ${ids.title}`}
            aria-disabled={blocked}
            onClick={(e) => blocked && e.preventDefault()}
            onChange={(e) => {
              const chosen = e.currentTarget.files?.[0];
              e.currentTarget.value = ""; // choosing the same file again is a choice too
              if (chosen && !blocked) choose(chosen);
            }}
          />
          <label id={ids.label} class={camera || done || (file && problem) ? "button quiet" : "button"} for={ids.input}>
            {camera ? words.camera.file : busy ? waiting ? words.sending : under : done ? words.replace : file || reasons.length > 0 ? words.takeAgain : words.choosePhoto}
          </label>
        </span>
      </div>
      {open && capture.view && (
        <capture.view.Capture
          of={p.state.item === "face" ? "face" : "document"}
          title={p.state.name}
          words={words}
          onPhoto={(photo) => {
            close();
            choose(photo);
          }}
          onClose={close}
        />
      )}
    </Card>
  );
}

// told says why a file was not sent.
function told(words: Words, why: "empty" | "too_large" | "no_photo", size: string): Told {
  const { title, text, fix } = words.file[why];
  return { title, text: fill(text, { size }), fix };
}

// Trouble tells that sending failed, and that it is not the person's fault.
export function Trouble({ words, problem }: { words: Words; problem: Problem }) {
  return (
    <p class="problem" role="alert">
      {problem.status === 0 ? words.offlineKept : trouble(words, problem)}
    </p>
  );
}

// Preview shows the photo that was chosen and marks the place of what is wrong.
function Preview({ file, findings, words }: { file: File; findings: Finding[]; words: Words }) {
  const [url, setURL] = useState<string>();
  const [size, setSize] = useState<{ width: number; height: number }>();
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setURL(made);
    setSize(undefined);
    setHidden(false);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const boxes = findings.flatMap((f) => (f.box ? [f.box] : []));
  if (!url) return null;
  if (hidden) return findings.length === 0 ? <p class="note">{words.noPreview}</p> : null;
  return (
    <figure>
      <div class="photo">
        <img
          src={url}
          alt={words.photoChosen}
          onLoad={(e) => setSize({ width: e.currentTarget.naturalWidth, height: e.currentTarget.naturalHeight })}
          onError={() => setHidden(true)}
        />
        {size && boxes.length > 0 && (
          <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
            {boxes.flatMap((b, k) =>
              ["edge", "line"].map((c) => (
                <rect key={`${k}${c}`} class={c} x={b.x} y={b.y} width={b.width} height={b.height} />
              )),
            )}
          </svg>
        )}
      </div>
      {size && boxes.length > 0 && <figcaption>{words.placeMarked}</figcaption>}
    </figure>
  );
}
