import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Me } from "./app";
import { type Code, type File, get, post, type Preview, type Reason } from "./api";
import { plain, said, Trouble, useDoing, useKeys, useLoaded } from "./view";

type Choice = "pass" | "ask" | "refuse";

interface Judged {
  choice?: Choice;
  code?: string;
  field?: string;
}

const fields = ["surname", "given_names", "birth_date", "document_number", "expiry_date", "nationality", "residence"];

// fits reports whether a code can be a reason about an item.
function fits(c: Code, item: string, choice: Choice): boolean {
  const own = c.item === item || (item === "document_back" && c.item === "document_front") || (item === "details" && c.item === "eligibility");
  if (!own) return false;
  return choice === "ask" ? c.retryable && c.severity === "retry" : c.severity === "final" || c.severity === "review";
}

// Reasons is the list that a reason is chosen from.
export function Reasons({ of, value, onChange }: { of: readonly Code[] | undefined; value: string; onChange: (code: string) => void }) {
  return (
    <select value={value} onChange={(e) => onChange(e.currentTarget.value)}>
      <option value="">choose a reason</option>
      {of?.map((c) => (
        <option value={c.code}>
          {c.title}
          {c.audience === "operator" ? " (not told to the applicant)" : ""}
        </option>
      ))}
    </select>
  );
}

// Decide takes a verdict item by item. What it comes to follows from the items:
// one refused refuses the case, one asked again asks for it alone.
export function Decide({ file, me, onDone }: { file: File; me: Me; onDone: () => void }) {
  const { value: codes, problem: noCodes } = useLoaded<Code[]>(() => get("reasons"), [], me.signedOut);
  const items = file.case.items.filter((i) => i.required || i.status !== "missing");
  const [judged, setJudged] = useState<Record<string, Judged>>({});
  const [at, setAt] = useState(0);
  const [preview, setPreview] = useState<Preview>();
  const form = useRef<HTMLFormElement>(null);
  const { busy, problem, run } = useDoing(me.signedOut);
  const set = (item: string, j: Judged) => setJudged((all) => ({ ...all, [item]: j }));
  const goTo = (k: number) => {
    if (k >= items.length) return;
    setAt(k);
    form.current?.querySelectorAll<HTMLElement>("fieldset")[k]?.querySelector<HTMLElement>("input:checked, input")?.focus();
  };
  const pick = (choice: Choice) => {
    const i = items[at];
    if (!i) return;
    set(i.item, { choice });
    if (choice === "pass") return;
    requestAnimationFrame(() => form.current?.querySelectorAll<HTMLElement>("fieldset")[at]?.querySelector<HTMLElement>("select")?.focus());
  };
  const open = items.filter((i) => !complete(judged[i.item]));
  const reasons = useMemo<Reason[]>(
    () =>
      items.flatMap((i) => {
        const j = judged[i.item];
        return j?.code ? [{ code: j.code, item: i.item, ...(j.field ? { field: j.field } : {}) }] : [];
      }),
    [judged],
  );
  const choices = items.map((i) => judged[i.item]?.choice);
  const verdict = choices.includes("refuse") ? "declined" : choices.includes("ask") ? "action_required" : "approved";
  const told = verdict === "declined" ? reasons.filter((r) => judged[r.item]?.choice === "refuse") : reasons;
  const two = file.four_eyes.includes(verdict);
  const look = () => {
    if (open.length > 0) {
      goTo(items.indexOf(open[0] as (typeof items)[number]));
      return;
    }
    void run(async () => setPreview(await post<Preview>(`cases/${file.case.id}/preview`, { verdict, reasons: told })));
  };
  useKeys({
    ...Object.fromEntries(items.map((_, k) => [String(k + 1), () => goTo(k)])),
    p: () => pick("pass"),
    a: () => pick("ask"),
    x: () => pick("refuse"),
    d: look,
  });
  const words = { approved: "Approve", declined: "Refuse", action_required: "Ask again" }[verdict];
  return (
    <form
      ref={form}
      onSubmit={(e) => {
        e.preventDefault();
        look();
      }}
    >
      {noCodes && <Trouble text={noCodes} />}
      {items.map((i, k) => {
        const j = judged[i.item] ?? {};
        return (
          <fieldset class={k === at ? "item at" : "item"} onFocusCapture={() => setAt(k)}>
            <legend>
              {k + 1}. {i.name}
            </legend>
            <div class="choices">
              {(["pass", "ask", "refuse"] as const).map((c) => (
                <label>
                  <input type="radio" name={`choice-${i.item}`} checked={j.choice === c} onChange={() => set(i.item, { choice: c })} />
                  {{ pass: "Passed", ask: "Ask again", refuse: "Refuse" }[c]}
                </label>
              ))}
            </div>
            {(j.choice === "ask" || j.choice === "refuse") && (
              <label class="why">
                Why
                <Reasons of={codes?.filter((c) => fits(c, i.item, j.choice as Choice))} value={j.code ?? ""} onChange={(code) => set(i.item, { ...j, code })} />
              </label>
            )}
            {j.choice === "ask" && i.item === "details" && j.code && (
              <label class="why">
                Field
                <select value={j.field ?? ""} onChange={(e) => set(i.item, { ...j, field: e.currentTarget.value })}>
                  <option value="">all of them</option>
                  {fields.map((f) => (
                    <option value={f}>{plain(f)}</option>
                  ))}
                </select>
              </label>
            )}
          </fieldset>
        );
      })}
      {problem && <Trouble text={problem} />}
      <div class="actions">
        <button aria-disabled={busy || open.length > 0}>
          {words}
          {two ? ", for a second person to confirm" : ""}…
        </button>
        <span class="note">{open.length > 0 ? `Still open: ${open.map((i) => i.name).join(", ")}` : ""}</span>
      </div>
      {preview && (
        <Sending
          preview={preview}
          words={two ? "Propose it" : words}
          onClose={() => setPreview(undefined)}
          send={() => post(`cases/${file.case.id}/decide`, { verdict, reasons: told })}
          onDone={onDone}
        />
      )}
    </form>
  );
}

function complete(j: Judged | undefined): boolean {
  return j?.choice === "pass" || (j?.choice !== undefined && Boolean(j.code));
}

// Sending shows what the applicant will read before it is sent.
function Sending(p: { preview: Preview; words: string; send: () => Promise<unknown>; onClose: () => void; onDone: () => void }) {
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLDialogElement>(null);
  const go = useRef<HTMLButtonElement>(null);
  const sent = useRef(false);
  useEffect(() => {
    box.current?.showModal();
    go.current?.focus();
  }, []);
  function send() {
    if (sent.current) return;
    sent.current = true;
    p.send().then(p.onDone, (e: unknown) => {
      sent.current = false;
      setProblem(said(e));
    });
  }
  return (
    <dialog ref={box} onClose={p.onClose} aria-label="What the applicant will read">
      <h2>What the applicant will read</h2>
      <div class="letter" lang={p.preview.language} dir={p.preview.language === "ar" ? "rtl" : "ltr"}>
        <h3>{p.preview.title}</h3>
        <p>{p.preview.text}</p>
        {p.preview.findings.map((f) => (
          <div class="reason">
            <h3>{f.title}</h3>
            <p>{f.text}</p>
            <p class="fix">{f.fix}</p>
          </div>
        ))}
      </div>
      {problem && <Trouble text={problem} />}
      <div class="actions">
        <button ref={go} type="button" onClick={send}>
          {p.words}
        </button>
        <button type="button" class="quiet" onClick={() => box.current?.close()}>
          Back
        </button>
      </div>
    </dialog>
  );
}
