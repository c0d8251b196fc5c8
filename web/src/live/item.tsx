import { useEffect, useRef, useState } from "preact/hooks";
import type { FaceWay, Finding } from "../api";
import { Card, isDone, type ItemProps, noteOf, Reasons, useFocusWhenDone, useTitleID } from "../card";
import { useCamera } from "../photo";
import { fill, type Told } from "../words";
import { Challenge } from "./challenge";
import type { Action } from "./coach";
import { Example } from "./example";
import { useLiveWords } from "./selfie";
import { Looker } from "./watch";
import type { LiveWords } from "./words";

export interface LiveItemProps extends ItemProps {
  way: FaceWay;
}

// LiveItem asks for a film of the face: what will happen, then the camera.
export default function LiveItem(p: LiveItemProps) {
  const { words, way } = p;
  const live = useLiveWords(words.lang);
  const camera = useCamera();
  const title = useTitleID();
  const done = isDone(p);
  const opener = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<{ withoutColours: boolean }>();
  // The networks load while the person reads.
  const looker = useRef<Looker | undefined>(undefined);
  if (!done && camera) looker.current ??= new Looker();
  useEffect(() => () => looker.current?.close(), []);
  useFocusWhenDone(done, title);
  const blocked = p.waitText !== "";
  const reasons = done ? [] : p.findings.map((f) => about(f, live));

  function close() {
    setOpen(undefined);
    requestAnimationFrame(() => opener.current?.focus());
  }
  const start = (withoutColours: boolean) => () => !blocked && setOpen({ withoutColours });

  return (
    <Card title={p.state.name} titleID={title} note={noteOf(p)} done={done} status="" words={words}>
      {!done && (
        <>
          <Reasons of={reasons} fresh={false} />
          <p>{fill(live.intro, { n: way.movements })}</p>
          <Sketches findings={p.findings} />
          {way.colours !== "off" && (
            <>
              <p>{live.light}</p>
              <p class="note">{way.colours === "required" ? live.lightRequired : live.lightOffered}</p>
            </>
          )}
          {camera === false && <p class="problem">{live.without}</p>}
          <div class="actions" hidden={!camera}>
            <button ref={opener} type="button" class="main" aria-disabled={blocked} onClick={start(way.colours === "off")}>
              {live.start}
            </button>
            {way.colours === "offered" && (
              <button type="button" class="quiet" aria-disabled={blocked} onClick={start(true)}>
                {live.startWithout}
              </button>
            )}
          </div>
        </>
      )}
      {open && looker.current && (
        <Challenge
          title={p.state.name}
          words={words}
          live={live}
          client={p.client}
          looker={looker.current}
          withoutColours={open.withoutColours}
          onDone={(c) => {
            setOpen(undefined);
            p.take(c);
            p.onSent?.(c);
          }}
          moved={(e) => {
            setOpen(undefined);
            p.moved(e);
          }}
          onClose={close}
        />
      )}
    </Card>
  );
}

const actions: readonly Action[] = ["turn_left", "turn_right", "blink", "open_mouth", "come_closer"];
const actionOf = (f: Finding) => (f.code.startsWith("liveness.") ? actions.find((a) => f.measure?.includes(a)) : undefined);

// about names the movement that a result is about.
function about(f: Finding, live: LiveWords): Told & { code: string } {
  const action = actionOf(f);
  return { code: f.code, title: f.title, text: action ? `${f.text} ${fill(live.movement, { action: live.actions[action] })}`.trim() : f.text, fix: f.fix };
}

// Sketches shows the movements: those that did not work, or the kinds there are.
function Sketches({ findings }: { findings: Finding[] }) {
  const failed = [...new Set(findings.map(actionOf).filter((a) => a !== undefined))];
  return (
    <ul class="examples" aria-hidden="true">
      {(failed.length > 0 ? failed : (["turn_left", "open_mouth", "blink"] as const)).map((a) => (
        <li key={a}>
          <Example of={a} />
        </li>
      ))}
    </ul>
  );
}
