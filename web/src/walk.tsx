import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";
import { read, write } from "./address";
import type { Case, Client, Finding, ItemName } from "./api";
import { type ItemProps, StepNote } from "./card";
import { ConsentItem } from "./consent";
import { DetailsItem } from "./details";
import { FaceStep } from "./face";
import { PhotoItem } from "./photo";
import { Choose, Welcome } from "./screens";
import { after, isSent, partOf, resume, type Step, stepsOf } from "./way";
import { fill, type Words } from "./words";

interface WalkProps {
  kase: Case;
  client: Client;
  words: Words;
  locale: string;
  // waitUntil says until when to wait for a time, "" when not at all.
  waitUntil: (at?: string) => string;
  waitText: string;
  take: (c: Case) => void;
  moved: (e: unknown) => void;
}

// Walk is the way of the applicant while it is their turn: one screen at a time.
// The browser's own back button walks back, and a reload stays where it was.
export function Walk(p: WalkProps) {
  const { kase, client, words, locale } = p;
  const [kind, setKind] = useState(() => read("doc"));
  const known = kase.documents?.some((d) => d.kind === kind) ? kind : undefined;
  const steps = stepsOf(kase, known);
  const { step, go, back } = useStep(steps, resume(kase, steps, known));
  const part = step && partOf(kase, step, known);
  const stepID = useId();
  const screen = useRef<HTMLDivElement>(null);

  // Each new screen begins at its heading, for the eye and for screen readers.
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    scrollTo(0, 0);
    screen.current?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }, [step]);

  if (!step) return null;
  const next = (of: Case, kindNow: string | undefined = known) => {
    const to = after(of, step, kindNow);
    if (to) go(to);
  };
  const onward = after(kase, step, known);
  const here = steps.indexOf(step);

  function item(name: ItemName) {
    const state = kase.items.find((i) => i.item === name);
    if (!state) return null;
    const plan = kase.plan?.items.find((i) => i.item === name);
    const ownWait = p.waitUntil(plan?.retry_at);
    const props: ItemProps = {
      client,
      words,
      locale,
      state,
      plan,
      findings: kase.findings.filter((f: Finding) => f.item === name && f.code !== "case.cooling_down"),
      waitText: ownWait || p.waitText,
      waitNote: ownWait !== p.waitText ? ownWait : "",
      take: p.take,
      moved: p.moved,
      onSent: (c) => next(c),
    };
    const key = `${name}-${state.attempts}`;
    if (name === "details") return <DetailsItem key={key} {...props} caseID={kase.id} />;
    return name === "face" ? <FaceStep key={key} {...props} way={kase.face} /> : <PhotoItem key={key} {...props} />;
  }

  return (
    <StepNote.Provider value={part ? stepID : ""}>
      {(here > 0 || part) && (
        <div class="way">
          {here > 0 && (
            <button type="button" class="quiet back" onClick={back}>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M10 3L5 8l5 5" />
              </svg>
              {words.way.back}
            </button>
          )}
          {part && (
            <p id={stepID} class="step">
              {fill(words.way.step, part)}
            </p>
          )}
          {part && <progress aria-hidden="true" max={part.all} value={part.n} />}
        </div>
      )}
      <div class="screen" ref={screen}>
        {step === "welcome" && <Welcome of={kase} words={words} onNext={() => next(kase)} />}
        {step === "consent" && kase.face && (
          <ConsentItem client={client} words={words} ask={kase.face.ask} language={kase.language} name={kase.items.find((i) => i.item === "face")?.name ?? ""} take={(c) => (p.take(c), next(c))} moved={p.moved} />
        )}
        {step === "choose" && (
          <Choose
            kinds={kase.documents ?? []}
            chosen={known}
            words={words}
            onChoose={(k) => {
              write("doc", k);
              setKind(k);
              next(kase, k);
            }}
          />
        )}
        {step !== "welcome" && step !== "consent" && step !== "choose" && item(step)}
        {step !== "welcome" && step !== "consent" && step !== "choose" && isSent(kase, step) && onward && (
          <p class="actions">
            <button type="button" class="main" onClick={() => go(onward)}>
              {words.way.next}
            </button>
          </p>
        )}
      </div>
    </StepNote.Provider>
  );
}

interface Entry {
  step?: Step;
  // from says that the entry before this one in the browser's history is ours.
  from?: Step | undefined;
}

const entry = () => (history.state ?? {}) as Entry;

// useStep keeps the screen in the browser's history.
function useStep(steps: readonly Step[], fallback: Step | undefined) {
  const [wish, setWish] = useState<Step | undefined>(() => entry().step);
  const step = wish && steps.includes(wish) ? wish : fallback;
  // What was chosen by itself is where a reload comes back to.
  useEffect(() => {
    if (step && entry().step !== step) history.replaceState({ ...entry(), step }, "");
  }, [step]);
  useEffect(() => {
    const popped = () => setWish(entry().step);
    addEventListener("popstate", popped);
    return () => removeEventListener("popstate", popped);
  }, []);
  const go = useCallback(
    (to: Step) => {
      if (to === step) return;
      history.pushState({ step: to, from: step } satisfies Entry, "");
      setWish(to);
    },
    [step],
  );
  const back = useCallback(() => {
    const before = steps[steps.indexOf(step ?? "welcome") - 1];
    if (!before) return;
    if (entry().from === before) return history.back();
    // The way began here, as after a reload from a new link.
    history.replaceState({ step: before } satisfies Entry, "");
    setWish(before);
  }, [steps, step]);
  return { step, go, back };
}
