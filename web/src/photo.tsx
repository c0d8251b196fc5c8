import type { FunctionComponent } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { type Finding, Problem } from "./api";
import { Card, isDone, type ItemProps, noteOf, Reasons, trouble, useFocusWhenDone, useSending, useTitleID } from "./card";
import { accept, megabytes, unfit } from "./file";
import { preflight } from "./guide/camera";
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
  const done = isDone(p) && refused.length === 0 && !unsent && !file;
  const fresh = unsent !== undefined || refused.length > 0;
  const untaken = useMemo(() => unsent && [told(words, unsent.why, megabytes(unsent.bytes, p.locale))], [unsent, words, p.locale]);
  const reasons: Told[] = untaken ?? (refused.length > 0 ? refused : isDone(p) || busy ? [] : p.findings);
  const blocked = busy || p.waitText !== "";
  useFocusWhenDone(done, ids.title);

  function sendFile(chosen: File) {
    void send(chosen).then((ok) => ok && setFile(undefined));
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

  return (
    <Card title={p.state.name} titleID={ids.title} note={noteOf(p)} done={done} status={busy ? words.looking : ""} words={words}>
      <Reasons of={reasons} fresh={fresh} />
      {file && <Preview file={file} findings={refused} words={words} />}
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
            {busy ? words.looking : file || reasons.length > 0 ? words.takeAgain : words.camera.open}
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
            {camera ? words.camera.file : busy ? words.looking : done ? words.replace : file || reasons.length > 0 ? words.takeAgain : words.choosePhoto}
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
