import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Case, type Client, type Finding, type ItemName, Problem } from "./api";
import { Back, Owner, useSaid } from "./back";
import { Reason, Tick, trouble } from "./card";
import { Chooser, useWords } from "./language";
import { Lazy } from "./lazy";
import { usePlace } from "./place";
import { Never, useReach } from "./support/reach";
import { Walk } from "./walk";
import { inUse, wanted } from "./way";
import { fill, localeFor, type Told, type Words } from "./words";

// How often a case is asked for again: soon while it is checked, more slowly the
// longer it takes, and at leisure while a person looks at it.
const pollMS = { first: 700, most: 10_000, review: 20_000 };

// Frame is what every screen has: the heading and the choice of a language.
function Frame(p: { words: Words; choose: (code: string) => void; children: ComponentChildren }) {
  return (
    <main>
      <header>
        <Owner />
        <h1>{p.words.heading}</h1>
        <Chooser words={p.words} choose={p.choose} />
      </header>
      {p.children}
    </main>
  );
}

function Notice(p: { title: string; text: string; children?: ComponentChildren }) {
  return (
    <section class="banner" role="status">
      <h2>{p.title}</h2>
      {p.text !== "" && <p>{p.text}</p>}
      {p.children}
    </section>
  );
}

// Linkless is the page without a case.
export function Linkless(p: { words: Words }) {
  useSaid(undefined, true);
  const { words, speak } = useWords(p.words);
  return (
    <Frame words={words} choose={(code) => void speak(code)}>
      <Notice {...words.noLink} />
    </Frame>
  );
}

export function App({ client, words: first }: { client: Client; words: Words }) {
  const { words, speak } = useWords(first);
  const [kase, setCase] = useState<Case>();
  const [problem, setProblem] = useState<Problem>();
  const banner = useRef<HTMLHeadingElement>(null);
  const shown = useRef<Case | undefined>(undefined);

  const take = useCallback(
    (next: Case) => {
      setProblem(undefined);
      const before = shown.current;
      // An answer that was overtaken by a newer one tells nothing.
      if (before && Date.parse(next.updated_at) < Date.parse(before.updated_at)) return;
      // Nor does one in a language that is not the chosen one any more.
      if (client.language && next.language !== client.language && before) return;
      shown.current = next;
      const show = () => {
        if (shown.current !== next) return;
        setCase(next);
        // A new state is what matters now: bring it into view and to screen readers.
        if (before && before.state !== next.state) requestAnimationFrame(() => banner.current?.focus());
      };
      // The case and the page speak one language: both change at once.
      const loading = speak(next.language);
      if (loading) void loading.then(show);
      else show();
    },
    [client, speak],
  );
  const fail = useCallback((e: unknown) => setProblem(e instanceof Problem ? e : new Problem("internal", 500)), []);
  const load = useCallback(() => client.read().then(take, fail), [client, take, fail]);
  // moved reads the case anew after an answer that said that it is elsewhere.
  const moved = useCallback(
    (e: unknown) => {
      fail(e);
      if (e instanceof Problem && e.moved) void client.read().then((c) => (take(c), fail(e)), fail);
    },
    [client, take, fail],
  );

  const choose = useCallback(
    (code: string) => {
      client.language = code;
      if (shown.current) void load();
      else void speak(code);
    },
    [client, load, speak],
  );

  useEffect(() => void load(), [load]);
  usePolling(kase, load);
  const locale = localeFor(kase?.locale, words);
  const waitUntil = useWait(kase, words, locale);
  const waitText = waitUntil(kase?.retry_at);
  const aside = usePlace("aside");
  const helping = aside.at === "help" && kase !== undefined && kase.state !== "erased";
  // Where people are anxious they are told what nobody of ours asks for.
  const anxious = kase !== undefined && kase.state !== "open" && kase.state !== "processing" && kase.state !== "erased";
  const reach = useReach(client, kase, anxious || helping);
  useEffect(() => {
    document.title = kase ? `${kase.title} – ${words.heading}` : words.heading;
  }, [words, kase?.title]);

  useSaid(kase, problem?.status === 401 || problem?.status === 404);

  if (problem?.status === 401 || problem?.status === 404) {
    return (
      <Frame words={words} choose={(code) => void speak(code)}>
        <Notice {...words.badLink} />
      </Frame>
    );
  }
  if (!kase) {
    const told = problem?.status === 0 ? words.noServer : { title: words.noServer.title, text: words.ourFault };
    return (
      <Frame words={words} choose={choose}>
        {problem ? (
          <Notice {...told}>
            <p class="actions">
              <button type="button" onClick={() => void load()}>
                {words.tryAgain}
              </button>
            </p>
          </Notice>
        ) : (
          <Notice title={words.loading} text="" />
        )}
      </Frame>
    );
  }

  const asked = wanted(kase);
  const busy = kase.state === "processing";
  const used = inUse(kase);

  return (
    <Frame words={words} choose={choose}>
      {/* What was chosen and not sent yet stays while a human is asked. */}
      <div hidden={helping}>
        {used && <Lazy load={recover} props={{ kase, finding: used, client, words, locale, onHuman: () => aside.go("help"), moved, reload: load }} />}
        {!used && (kase.state !== "open" || waitText !== "") && (
          <section class={`banner ${kase.state}`} aria-busy={busy}>
            <h2 ref={banner} tabIndex={-1}>
              {busy && <span class="turning" aria-hidden="true" />}
              {kase.title}
            </h2>
            {kase.text !== "" && <p>{kase.text}</p>}
            {waitText !== "" && <Break of={kase} until={waitText} />}
            {elsewhere(kase, asked).map((f, k) => (
              <Reason key={k} told={f} />
            ))}
            {asked.length === 0 && <Standing of={kase} words={words} />}
          </section>
        )}
        <div role="alert">
          {problem && <p class="problem">{busy && problem.status === 0 ? words.stillTrying : trouble(words, problem)}</p>}
        </div>
        <Walk kase={kase} client={client} words={words} locale={locale} waitUntil={waitUntil} waitText={waitText} take={take} moved={moved} load={load} />
        {kase.state === "action_required" && <Kept of={kase} asked={asked} words={words} />}
      </div>
      {helping && <Lazy load={ask} props={{ kase, client, words, locale, reach, take, moved, onClose: aside.back }} />}
      {anxious && reach && <Never of={reach} />}
      <Foot kase={kase} client={client} words={words} take={take} moved={moved} helping={helping} onHelp={() => aside.go("help")} />
    </Frame>
  );
}

// Screens that are loaded when they are wanted.
const ask = () => import("./support/ask");
const recover = () => import("./recovery/recovery");

// usePolling asks for a case again while it is our turn or a reviewer's.
function usePolling(kase: Case | undefined, load: () => Promise<void>) {
  const state = kase?.state;
  useEffect(() => {
    if (state !== "processing" && state !== "in_review") return;
    let wait = state === "processing" ? pollMS.first : pollMS.review;
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const ask = async () => {
      if (document.visibilityState === "visible") await load();
      wait = Math.min(wait * 1.3, state === "processing" ? pollMS.most : pollMS.review);
      if (!over) timer = setTimeout(() => void ask(), wait);
    };
    const back = () => void (document.visibilityState === "visible" && load());
    timer = setTimeout(() => void ask(), wait);
    document.addEventListener("visibilitychange", back);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", back);
    };
  }, [state, load]);
}

// useWait returns what says until when to wait for a time, "" when not at all. The
// page changes by itself when the next of the case's times has come.
function useWait(kase: Case | undefined, words: Words, locale: string): (at?: string) => string {
  const [, again] = useState(0);
  const next = nextTime(kase, Date.now());
  useEffect(() => {
    if (next === 0) return;
    const timer = setTimeout(() => again((n) => n + 1), Math.min(next - Date.now() + 50, 2 ** 30));
    return () => clearTimeout(timer);
  }, [next]);
  return (text) => {
    const at = text ? Date.parse(text) : 0;
    if (at <= Date.now()) return "";
    const full = Math.ceil(at / 60_000) * 60_000; // never told too early
    const today = new Date(full).toDateString() === new Date().toDateString();
    const time = new Intl.DateTimeFormat(locale, { ...(today ? {} : { weekday: "long" }), hour: "2-digit", minute: "2-digit" }).format(full);
    return fill(words.waitUntil, { time });
  };
}

// nextTime is the earliest time after now at which something of a case may be
// sent that may not be sent now; 0 when there is none.
export function nextTime(c: Case | undefined, now: number): number {
  const times = [c?.retry_at, ...(c?.plan?.items ?? []).map((i) => i.retry_at)];
  const ahead = times.map((t) => (t ? Date.parse(t) : 0)).filter((t) => t > now);
  return ahead.length === 0 ? 0 : Math.min(...ahead);
}

// elsewhere lists the findings that no card shows. The break and the request for
// help are told in the page's own words. While evidence is checked, what was found
// before is out of date; while a person looks, a fix cannot be followed.
export function elsewhere(c: Case, asked: readonly ItemName[]): Told[] {
  const own = ["case.help_requested", "case.cooling_down"];
  if (c.state === "processing") return [];
  return c.findings
    .filter((f) => !own.includes(f.code) && !asked.includes(f.item as ItemName))
    .map((f: Finding) => ({ title: f.title, text: f.text, fix: c.state === "in_review" && f.severity === "retry" ? "" : f.fix }));
}

// Break tells until when to wait, in local time, and how to use the time.
function Break({ of, until }: { of: Case; until: string }) {
  const finding = of.findings.find((f) => f.code === "case.cooling_down");
  return finding ? <Reason told={{ title: finding.title, text: until, fix: finding.fix }} /> : <p>{until}</p>;
}

// Standing lists what was sent and how it stands, while nothing can be sent.
function Standing({ of, words }: { of: Case; words: Words }) {
  const sent = of.items.filter((i) => i.status !== "missing");
  if (sent.length === 0 || of.state === "declined" || of.state === "expired") return null;
  return (
    <ul class="standing">
      {sent.map((i) => (
        <li key={i.item}>
          <Tick waiting={i.status === "failed"} />
          {i.name}: {i.status === "missing" ? "" : words.status[i.status]}
        </li>
      ))}
    </ul>
  );
}

// Kept lists what passed and is not asked for again.
function Kept({ of, asked, words }: { of: Case; asked: readonly ItemName[]; words: Words }) {
  const kept = of.items.filter((i) => i.status === "passed" && !asked.includes(i.item));
  if (kept.length === 0) return null;
  return (
    <section class="card kept" aria-labelledby="kept">
      <h2 id="kept">{words.kept}</h2>
      <ul class="standing">
        {kept.map((i) => (
          <li key={i.item}>
            <Tick />
            {i.name}
          </li>
        ))}
      </ul>
    </section>
  );
}

// Foot holds what can be done at any time: ask a human, contest a refusal.
function Foot(p: {
  kase: Case;
  client: Client;
  words: Words;
  take: (c: Case) => void;
  moved: (e: unknown) => void;
  helping: boolean;
  onHelp: () => void;
}) {
  const { kase, client, words, helping } = p;
  const [busy, setBusy] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const asked = kase.findings.some((f) => f.code === "case.help_requested");
  // Whoever comes back from asking is where they were.
  const was = useRef(helping);
  useEffect(() => {
    if (was.current && !helping && (!document.activeElement || document.activeElement === document.body)) opener.current?.focus({ preventScroll: true });
    was.current = helping;
  }, [helping]);
  const appeal = () => {
    if (busy) return;
    setBusy(true);
    void client
      .appeal()
      .then(p.take, p.moved)
      .finally(() => setBusy(false));
  };
  return (
    <footer>
      <Back of={kase} words={words} />
      {kase.state === "declined" && (
        <p class="actions">
          <button type="button" aria-disabled={busy} onClick={appeal}>
            {words.appeal}
          </button>
        </p>
      )}
      <div role="status">{asked && kase.state !== "erased" && <p>{words.helpAsked}</p>}</div>
      {/* Who has asked already finds there how else the operator is reached. */}
      {kase.state !== "erased" && !helping && (!asked || kase.support) && (
        <p class="actions">
          <button ref={opener} type="button" class="quiet plain" onClick={p.onHelp}>
            {words.askHuman}
          </button>
        </p>
      )}
      <p>{words.privacy}</p>
    </footer>
  );
}
