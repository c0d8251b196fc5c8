// What all screens of the console use.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api";

const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export function Time({ at }: { at: string }) {
  return <time dateTime={at}>{when.format(new Date(at))}</time>;
}

// span says how long something is, roughly: "3 h", "2 days".
export function span(seconds: number): string {
  const s = Math.abs(seconds);
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < 36 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} days`;
}

export const plain = (name: string) => name.replaceAll("_", " ").replaceAll(".", ": ");

// strangers says how many strangers are as alike. What is rarer than one in a
// thousand was not measured on enough of them to be a number.
export function strangers(rate: number): string {
  return rate >= 0.1 ? `${Math.round(rate * 100)} in 100` : rate >= 0.001 ? `1 in ${Math.round(1 / rate)}` : "fewer than 1 in 1,000";
}

export function said(e: unknown): string {
  return e instanceof Error ? e.message : "Something went wrong. Try again.";
}

// Trouble tells what is not possible, at once and aloud.
export function Trouble({ text }: { text: string }) {
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

// useLoaded loads something when what it depends on changes, and again on demand.
export function useLoaded<T>(load: () => Promise<T>, deps: unknown[], onSignedOut: () => void) {
  const [value, setValue] = useState<T>();
  const [problem, setProblem] = useState("");
  const latest = useRef(0);
  const again = useCallback(async () => {
    const mine = ++latest.current;
    try {
      const v = await load();
      if (mine !== latest.current) return;
      setValue(() => v);
      setProblem("");
    } catch (e) {
      if (mine !== latest.current) return;
      if (e instanceof Problem && e.status === 401) onSignedOut();
      else setProblem(said(e));
    }
  }, deps);
  useEffect(() => void again(), [again]);
  return { value, problem, again };
}

// useDoing runs one thing at a time and keeps what went wrong.
export function useDoing(onSignedOut: () => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const running = useRef(false);
  async function run(f: () => Promise<unknown>): Promise<boolean> {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem("");
    try {
      await f();
      return true;
    } catch (e) {
      if (e instanceof Problem && e.status === 401) onSignedOut();
      else setProblem(said(e));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }
  return { busy, problem, run };
}

// useKeys acts on keys that are not typed into something.
export function useKeys(keys: Record<string, () => void>) {
  const held = useRef(keys);
  held.current = keys;
  useEffect(() => {
    function press(e: KeyboardEvent) {
      const at = e.target as HTMLElement;
      if (e.ctrlKey || e.metaKey || e.altKey || at.closest("input:not([type=radio]), select, textarea, dialog[open]")) return;
      if (e.key === "Enter" && at.closest("a, button, summary")) return;
      const f = held.current[e.key];
      if (!f) return;
      e.preventDefault();
      f();
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

export function Section(p: { title: string; children: ComponentChildren; class?: string }) {
  return (
    <section class={`card ${p.class ?? ""}`} aria-label={p.title}>
      <h2>{p.title}</h2>
      {p.children}
    </section>
  );
}

// useTitle names the page and moves the focus to its heading, as a new page would.
export function useTitle(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Console`;
    heading.current?.focus();
  }, [title]);
  return heading;
}
