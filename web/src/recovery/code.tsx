import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Client, Problem } from "../api";
import { digits } from "../dates";
import { Trouble } from "../photo";
import { Screen } from "../screens";
import type { SupportWords } from "../support/words";
import { count, fill, type Words } from "../words";
import { askCode, contactOf, isLive, type Recovery, type Tried, tryCode } from "./wire";

// Known is what the server said, and when; sent is what it said of the last code.
export interface Known {
  recovery: Recovery;
  at: number;
  sent: Recovery | undefined;
}

interface StepProps {
  words: Words;
  say: SupportWords;
  client: Client;
  known: Known;
  contact: string; // that was typed last; "" after a reload
  problem: Problem | undefined;
  take: (r: Recovery, said?: boolean) => void;
  fail: (e: unknown) => void;
}

// left is how much of some seconds is left now.
const left = (k: Known, seconds: number, now: number) => Math.max(0, Math.ceil((k.at + seconds * 1000 - now) / 1000));

// Address asks where a code may go.
export function Address(p: StepProps & { onSent: (typed: string, r: Recovery) => void; onCode: () => void }) {
  const { words, client, known } = p;
  const say = p.say.address;
  const [typed, setTyped] = useState(p.contact);
  const [invalid, setInvalid] = useState(false);
  const [busy, setBusy] = useState(false);
  const ids = { input: useId(), hint: useId(), error: useId() };
  const input = useRef<HTMLInputElement>(null);
  const { ways } = known.recovery;
  const phones = !ways || ways.includes("phone");
  const now = useNow();
  const wait = left(known, known.recovery.next_code_in, now);
  const none = known.recovery.codes_left === 0;
  const blocked = busy || wait > 0 || none;
  const live = isLive(known.recovery) && left(known, known.recovery.code_expires_in, now) > 0;

  function send(e: Event) {
    e.preventDefault();
    if (blocked) return;
    const contact = contactOf(typed, ways);
    setInvalid(!contact);
    if (!contact) return input.current?.focus();
    setBusy(true);
    void askCode(client, contact)
      .then(
        (r) => p.onSent(contact, r),
        (e: unknown) => {
          if (!(e instanceof Problem && e.status === 422)) return p.fail(e);
          setInvalid(true);
          input.current?.focus();
        },
      )
      .finally(() => setBusy(false));
  }

  return (
    <Screen title={say.title}>
      <p>{say.text}</p>
      <form onSubmit={send} noValidate>
        <div class="field">
          <label for={ids.input}>{phones ? say.label : say.email}</label>
          {phones && (
            <p id={ids.hint} class="note">
              {say.hint}
            </p>
          )}
          {invalid && (
            <p id={ids.error} class="error" role="alert">
              {phones ? say.invalid : say.invalidEmail}
            </p>
          )}
          <input
            ref={input}
            id={ids.input}
            name="contact"
            type="text"
            inputMode="email"
            autocomplete="email"
            autocapitalize="off"
            spellcheck={false}
            maxLength={254}
            dir="ltr"
            value={typed}
            aria-invalid={invalid}
            aria-describedby={[phones && ids.hint, invalid && ids.error].filter(Boolean).join(" ")}
            onInput={(e) => setTyped(e.currentTarget.value)}
          />
        </div>
        {p.problem && <Trouble words={words} problem={p.problem} />}
        {none ? <p class="problem">{p.say.code.none}</p> : wait > 0 && <p class="note">{fill(p.say.code.next, { time: clock(wait, words.lang) })}</p>}
        <p class="actions">
          <button type="submit" class="main" aria-disabled={blocked}>
            {say.send}
          </button>
          {live && (
            <button type="button" class="quiet main" onClick={p.onCode}>
              {say.have}
            </button>
          )}
        </p>
      </form>
      <p class="note">{say.same}</p>
    </Screen>
  );
}

interface CodeProps extends StepProps {
  onRight: (t: Tried) => void;
  onOther: () => void;
  onHuman: () => void;
  read: () => Promise<void>;
}

// Code takes the code, and says how long it works, how often it can be tried, and why
// it may not have arrived.
export function Code(p: CodeProps) {
  const { words, client, known } = p;
  const { recovery } = known;
  const say = p.say.code;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const ids = { input: useId(), error: useId(), left: useId() };
  const input = useRef<HTMLInputElement>(null);
  const now = useNow();
  const works = left(known, recovery.code_expires_in, now);
  const wait = left(known, recovery.next_code_in, now);
  const dead = recovery.code_expires_in === 0 || works === 0 ? say.over : recovery.tries_left === 0 ? say.spent : "";
  useEffect(() => setWrong(""), [words.lang]);

  // failed reads anew how things stand where they are not as this screen shows.
  const failed = (e: unknown) => void (e instanceof Problem && e.status === 429 ? p.read() : p.fail(e));

  function check(e: Event) {
    e.preventDefault();
    if (busy || dead !== "") return;
    if (typed.length !== 6) {
      setWrong(say.six);
      return input.current?.focus();
    }
    setBusy(true);
    void tryCode(client, typed)
      .then((t) => {
        if (t.right) return p.onRight(t);
        setWrong(`${t.recovery.title}\n${t.recovery.text}`);
        p.take(t.recovery);
        input.current?.select();
        input.current?.focus();
      }, failed)
      .finally(() => setBusy(false));
  }

  function again() {
    if (busy || wait > 0) return;
    if (p.contact === "") return p.onOther();
    setBusy(true);
    void askCode(client, p.contact)
      .then((r) => {
        setWrong("");
        setTyped("");
        p.take(r, true);
        input.current?.focus();
      }, failed)
      .finally(() => setBusy(false));
  }

  const { reasons } = say;
  const typedPhone = p.contact !== "" && !p.contact.includes("@");
  const why = [reasons.other, ...(typedPhone ? [] : [reasons.spam]), reasons.typo, reasons.delay, typedPhone ? reasons.phone : reasons.full, reasons.limit];
  return (
    <Screen title={known.sent?.title ?? say.label}>
      {known.sent && <p>{known.sent.text}</p>}
      {p.contact !== "" && <p class="note">{fill(say.typed, { address: p.contact })}</p>}
      <form onSubmit={check} noValidate>
        <div class="field code">
          <label for={ids.input}>{say.label}</label>
          {wrong !== "" && (
            <p id={ids.error} class="error" role="alert">
              {wrong}
            </p>
          )}
          <input
            ref={input}
            id={ids.input}
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            maxLength={6}
            dir="ltr"
            value={typed}
            aria-invalid={wrong !== ""}
            aria-describedby={[wrong !== "" && ids.error, ids.left].filter(Boolean).join(" ")}
            onInput={(e) => {
              const plain = digits(e.currentTarget.value).slice(0, 6);
              e.currentTarget.value = plain;
              setTyped(plain);
            }}
          />
          <p id={ids.left} class="note">
            {dead === "" ? `${fill(say.works, { time: clock(works, words.lang) })} ${count(words, say.tries, recovery.tries_left, words.lang)}` : ""}
          </p>
        </div>
        <div role="status">{dead !== "" && <p class="problem">{dead}</p>}</div>
        {p.problem && <Trouble words={words} problem={p.problem} />}
        <p class="actions">
          <button type="submit" class="main" aria-disabled={busy || dead !== ""}>
            {say.check}
          </button>
        </p>
      </form>
      <p class="note">{say.onlyHere}</p>
      <h3>{say.why}</h3>
      <ul class="points">
        {why.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {recovery.codes_left === 0 ? (
        <>
          <p class="problem">{say.none}</p>
          <p class="actions">
            <button type="button" onClick={p.onHuman}>
              {words.askHuman}
            </button>
          </p>
        </>
      ) : (
        <>
          {wait > 0 && <p class="note">{fill(say.next, { time: clock(wait, words.lang) })}</p>}
          <p role="status" class="note">
            {wait === 0 && say.now}
          </p>
          <p class="actions">
            <button type="button" class="quiet" aria-disabled={busy || wait > 0} onClick={again}>
              {say.again}
            </button>
            <button type="button" class="quiet" onClick={p.onOther}>
              {say.other}
            </button>
          </p>
        </>
      )}
    </Screen>
  );
}

// clock writes seconds as minutes and seconds.
export function clock(seconds: number, lang: string): string {
  const two = new Intl.NumberFormat(lang, { minimumIntegerDigits: 2, numberingSystem: "latn" });
  return `${Math.floor(seconds / 60)}:${two.format(seconds % 60)}`;
}

// useNow is the time, each second anew.
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
