import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { Finding } from "./api";
import { Card, isDone, type ItemProps, noteOf, Reason, useFocusWhenDone, useSending, useTitleID } from "./card";
import { alpha2, countries, named } from "./countries";
import { iso, monthNames, order, type Part, split, withPart, written } from "./dates";
import { type Piece, pieces, readPieces } from "./diff";
import { Trouble } from "./photo";
import { fill, type Words } from "./words";

type Kind = "text" | "date" | "country";

// Slip is what can be told of a field before it is sent.
type Slip = "missing" | "noSuchDate" | "oneName";

// Every field of the form: its kind, whether it may stay empty, and the purpose
// by which browsers and aids know it (WCAG 2.2, 1.3.5).
const form: Record<string, { kind: Kind; optional?: boolean; purpose: string }> = {
  surname: { kind: "text", purpose: "family-name" },
  given_names: { kind: "text", purpose: "given-name" },
  birth_date: { kind: "date", purpose: "bday" },
  document_number: { kind: "text", purpose: "off" },
  expiry_date: { kind: "date", purpose: "off" },
  nationality: { kind: "country", optional: true, purpose: "off" },
  residence: { kind: "country", optional: true, purpose: "country" },
};

const kindOf = (field: string): Kind => form[field]?.kind ?? "text";

// Draft keeps what was typed while this tab lives: phones drop a page when the
// camera opens. It goes when the server has it.
class Draft {
  constructor(private readonly key: string) {}
  load(): Record<string, string> {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "{}") as Record<string, string>;
    } catch {
      return {};
    }
  }
  save(values: Record<string, string>) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(values));
    } catch {
      // storage is off; the page still holds it
    }
  }
  drop() {
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // nothing was kept
    }
  }
}

// usable returns what the document says where the server offers to take it over,
// in the form's own terms.
function usable(f: Finding): string | undefined {
  if (!f.field || !f.offer) return undefined;
  return kindOf(f.field) === "date" ? iso(f.offer) : f.offer;
}

// begin fills what was read into the fields that nobody has touched. What was typed
// just as the document has it counts as taken over: nobody can tell any more.
export function begin(wanted: readonly string[], values: Record<string, string>, touched: ReadonlySet<string>, read: readonly { field: string; value: string }[]) {
  const filled: Record<string, string> = {};
  for (const { field, value } of read) {
    if (!wanted.includes(field)) continue;
    const now = values[field] ?? "";
    if (now === value || (now === "" && !touched.has(field))) filled[field] = value;
  }
  return filled;
}

// bodyOf is what is sent of a form: the wanted fields as typed, and the names of
// those that were taken over from the document by a tap, whose values the server has.
// What the form began with is sent as it stands, and the server sees for itself what
// was left so: nobody confirms another document than the one they saw.
export function bodyOf(wanted: readonly string[], values: Record<string, string>, taken: Record<string, string>): string {
  const body: Record<string, string | string[]> = {};
  const fromDocument: string[] = [];
  for (const f of wanted) {
    const v = kindOf(f) === "date" ? iso(values[f] ?? "") : values[f];
    const took = v && taken[f] === values[f];
    if (took) fromDocument.push(f);
    if (v && !took) body[f] = v;
  }
  if (fromDocument.length > 0) body.from_document = fromDocument;
  return JSON.stringify(body);
}

export function DetailsItem(p: ItemProps & { caseID: string }) {
  const { words, locale } = p;
  const { busy, problem, send } = useSending(p);
  const draft = useMemo(() => new Draft(`details ${p.caseID}`), [p.caseID]);
  const wanted = p.plan?.fields?.length ? p.plan.fields : Object.keys(form);
  const found = p.findings.filter((f) => f.field !== undefined && wanted.includes(f.field));
  const [values, setValues] = useState<Record<string, string>>(() => ({
    ...Object.fromEntries(found.map((f) => [f.field, f.typed ?? ""])),
    ...draft.load(),
  }));
  const [taken, setTaken] = useState<Record<string, string>>({}); // by one tap
  const [filled, setFilled] = useState<Record<string, string>>(); // what the form began with
  const touched = useRef(new Set<string>());
  const now = useRef(values);
  now.current = values;
  const first = p.plan === undefined && p.state.status === "missing";
  useEffect(() => {
    if (!first) return;
    let over = false;
    p.client.reading().then(
      (read) => {
        if (over) return;
        const known = begin(wanted, now.current, touched.current, read);
        if (Object.keys(known).length === 0) return;
        setFilled(known);
        setValues((v) => ({ ...v, ...known }));
      },
      () => undefined, // it can be typed
    );
    return () => void (over = true);
  }, [first, p.client]);
  const [errors, setErrors] = useState<Record<string, Slip>>({});
  const [open, setOpen] = useState(false);
  const sent = useRef("");
  const root = useRef<HTMLFormElement>(null);
  const ids = { title: useTitleID(), form: useId(), correct: useId() };
  const done = isDone(p) && !open;
  useFocusWhenDone(done, ids.title);

  const blocked = busy || p.waitText !== "";
  const offers = found.map(usable);
  const oneTap = found.length > 0 && found.length === wanted.length && offers.every((v) => v !== undefined);

  function set(field: string, value: string) {
    touched.current.add(field);
    const next = { ...values, [field]: value };
    setValues(next);
    setErrors(({ [field]: _, ...rest }) => rest);
    draft.save(next);
  }

  function take(field: string, offer: string) {
    set(field, offer);
    setTaken({ ...taken, [field]: offer });
  }

  async function sendValues(of: Record<string, string>, tapped: Record<string, string>) {
    // The same text is the same content: a string compares by value.
    if (!(await send(bodyOf(wanted, of, tapped)))) return;
    draft.drop();
    setOpen(false);
  }

  // What a plan asks for cannot stay empty.
  const needed = (f: string) => !form[f]?.optional || (p.plan?.fields ?? []).includes(f);

  function check(): Record<string, Slip> {
    const out: Record<string, Slip> = {};
    for (const f of wanted) {
      const v = (values[f] ?? "").trim();
      if (v === "") {
        if (f === "given_names" && sent.current === "one name") continue;
        if (needed(f)) out[f] = f === "given_names" ? "oneName" : "missing";
      } else if (kindOf(f) === "date" && iso(v) === undefined) {
        out[f] = "noSuchDate";
      }
    }
    return out;
  }

  function submit(e: Event) {
    e.preventDefault();
    if (blocked) return;
    const bad = check();
    // Some people have one name only; saying so twice is enough.
    sent.current = bad.given_names ? "one name" : sent.current;
    setErrors(bad);
    if (Object.keys(bad).length === 0) {
      void sendValues(values, taken);
      return;
    }
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  }

  if (done) {
    return (
      <Card title={p.state.name} titleID={ids.title} note="" done status="" words={words}>
        <div class="actions">
          <button type="button" class="quiet" onClick={() => setOpen(true)}>
            {words.change} <span class="unseen">{p.state.name}</span>
          </button>
        </div>
      </Card>
    );
  }
  return (
    <Card title={p.state.name} titleID={ids.title} note={filled ? "" : noteOf(p)} done={false} status={busy ? words.sending : ""} words={words}>
      {found.map((f, k) => (
        <Reason key={`${f.field}${k}`} told={{ title: f.title, text: f.typed === undefined && f.read === undefined ? f.text : "", fix: f.fix }}>
          {(f.typed !== undefined || f.read !== undefined) && <Compared finding={f} words={words} locale={locale} />}
        </Reason>
      ))}
      {p.findings
        .filter((f) => !found.includes(f))
        .map((f, k) => (
          <Reason key={k} told={f} />
        ))}
      {oneTap && (
        <div class="actions">
          <button
            type="button"
            aria-disabled={blocked}
            onClick={() => {
              if (blocked) return;
              const all = Object.fromEntries(found.map((f, k) => [f.field, offers[k] ?? ""]));
              const next = { ...values, ...all };
              setValues(next);
              setTaken(all);
              setErrors({});
              void sendValues(next, all);
            }}
          >
            {busy ? words.sending : words.useDocument}
          </button>
        </div>
      )}
      <div role="status">{filled && <p>{words.filled.text}</p>}</div>
      <form ref={root} noValidate onSubmit={submit} aria-labelledby={oneTap ? ids.correct : ids.title}>
        {oneTap && <h3 id={ids.correct}>{words.orCorrect}</h3>}
        {wanted.map((field) => {
          const k = found.findIndex((f) => f.field === field);
          const offer = k >= 0 ? offers[k] : undefined;
          return (
            <div class="field" key={field}>
              <Field
                field={field}
                id={`${ids.form}-${field}`}
                value={values[field] ?? ""}
                read={found[k]?.read}
                optional={!needed(field)}
                from={filled?.[field] !== undefined && filled[field] === values[field]}
                error={errors[field] && words[errors[field]]}
                busy={blocked}
                words={words}
                locale={locale}
                onInput={(v) => set(field, v)}
              />
              {offer !== undefined && !(oneTap && found.length === 1) && values[field] !== offer && (
                <button type="button" class="quiet" aria-disabled={blocked} onClick={() => blocked || take(field, offer)}>
                  {fill(words.useThis, { value: shown(field, offer, locale) })}
                </button>
              )}
            </div>
          );
        })}
        {problem && <Trouble words={words} problem={problem} />}
        <div class="actions">
          <button type="submit" class={oneTap ? "quiet" : ""} aria-disabled={blocked}>
            {busy ? words.sending : oneTap ? words.sendCorrected : words.send}
          </button>
        </div>
      </form>
    </Card>
  );
}

// shown writes a value of a field for people.
function shown(field: string, value: string, locale: string): string {
  if (kindOf(field) === "country") return named(value, locale);
  if (kindOf(field) !== "date") return value;
  return written(value, value, locale)
    .map((x) => x.text)
    .join("");
}

interface FieldProps {
  field: string;
  id: string;
  value: string;
  read: string | undefined; // by the document, where it differs
  optional: boolean;
  from: boolean; // it began with what the document says, and is still that
  error: string | undefined;
  busy: boolean;
  words: Words;
  locale: string;
  onInput: (v: string) => void;
}

function Field(p: FieldProps) {
  const { words, optional } = p;
  const hint = (words.fieldHints as Partial<Record<string, string>>)[p.field];
  const about = [hint ? `${p.id}-hint` : "", p.error ? `${p.id}-error` : ""].filter(Boolean).join(" ");
  const common = {
    id: p.id,
    name: p.field,
    "aria-invalid": p.error !== undefined,
    ...(about === "" ? {} : { "aria-describedby": about }),
  };
  const label = (
    <>
      {(words.fields as Partial<Record<string, string>>)[p.field] ?? p.field}
      {optional && <span class="soft"> {words.optional}</span>}
      {p.from && <span class="soft from"> {words.filled.from}</span>}
    </>
  );
  const below = (
    <>
      {hint && (
        <p class="note" id={`${p.id}-hint`}>
          {hint}
        </p>
      )}
      {p.error && (
        <p class="error" id={`${p.id}-error`}>
          {p.error}
        </p>
      )}
    </>
  );
  if (kindOf(p.field) === "date") {
    return <DateField {...p} label={label} below={below} about={about} />;
  }
  return (
    <>
      <label for={p.id}>{label}</label>
      {below}
      {kindOf(p.field) === "country" ? (
        <CountrySelect {...p} common={common} />
      ) : (
        <input
          {...common}
          type="text"
          dir="auto"
          maxLength={p.field === "document_number" ? 40 : 200}
          autocomplete={form[p.field]?.purpose ?? "off"}
          autocapitalize={p.field === "document_number" ? "characters" : "words"}
          autocorrect="off"
          spellcheck={false}
          required={!optional}
          readOnly={p.busy}
          value={p.value}
          onInput={(e) => p.onInput(e.currentTarget.value)}
        />
      )}
    </>
  );
}

function CountrySelect(p: FieldProps & { common: Record<string, unknown> }) {
  const list = useMemo(() => countries(p.locale), [p.locale]);
  const code = (text: string) => (text.length === 3 ? alpha2(text.toUpperCase()) : text.toUpperCase());
  const value = code(p.value);
  // Documents have codes that are no country's, as of stateless persons.
  const others = [...new Set([value, code(p.read ?? "")])].filter((c) => c !== "" && !list.some((l) => l.code === c));
  return (
    <select
      {...p.common}
      autocomplete={form[p.field]?.purpose ?? "off"}
      disabled={p.busy}
      value={value}
      onChange={(e) => p.onInput(e.currentTarget.value)}
    >
      <option value="" />
      {others.map((c) => (
        <option key={c} value={c}>
          {named(c, p.locale)}
        </option>
      ))}
      {list.map((c) => (
        <option key={c.code} value={c.code}>
          {c.name}
        </option>
      ))}
    </select>
  );
}

// DateField asks for day, month and year apart, in the order of the locale, with
// the month in words: a calendar of forty years ago is hard to reach by thumb, and
// 04/05 is read in two ways.
function DateField(p: FieldProps & { label: preact.ComponentChildren; below: preact.ComponentChildren; about: string }) {
  const value = split(p.value);
  const months = useMemo(() => monthNames(p.locale), [p.locale]);
  const invalid = p.error !== undefined;
  const names: Record<Part, string> = { day: p.words.day, month: p.words.month, year: p.words.year };
  const birthday = form[p.field]?.purpose === "bday";
  return (
    <fieldset {...(p.about === "" ? {} : { "aria-describedby": p.about })}>
      <legend>{p.label}</legend>
      {p.below}
      <div class="date">
        {order(p.locale).map((part) => (
          <div key={part} class={part}>
            <label for={`${p.id}-${part}`}>{names[part]}</label>
            {part === "month" ? (
              <select
                id={`${p.id}-month`}
                name={`${p.field}_month`}
                autocomplete={birthday ? "bday-month" : "off"}
                aria-invalid={invalid}
                required
                disabled={p.busy}
                value={value.month === "" ? "" : value.month.padStart(2, "0")}
                onChange={(e) => p.onInput(withPart(p.value, "month", e.currentTarget.value))}
              >
                <option value="" />
                {months.map((name, k) => (
                  <option key={name} value={String(k + 1).padStart(2, "0")}>
                    {name.includes(String(k + 1)) ? name : `${String(k + 1).padStart(2, "0")} ${name}`}
                  </option>
                ))}
              </select>
            ) : (
              <input
                id={`${p.id}-${part}`}
                name={`${p.field}_${part}`}
                type="text"
                inputMode="numeric"
                maxLength={part === "year" ? 4 : 2}
                autocomplete={birthday ? `bday-${part}` : "off"}
                aria-invalid={invalid}
                required
                readOnly={p.busy}
                value={value[part]}
                onInput={(e) => p.onInput(withPart(p.value, part, e.currentTarget.value))}
              />
            )}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

// Compared shows the two values one above the other, with the differing
// characters marked and each difference named.
function Compared({ finding, words, locale }: { finding: Finding; words: Words; locale: string }) {
  const { field = "", typed = "", read = "", differences = [] } = finding;
  let sides: [Piece[], Piece[]];
  let kinds: { pair: string; name: string }[];
  if (kindOf(field) === "date") {
    const marked = (a: string, b: string): Piece[] => written(a, b, locale).map((x) => ({ text: x.text, ...(x.differs ? { kind: "date" } : {}) }));
    sides = [marked(typed, read), marked(read, typed)];
    // The marks say which part differs; day and month in each other's place is worth a word.
    kinds = differences.filter((d) => d.kind === "order" || d.kind === "day_month").map((d) => ({ pair: "", name: d.name ?? d.kind }));
  } else if (kindOf(field) === "country") {
    sides = [[{ text: named(typed, locale), kind: "country" }], [{ text: named(read, locale), kind: "country" }]];
    kinds = [];
  } else {
    sides = [pieces(typed, differences), readPieces(typed, read, differences)];
    kinds = differences.map((d) => ({ pair: instead(visible(d.a), visible(d.b)), name: d.name ?? d.kind }));
  }
  return (
    <>
      <dl class={kindOf(field) === "text" ? "compared letters" : "compared"}>
        <dt>{words.youTyped}</dt>
        <dd dir="auto">{typed === "" ? <i>{words.nothing}</i> : <Marked of={sides[0]} />}</dd>
        <dt>{words.documentSays}</dt>
        <dd dir="auto">
          <Marked of={sides[1]} />
        </dd>
      </dl>
      {kinds.length > 0 && (
        <ul class="kinds">
          {kinds.map((k, i) => (
            <li key={i}>
              {k.pair !== "" && <bdi dir="ltr">{k.pair}</bdi>} {k.name}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

// instead shows what stands where something else was typed.
function instead(typed: string, read: string): string {
  return read === "" ? typed : typed === "" ? read : `${typed} → ${read}`;
}

// visible makes spaces seen.
function visible(s: string): string {
  return s.replace(/\s/g, "␣");
}

function Marked({ of }: { of: Piece[] }) {
  return (
    <>
      {of.map((x, k) =>
        x.kind === undefined ? <span key={k}>{x.text}</span> : <mark key={k}>{x.text === "" ? "‸" : visible(x.text)}</mark>,
      )}
    </>
  );
}
