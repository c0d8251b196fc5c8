import { useEffect, useRef, useState } from "preact/hooks";
import { type Case, type Client, type Finding, Problem } from "../api";
import { trouble } from "../card";
import { Screen } from "../screens";
import type { Words } from "../words";
import { type Device, deviceFacts } from "./device";
import { Channels, type Reach } from "./reach";
import { askHelp } from "./wire";
import { en, load, type SupportWords } from "./words";

export interface AskProps {
  kase: Case;
  client: Client;
  words: Words;
  locale: string;
  reach: Reach | undefined;
  take: (c: Case) => void;
  moved: (e: unknown) => void;
  onClose: () => void;
}

// useSupportWords loads the words in the language of the page.
export function useSupportWords(lang: string): SupportWords {
  const [say, setSay] = useState<SupportWords>();
  useEffect(() => {
    let over = false;
    void load(lang).then((w) => over || setSay(w));
    return () => void (over = true);
  }, [lang]);
  return say ?? en;
}

export const isAsked = (c: Case) => c.findings.some((f) => f.code === "case.help_requested");

// Ask is the screen on which a human is asked: what they will see is shown before it
// is sent, and how the operator is reached otherwise.
export default function Ask(p: AskProps) {
  const { kase, words } = p;
  const say = useSupportWords(words.lang);
  const [device, setDevice] = useState<Device>();
  const [tell, setTell] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const screen = useRef<HTMLDivElement>(null);
  const asked = isAsked(kase);
  useEffect(() => void deviceFacts().then(setDevice), []);
  useEffect(() => {
    scrollTo(0, 0);
    screen.current?.querySelector("h2")?.focus({ preventScroll: true });
  }, []);

  function ask() {
    if (busy || !device) return;
    setBusy(true);
    setProblem(undefined);
    void askHelp(p.client, tell ? device : undefined)
      .then(
        (c) => {
          p.onClose();
          p.take(c);
        },
        (e: unknown) => {
          if (e instanceof Problem && !e.moved && e.status !== 401 && e.status !== 404) return setProblem(e);
          p.onClose();
          p.moved(e);
        },
      )
      .finally(() => setBusy(false));
  }

  const turn = kase.state === "open" || kase.state === "action_required";
  return (
    <div class="screen" ref={screen}>
      <Back words={words} onBack={p.onClose} />
      <Screen title={words.askHuman}>
        {asked ? <p>{words.helpAsked}</p> : <p>{turn ? words.askHumanEnds : words.askHumanText}</p>}
        {!asked && (
          <>
            <h3>{say.sees}</h3>
            <Stuck of={kase} say={say} />
            <p class="note">{say.noEvidence}</p>
            {device && (
              <>
                <label class="option">
                  <input type="checkbox" checked={tell} onChange={(e) => setTell(e.currentTarget.checked)} />
                  {say.device}
                </label>
                {tell && <Facts of={device} say={say} />}
              </>
            )}
            {problem && (
              <p class="problem" role="alert">
                {trouble(words, problem)}
              </p>
            )}
            <p class="actions">
              <button type="button" aria-disabled={busy || !device} onClick={ask}>
                {words.askNow}
              </button>
              <button type="button" class="quiet" onClick={p.onClose}>
                {words.goOn}
              </button>
            </p>
          </>
        )}
        {p.reach && <Channels of={p.reach} locale={p.locale} />}
      </Screen>
    </div>
  );
}

// Back leads to the screen before.
export function Back({ words, onBack }: { words: Words; onBack: () => void }) {
  return (
    <div class="way">
      <button type="button" class="quiet back" onClick={onBack}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M10 3L5 8l5 5" />
        </svg>
        {words.way.back}
      </button>
    </div>
  );
}

// Stuck lists what a helper sees first: what failed and why.
function Stuck({ of, say }: { of: Case; say: SupportWords }) {
  const name = (f: Finding) => of.items.find((i) => i.item === f.item)?.name;
  const lines = [...new Set(of.findings.filter((f) => f.severity !== "note").map((f) => (name(f) ? `${name(f)}: ${f.title}` : f.title)))];
  if (lines.length === 0) return <p>{say.calm}</p>;
  return (
    <ul class="points">
      {lines.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

// Facts are what goes along of the device, in full.
function Facts({ of, say }: { of: Device; say: SupportWords }) {
  const rows: [string, string | undefined][] = [
    [say.facts.system, of.system],
    [say.facts.browser, of.browser],
    [say.facts.screen, `${of.width} × ${of.height}`],
    [say.facts.camera, say.cameras[of.camera]],
  ];
  return (
    <dl class="compared facts">
      {rows.flatMap(([name, value]) =>
        value === undefined
          ? []
          : [
              <dt key={`${name}-`}>{name}</dt>,
              <dd key={name}>
                <bdi>{value}</bdi>
              </dd>,
            ],
      )}
    </dl>
  );
}
