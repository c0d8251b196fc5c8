import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Case, type Client, type Finding, Problem } from "../api";
import { Trouble } from "../photo";
import { usePlace } from "../place";
import { Screen } from "../screens";
import { Back, useSupportWords } from "../support/ask";
import type { SupportWords } from "../support/words";
import type { Words } from "../words";
import { Address, type Known, Code } from "./code";
import { faceAddress, isLive, readRecovery, type Recovery, report, type Tried } from "./wire";

export interface RecoverProps {
  kase: Case;
  finding: Finding; // what is in use
  client: Client;
  words: Words;
  locale: string;
  onHuman: () => void;
  moved: (e: unknown) => void;
  reload: () => unknown; // the case
}

// Recover leads through what can be done about a document or a face that is in use,
// one thing a screen. Nothing on it tells whether an address is anybody's.
export default function Recover(p: RecoverProps) {
  const { client, words } = p;
  const say = useSupportWords(words.lang);
  const place = usePlace("recovery");
  const [known, setKnown] = useState<Known>();
  const [face, setFace] = useState<Tried>();
  const [contact, setContact] = useState("");
  const [problem, setProblem] = useState<Problem>();
  // What the server says of the code that was asked for last stays while it is tried.
  // What went wrong with something that was done stays until something else is done; a
  // look at how things stand takes away only what went wrong with a look.
  const byLook = useRef(false);
  const take = useCallback((recovery: Recovery, said = false, look = false) => {
    if (!look || byLook.current) setProblem(undefined);
    setKnown((old) => ({ recovery, at: Date.now(), sent: said ? recovery : old?.sent }));
  }, []);
  const fail = useCallback(
    (e: unknown, look = false) => {
      byLook.current = look;
      if (e instanceof Problem && (e.status === 401 || e.status === 404 || e.status === 409)) p.moved(e);
      else setProblem(e instanceof Problem ? e : new Problem("internal", 500));
    },
    [p.moved],
  );
  const read = useCallback(() => readRecovery(client).then((r) => take(r, r.status === "open" && isLive(r), true), (e: unknown) => fail(e, true)), [client, take, fail]);
  // Also when the language has changed, and whenever the case was looked at again:
  // another tab may have gone on.
  useEffect(() => void read(), [read, words.lang, p.kase]);

  const status = known?.recovery.status;
  const over = status === "proved" || status === "reported";
  // A code that ended before this page was opened is asked for anew.
  const at = place.at === "code" && known && !known.sent && !isLive(known.recovery) ? "address" : place.at;
  const here = face ? "face" : over ? status : (at ?? (status === "face" ? "face" : "choose"));
  const screen = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!status) return;
    scrollTo(0, 0);
    screen.current?.querySelector("h2")?.focus({ preventScroll: true });
  }, [here, status !== undefined]);

  if (!known) {
    return (
      <Screen title={p.finding.title}>
        {problem ? (
          <>
            <Trouble words={words} problem={problem} />
            <p class="actions">
              <button type="button" onClick={() => void read()}>
                {words.tryAgain}
              </button>
              <button type="button" class="quiet" onClick={p.onHuman}>
                {words.askHuman}
              </button>
            </p>
          </>
        ) : (
          <p role="status">{words.loading}</p>
        )}
      </Screen>
    );
  }
  const { recovery } = known;
  const step = { words, say, client, known, problem, take, fail, contact };
  return (
    <div class="screen" ref={screen}>
      {!over && !face && place.at !== undefined && <Back words={words} onBack={place.back} />}
      {here === "choose" && (
        <Screen title={p.finding.title}>
          <p>{p.finding.text}</p>
          {problem && <Trouble words={words} problem={problem} />}
          <Choices of={recovery} words={words} say={say} go={(to) => (to === "human" ? p.onHuman() : place.go(to === "recover" ? "address" : "theft"))} />
          <p class="note">{say.anyway}</p>
        </Screen>
      )}
      {here === "address" && (
        <Address
          {...step}
          onSent={(typed, r) => {
            setContact(typed);
            take(r, true);
            place.go("code");
          }}
          onCode={() => place.go("code")}
        />
      )}
      {here === "code" && (
        <Code
          {...step}
          onRight={(tried) => (take(tried.recovery), setFace(tried))}
          read={read}
          onOther={() => place.go("address")}
          onHuman={p.onHuman}
        />
      )}
      {here === "face" && (
        <Screen title={face?.recovery.title ?? recovery.title}>
          <p>{face?.recovery.text ?? recovery.text}</p>
          {face?.link ? (
            <p class="actions">
              <button type="button" class="main" onClick={() => (location.hash = faceAddress(face.link!.url, location.hash))}>
                {words.way.next}
              </button>
            </p>
          ) : (
            <>
              <p>{say.closed}</p>
              <p class="actions">
                {recovery.choices.includes("recover") && (
                  <button type="button" class="main" onClick={() => place.go("address")}>
                    {say.address.send}
                  </button>
                )}
              </p>
            </>
          )}
        </Screen>
      )}
      {here === "theft" && <Theft words={words} say={say} client={client} problem={problem} take={(r) => (take(r), void p.reload())} fail={fail} />}
      {over && (
        <Screen title={recovery.title}>
          <p>{recovery.text}</p>
          <p>{recovery.fix}</p>
        </Screen>
      )}
    </div>
  );
}

// Choices offers what can be done, and no other.
function Choices({ of, words, say, go }: { of: Recovery; words: Words; say: SupportWords; go: (to: Recovery["choices"][number]) => void }) {
  const text = { recover: say.ways.recover, not_me: say.ways.notMe, human: { title: words.askHuman, text: say.unsure } };
  return (
    <ul class="choices">
      {of.choices.map((c) => (
        <li key={c}>
          <button type="button" class="quiet" onClick={() => go(c)}>
            <span>
              <strong>{text[c].title}</strong>
              <span class="soft">{text[c].text}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface TheftProps {
  words: Words;
  say: SupportWords;
  client: Client;
  problem: Problem | undefined;
  take: (r: Recovery) => void;
  fail: (e: unknown) => void;
}

// Theft says what a report does, before it is sent.
function Theft({ words, say: { theft }, client, problem, take, fail }: TheftProps) {
  const [busy, setBusy] = useState(false);
  const send = () => {
    if (busy) return;
    setBusy(true);
    void report(client).then(take, fail).finally(() => setBusy(false));
  };
  return (
    <Screen title={theft.title}>
      <p>{theft.text}</p>
      <ul class="points">
        {[theft.looks, theft.told, theft.keeps].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {problem && <Trouble words={words} problem={problem} />}
      <p class="actions">
        <button type="button" class="main" aria-disabled={busy} onClick={send}>
          {theft.send}
        </button>
      </p>
    </Screen>
  );
}
