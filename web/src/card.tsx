import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { type Case, type Client, type Finding, type Item, newKey, type PlanItem, Problem, type Submitted } from "./api";
import { Sample } from "./drawings/lazy";
import { count, type Told, type Words } from "./words";

// ItemProps is what the card of one item works with.
export interface ItemProps {
  client: Client;
  words: Words;
  locale: string;
  state: Item;
  plan: PlanItem | undefined;
  findings: Finding[];
  // waitText says until when nothing can be sent; "" when it can.
  waitText: string;
  // waitNote is the same where this item waits longer than the others.
  waitNote: string;
  take: (c: Case) => void;
  // moved is told when the case is no longer where the page thought it was.
  moved: (e: unknown) => void;
  // onSent is told when something of the item was received.
  onSent: (c: Case) => void;
}

// StepNote is the id of the line that says how far the way is, "" without one. The
// heading of a screen is described by it, so that it is read out with it.
export const StepNote = createContext("");

// Card frames one item. Its status line is there from the start, so that what
// appears in it is read out; while something is sent, its button shows the same.
export function Card(p: {
  title: string;
  titleID: string;
  note: string;
  done: boolean;
  status: string;
  words: Words;
  children: ComponentChildren;
}) {
  const note = useContext(StepNote);
  return (
    <section class={p.done ? "card done" : "card"} aria-labelledby={p.titleID}>
      <h2 id={p.titleID} tabIndex={-1} {...(note === "" ? {} : { "aria-describedby": note })}>
        {p.title}
      </h2>
      {!p.done && p.note !== "" && <p class="note">{p.note}</p>}
      <p class={p.done ? "status" : "unseen"} role="status">
        {p.done && <Tick />}
        {p.done ? p.words.received : p.status}
      </p>
      {p.children}
    </section>
  );
}

// Tick is a mark of what is done, or with waiting a clock.
export function Tick({ waiting = false }: { waiting?: boolean }) {
  return (
    <svg class="tick" viewBox="0 0 16 16" aria-hidden="true">
      <path d={waiting ? "M8 4.5V8l2.5 2M8 2a6 6 0 1 0 .01 0" : "M3 8.5l3.5 3.5L13 4.5"} />
    </svg>
  );
}

// Reason tells what is wrong and what to do about it.
export function Reason({ told, children }: { told: Told; children?: ComponentChildren }) {
  return (
    <div class="reason">
      <h3>{told.title}</h3>
      {told.text !== "" && <p>{told.text}</p>}
      {children}
      {told.fix !== "" && <p class="fix">{told.fix}</p>}
    </div>
  );
}

// Reasons brings new reasons into view and reads them out, by moving the focus.
export function Reasons({ of, fresh }: { of: readonly Told[]; fresh: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (fresh && of.length > 0) box.current?.focus();
  }, [fresh, of]);
  if (of.length === 0) return null;
  return (
    <div class="reasons" ref={box} tabIndex={-1}>
      {of.map((f, k) => (
        <Reason key={k} told={f}>
          {"code" in f && <Sample code={String(f.code)} />}
        </Reason>
      ))}
    </div>
  );
}

// noteOf says where an item stands, in words.
export function noteOf(p: ItemProps): string {
  if (!p.plan) return p.words.hints[p.state.item] ?? "";
  const n = p.plan.attempts_left;
  let left = "";
  if (n) left = n === 1 ? p.words.lastAttempt : count(p.words, p.words.attemptsLeft, n, p.locale);
  return [p.waitNote, left].filter(Boolean).join(" ");
}

// isDone says that an item was sent and that it is not the applicant's turn with
// it until the others are sent too.
export function isDone(p: ItemProps): boolean {
  return p.state.status === "submitted" || p.state.status === "passed";
}

export function trouble(words: Words, e: Problem): string {
  if (e.status === 0) return words.offline;
  if (e.code === "busy") return words.busy;
  return e.moved ? words.moved : words.ourFault;
}

// useSending sends one thing at a time. The key belongs to the content: while it
// is not known whether the server has acted, the same content goes under the same
// key, so that nothing is counted twice.
export function useSending(p: ItemProps) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Finding[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const pending = useRef<{ body: Blob | string; key: string } | undefined>(undefined);
  const under = useRef(false);

  // What was refused is on no case that could be read again: its words change
  // their language by the catalogue.
  useEffect(() => {
    if (refused.length === 0) return;
    void p.client.reasons().then(
      (all) => setRefused((old) => old.map((f) => ({ ...f, ...all.find((r) => r.code === f.code) }))),
      () => undefined, // the old words still help
    );
  }, [p.words.lang]);

  // send sends a body; deliver says how, where it does not go in one piece. When that
  // gives nothing, nothing was sent.
  async function send(body: Blob | string, deliver?: () => Promise<Submitted | undefined>): Promise<boolean> {
    if (under.current || p.waitText !== "") return false;
    under.current = true;
    if (pending.current?.body !== body) pending.current = { body, key: newKey() };
    setBusy(true);
    setProblem(undefined);
    setRefused([]);
    try {
      const answer = await (deliver?.() ?? p.client.submit(p.state.item, body, pending.current.key));
      pending.current = undefined;
      if (!answer) return false;
      setRefused(answer.accepted ? [] : answer.findings);
      p.take(answer.case);
      if (answer.accepted) p.onSent(answer.case);
      return answer.accepted;
    } catch (e) {
      const problem = e instanceof Problem ? e : new Problem("internal", 500);
      if (!problem.unanswered) pending.current = undefined;
      if (problem.moved || problem.status === 401 || problem.status === 404) p.moved(problem);
      else setProblem(problem);
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  }
  const forget = () => {
    setRefused([]);
    setProblem(undefined);
  };
  return { busy, refused, problem, send, forget };
}

// useFocusWhenDone moves the focus to the card's title when what had it is gone.
export function useFocusWhenDone(done: boolean, titleID: string) {
  const before = useRef(done);
  useEffect(() => {
    if (done && !before.current && (!document.activeElement || document.activeElement === document.body)) {
      document.getElementById(titleID)?.focus({ preventScroll: true });
    }
    before.current = done;
  }, [done, titleID]);
}

export function useTitleID(): string {
  return useId();
}
