import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Case, type Client, type Finding, type ItemName, Problem } from "./api";
import { DetailsItem, PhotoItem } from "./items";
import type { Words } from "./words";

// How often a case that is being checked is asked for again.
const pollMS = 1000;

export function Notice(p: { words: Words; title: string; text: string; children?: ComponentChildren }) {
  return (
    <main>
      <h1>{p.words.heading}</h1>
      <section class="banner" role="status">
        <h2>{p.title}</h2>
        <p>{p.text}</p>
        {p.children}
      </section>
    </main>
  );
}

export function App({ client, words }: { client: Client; words: Words }) {
  const [kase, setCase] = useState<Case>();
  const [problem, setProblem] = useState<Problem>();
  const banner = useRef<HTMLElement>(null);

  const take = useCallback((next: Case) => {
    setProblem(undefined);
    setCase((before) => {
      // A new state is what matters now: bring it into view and to screen readers.
      if (before && before.state !== next.state) queueMicrotask(() => banner.current?.focus());
      return next;
    });
  }, []);
  const fail = useCallback((e: unknown) => setProblem(e instanceof Problem ? e : new Problem("internal", "")), []);
  const load = useCallback(() => client.read().then(take, fail), [client, take, fail]);

  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (kase?.state !== "processing") return;
    const timer = setInterval(() => void load(), pollMS);
    return () => clearInterval(timer);
  }, [kase?.state, load]);
  useEffect(() => {
    if (!kase?.locale) return;
    document.documentElement.lang = kase.locale;
    document.documentElement.dir = /^(ar|fa|he|ur)\b/.test(kase.locale) ? "rtl" : "ltr";
  }, [kase?.locale]);

  if (problem?.code === "not_signed_in" || problem?.code === "not_found") {
    return <Notice words={words} title={words.expiredLink.title} text={words.expiredLink.text} />;
  }
  if (!kase) {
    if (problem) {
      return (
        <Notice words={words} title={words.heading} text={problem.code === "network" ? words.offline : words.ourFault}>
          <button type="button" onClick={() => void load()}>
            {words.tryAgain}
          </button>
        </Notice>
      );
    }
    return <Notice words={words} title={words.loading} text="" />;
  }

  const asked = wanted(kase);
  const elsewhere = kase.findings.filter((f) => !asked.includes(f.item as ItemName) && f.code !== "case.help_requested");
  const wait = kase.retry_at ? new Date(kase.retry_at) : undefined;
  const waiting = wait !== undefined && wait.getTime() > Date.now();
  const helpAsked = kase.findings.some((f) => f.code === "case.help_requested");

  return (
    <main>
      <h1>{words.heading}</h1>
      <section class={`banner ${kase.state}`} ref={banner} tabIndex={-1} aria-live="polite">
        <h2>{kase.title}</h2>
        <p>{kase.text}</p>
        {waiting && <p>{words.waitUntil(wait.toLocaleTimeString(kase.locale, { timeStyle: "short" }))}</p>}
        {elsewhere.map((f) => (
          <Reason key={f.code} finding={f} />
        ))}
      </section>
      {problem && (
        <p class="problem" role="alert">
          {problem.code === "network" ? words.offline : problem.message || words.ourFault}
        </p>
      )}
      {asked.map((item) => {
        const state = kase.items.find((i) => i.item === item);
        if (!state) return null;
        const plan = kase.plan?.items.find((i) => i.item === item);
        const props = {
          key: `${item}-${state.attempts}`,
          client,
          words,
          state,
          plan,
          findings: kase.findings.filter((f) => f.item === item),
          disabled: waiting,
          take,
          fail,
        };
        return item === "details" ? <DetailsItem {...props} /> : <PhotoItem {...props} />;
      })}
      <footer>
        {kase.state === "declined" && (
          <button type="button" class="quiet" onClick={() => client.appeal().then(take, fail)}>
            {words.appeal}
          </button>
        )}
        {kase.state !== "erased" &&
          (helpAsked ? (
            <p>{words.helpAsked}</p>
          ) : (
            <button type="button" class="quiet" onClick={() => client.askHelp().then(take, fail)}>
              {words.askHuman}
            </button>
          ))}
        <p>{words.privacy}</p>
      </footer>
    </main>
  );
}

// wanted lists the items that can be sent now: all required ones at first, then
// only what the plan asks for.
function wanted(c: Case): ItemName[] {
  if (c.state === "open") return c.items.filter((i) => i.required).map((i) => i.item);
  if (c.state === "action_required") return (c.plan?.items ?? []).map((i) => i.item);
  return [];
}

export function Reason({ finding, children }: { finding: Finding; children?: ComponentChildren }) {
  return (
    <div class="reason">
      <strong>{finding.title}</strong>
      <p>{finding.text}</p>
      {children}
      <p class="fix">{finding.fix}</p>
    </div>
  );
}
