import { useEffect, useRef, useState } from "preact/hooks";
import type { Case, Client } from "../api";
import { fill } from "../words";
import "./support.css"; // small, and wanted as soon as something has failed
import { readSupport, type Support } from "./wire";
import { load, type SupportWords } from "./words";

export interface Reach {
  support: Support;
  say: SupportWords;
}

// useReach holds how the operator's people are reached, from when it is wanted on;
// nothing where the operator has not said it.
export function useReach(client: Client, kase: Case | undefined, wanted: boolean): Reach | undefined {
  const [reach, setReach] = useState<Reach>();
  const lang = kase?.support && wanted ? kase.language : "";
  useEffect(() => {
    if (lang === "") return;
    let over = false;
    void Promise.all([readSupport(client), load(lang)]).then(
      ([support, say]) => over || setReach({ support, say }),
      () => undefined, // the page goes on without; it is asked for again with the next state
    );
    return () => void (over = true);
  }, [client, lang, kase?.state]);
  return kase?.support ? reach : undefined;
}

// Never is the steady line for where people are anxious, with the page that knows what
// is ours.
export function Never({ of: { support, say } }: { of: Reach }) {
  return (
    <aside class="never">
      <p>{support.never}</p>
      <p>
        <Away to={`${support.check_url}?locale=${say.lang}`} say={say}>
          {say.check}
        </Away>
      </p>
    </aside>
  );
}

// Channels are the operator's own, and what proves that a message is theirs.
export function Channels({ of: { support, say }, locale }: { of: Reach; locale: string }) {
  const operator = support.operator;
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(support.expires_at));
  return (
    <>
      <h3>{fill(say.reach, { operator })}</h3>
      <p>
        <Away to={support.help_centre} say={say}>
          {fill(say.helpCentre, { operator })}
        </Away>
      </p>
      <h3>{say.link}</h3>
      <p>{fill(say.linkText, { operator, date })}</p>
      <CopyLink link={support.link} say={say} />
      <h3>{say.phrase}</h3>
      <p class="phrase">
        <bdi dir="ltr">{support.phrase}</bdi>
      </p>
      <p class="note">{say.phraseText}</p>
    </>
  );
}

// Away is a link that leaves this page open.
function Away({ to, say, children }: { to: string; say: SupportWords; children: string }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {children}
      <svg class="away" viewBox="0 0 16 16" role="img" aria-label={` (${say.newTab})`}>
        <path d="M6.5 3.5h-3v9h9v-3M9.5 3h3.5v3.5M13 3L7.5 8.5" />
      </svg>
    </a>
  );
}

// CopyLink shows a link and copies it. Where copying is not possible it is marked, so
// that the person can.
function CopyLink({ link, say }: { link: string; say: SupportWords }) {
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      setCopied(false); // not allowed, or plain http; it is marked now
    }
  };
  return (
    <div class="field">
      <input ref={field} readOnly dir="ltr" aria-label={say.link} value={link} onFocus={(e) => e.currentTarget.select()} />
      <button type="button" class="quiet" onClick={() => void copy()}>
        {say.copy}
      </button>
      <p class="note" role="status">
        {copied && say.copied}
      </p>
    </div>
  );
}
