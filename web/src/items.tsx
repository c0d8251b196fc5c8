import { useEffect, useId, useState } from "preact/hooks";
import { type Case, type Client, type Finding, type Item, newKey, type PlanItem, Problem } from "./api";
import { Reason } from "./app";
import { pieces } from "./diff";
import type { Words } from "./words";

interface Props {
  client: Client;
  words: Words;
  state: Item;
  plan: PlanItem | undefined;
  findings: Finding[];
  disabled: boolean;
  take: (c: Case) => void;
  fail: (e: unknown) => void;
}

function Card(p: { title: string; note: string; children: preact.ComponentChildren }) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{p.title}</h2>
      <p class="note">{p.note}</p>
      {p.children}
    </section>
  );
}

// standing says where an item stands, in words.
function standing(words: Words, state: Item, plan: PlanItem | undefined): string {
  if (plan) return plan.attempts_left ? words.attemptsLeft(plan.attempts_left) : "";
  if (state.status === "passed") return words.kept;
  if (state.status === "submitted") return words.received;
  return words.hints[state.item] ?? "";
}

// useSending sends one thing at a time. After a lost connection the same key is
// used again, so that nothing is sent twice.
function useSending(p: Props) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Finding[]>([]);
  const [key, setKey] = useState(newKey);
  async function send(body: Blob | string): Promise<boolean> {
    setBusy(true);
    try {
      const answer = await p.client.submit(p.state.item, body, key);
      setKey(newKey());
      setRefused(answer.accepted ? [] : answer.findings);
      p.take(answer.case);
      return answer.accepted;
    } catch (e) {
      if (!(e instanceof Problem && e.code === "network")) setKey(newKey());
      p.fail(e);
      return false;
    } finally {
      setBusy(false);
    }
  }
  return { busy, refused, send, renew: () => setKey(newKey()), forget: () => setRefused([]) };
}

export function PhotoItem(p: Props) {
  const { busy, refused, send, renew, forget } = useSending(p);
  const [file, setFile] = useState<File>();
  const input = useId();
  const reasons = refused.length > 0 ? refused : p.findings;
  const sent = p.state.status === "submitted" && !p.plan;
  return (
    <Card title={p.state.name} note={standing(p.words, p.state, p.plan)}>
      {reasons.map((f) => (
        <Reason key={f.code} finding={f} />
      ))}
      {file && <Preview file={file} findings={refused} words={p.words} />}
      <div class="actions">
        <label class={`button ${file ? "quiet" : ""}`} for={input} aria-disabled={busy || p.disabled}>
          {file || sent ? p.words.takeAgain : p.words.choosePhoto}
        </label>
        <input
          id={input}
          class="hidden"
          type="file"
          accept="image/jpeg,image/png,image/webp,image/heic,image/heif"
          disabled={busy || p.disabled}
          onChange={(e) => {
            const chosen = e.currentTarget.files?.[0];
            e.currentTarget.value = ""; // choosing the same file again is a choice too
            if (!chosen) return;
            forget();
            renew();
            setFile(chosen);
            void send(chosen).then((ok) => ok && setFile(undefined));
          }}
        />
        {busy && <span role="status">{p.words.sending}</span>}
        {file && !busy && refused.length === 0 && (
          <button type="button" disabled={p.disabled} onClick={() => void send(file).then((ok) => ok && setFile(undefined))}>
            {p.words.tryAgain}
          </button>
        )}
      </div>
    </Card>
  );
}

// Preview shows the photo that was chosen and marks the place of what is wrong.
function Preview({ file, findings, words }: { file: File; findings: Finding[]; words: Words }) {
  const [url, setURL] = useState<string>();
  const [size, setSize] = useState<{ width: number; height: number }>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setURL(made);
    setSize(undefined);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const boxes = findings.flatMap((f) => (f.box ? [f.box] : []));
  if (!url) return null;
  return (
    <figure>
      <div class="photo">
        <img
          src={url}
          alt={words.photoChosen}
          onLoad={(e) => setSize({ width: e.currentTarget.naturalWidth, height: e.currentTarget.naturalHeight })}
          onError={() => setURL(undefined)}
        />
        {size && boxes.length > 0 && (
          <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
            {boxes.map((b, k) => (
              <rect key={k} x={b.x} y={b.y} width={b.width} height={b.height} />
            ))}
          </svg>
        )}
      </div>
      {size && boxes.length > 0 && <figcaption>{words.placeMarked}</figcaption>}
    </figure>
  );
}

const formFields = ["surname", "given_names", "birth_date", "document_number", "expiry_date", "nationality", "residence"];
const optional = ["nationality", "residence"];

export function DetailsItem(p: Props) {
  const { busy, send } = useSending(p);
  const fields = p.plan?.fields && p.plan.fields.length > 0 ? p.plan.fields : formFields;
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(p.findings.flatMap((f) => (f.field && f.typed ? [[f.field, f.typed]] : []))),
  );
  const prefix = useId();
  return (
    <Card title={p.state.name} note={standing(p.words, p.state, p.plan)}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void send(JSON.stringify(Object.fromEntries(fields.flatMap((f) => (values[f] ? [[f, values[f]]] : [])))));
        }}
      >
        {fields.map((field) => {
          const finding = p.findings.find((f) => f.field === field);
          const id = `${prefix}-${field}`;
          return (
            <div class="field" key={field}>
              {finding && (
                <Reason finding={finding}>
                  <Compared finding={finding} words={p.words} />
                </Reason>
              )}
              <label for={id}>{p.words.fields[field] ?? field}</label>
              <input
                {...(field.endsWith("_date") ? { type: "date" as const } : { type: "text" as const })}
                id={id}
                name={field}
                autocomplete="off"
                autocapitalize="characters"
                spellcheck={false}
                required={!optional.includes(field)}
                disabled={busy || p.disabled}
                value={values[field] ?? ""}
                onInput={(e) => setValues({ ...values, [field]: e.currentTarget.value })}
              />
              {finding?.read && (
                <button
                  type="button"
                  class="quiet"
                  disabled={busy || p.disabled}
                  onClick={() => setValues({ ...values, [field]: finding.read ?? "" })}
                >
                  {p.words.useDocument}
                </button>
              )}
            </div>
          );
        })}
        <div class="actions">
          <button type="submit" disabled={busy || p.disabled}>
            {busy ? p.words.sending : p.words.send}
          </button>
        </div>
      </form>
    </Card>
  );
}

// Compared shows the two values one above the other, with the differing
// characters marked and named.
function Compared({ finding, words }: { finding: Finding; words: Words }) {
  const parts = pieces(finding.typed ?? "", finding.differences ?? []);
  const kinds = [...new Set((finding.differences ?? []).map((d) => d.name ?? d.kind))];
  return (
    <dl class="compared">
      <dt>{words.youTyped}</dt>
      <dd dir="auto">
        {parts.map((x, k) =>
          x.kind === undefined ? (
            <span key={k}>{x.text}</span>
          ) : (
            <mark key={k} title={x.name ?? x.kind}>
              {x.text === " " ? "␣" : x.text || "‸"}
            </mark>
          ),
        )}
      </dd>
      <dt>{words.documentSays}</dt>
      <dd dir="auto">{finding.read}</dd>
      {kinds.length > 0 && <dd class="kinds">{kinds.join(", ")}</dd>}
    </dl>
  );
}
