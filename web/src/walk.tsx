import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";
import { read, write } from "./address";
import type { Case, Client, Finding, ItemName } from "./api";
import { type ItemProps, StepNote } from "./card";
import { around } from "./around";
import { ConsentItem } from "./consent";
import { DetailsItem } from "./details";
import { FaceStep } from "./face";
import type Phone from "./phone";
import { PhotoItem, useCamera } from "./photo";
import { Choose, Welcome } from "./screens";
import { after, isSent, partOf, resume, type Step, stepsOf, wanted } from "./way";
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
  // load reads the case anew.
  load: () => Promise<void>;
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
  const phone = usePhone();
  // A film needs a camera: where there is none, the phone is the only way.
  const onlyPhone = phone.blind && step === "face" && kase.face?.capture === "sequence" && !isSent(kase, step);
  useEffect(() => {
    if (onlyPhone) phone.open();
  }, [onlyPhone]);

  // Each new screen begins at its heading, for the eye and for screen readers.
  const here = phone.Screen ? "phone" : step;
  useEffect(() => {
    if (here) around.say({ type: "step", step: here });
  }, [here]);
  const shown = useRef(here);
  useEffect(() => {
    if (shown.current === here) return;
    shown.current = here;
    scrollTo(0, 0);
    screen.current?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }, [here]);

  if (!step) return null;
  if (phone.Screen) {
    return (
      <div class="screen" ref={screen}>
        <phone.Screen kase={kase} items={wanted(kase, known)} link={location.href} words={words} load={p.load} onHere={phone.close} />
      </div>
    );
  }
  const next = (of: Case, kindNow: string | undefined = known) => {
    const to = after(of, step, kindNow);
    if (to) go(to);
  };
  const onward = after(kase, step, known);
  const at = steps.indexOf(step);

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
      {(at > 0 || part) && (
        <div class="way">
          {at > 0 && (
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
        {takesPhoto(step) && !isSent(kase, step) && phone.offered && (
          <p class="actions">
            <button type="button" class="quiet plain" onClick={phone.open}>
              {words.phone.title}
            </button>
          </p>
        )}
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

const takesPhoto = (step: Step): step is ItemName => step === "document_front" || step === "document_back" || step === "face";

// usePhone offers to go on with a phone where this is none, or has no camera. The
// screen for it is loaded when it is wanted.
function usePhone() {
  const camera = useCamera();
  const [screen, setScreen] = useState<{ Screen: typeof Phone }>();
  const offered = camera === false || matchMedia("(pointer: fine)").matches;
  const open = () => void import("./phone").then((m) => setScreen({ Screen: m.default }), () => undefined);
  return { offered, blind: camera === false, Screen: screen?.Screen, open, close: () => setScreen(undefined) };
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
