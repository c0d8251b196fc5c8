import { useEffect, useRef, useState } from "preact/hooks";
import type { Case } from "./api";
import { around } from "./around";
import { operator } from "./operator";
import { inUse } from "./way";
import { fill, type Words } from "./words";

// How long somebody who is verified reads that they are, before they are taken back.
const readingMS = 8000;

// Owner shows whose page this is.
export function Owner() {
  if (operator.name === "") return null;
  return (
    <p class="operator">
      {operator.logo === "" ? (
        operator.name
      ) : (
        <picture>
          {operator.logoDark !== "" && <source media="(prefers-color-scheme: dark)" srcset={operator.logoDark} />}
          <img src={operator.logo} alt={operator.name} />
        </picture>
      )}
    </p>
  );
}

// useHeard says whether a page around this one listens.
export function useHeard(): boolean {
  const [, again] = useState(0);
  useEffect(() => around.onHeard(() => again((n) => n + 1)), []);
  return around.heard;
}

// settled are the ends of the way back to an account: a person goes on.
const settled = new Set(["proved", "reported", "closed"]);

// isOver says that there is nothing more to do here for now.
export const isOver = (c: Case) => c.state === "approved" || c.state === "declined" || (c.state === "in_review" && (!inUse(c) || settled.has(c.recovery ?? ""))) || c.state === "expired";

// Back leads back to where somebody came from: a link at any time, a button when there
// is nothing more to do. Who is seen to be verified here is taken there, unless they
// want to stay.
export function Back({ of, words }: { of: Case; words: Words }) {
  const heard = useHeard();
  const first = useRef(of.state);
  const [staying, setStaying] = useState(false);
  const to = of.return_url;
  const going = of.state === "approved" && first.current !== "approved" && to !== undefined && !heard && !around.framed && !staying;
  useEffect(() => {
    if (!going) return;
    const timer = setTimeout(() => location.assign(to), readingMS);
    return () => clearTimeout(timer);
  }, [going, to]);
  if (!heard && to === undefined) return null;
  const name = operator.name === "" ? words.goBack.plain : fill(words.goBack.to, { operator: operator.name });
  const look = isOver(of) ? "main" : "quiet plain";
  return (
    <>
      {going && <p role="status">{words.goBack.soon}</p>}
      <p class="actions">
        {heard ? (
          <button type="button" class={look} onClick={() => around.say({ type: "closed" })}>
            {name}
          </button>
        ) : (
          <a class={`button ${look}`} href={to ?? ""} target={around.framed ? "_top" : "_self"}>
            {name}
          </a>
        )}
        {going && (
          <button type="button" class="quiet" onClick={() => setStaying(true)}>
            {words.goBack.stay}
          </button>
        )}
      </p>
    </>
  );
}

// useSaid tells the page around this one how the case stands.
export function useSaid(of: Case | undefined, ended: boolean) {
  const ready = of !== undefined;
  useEffect(() => {
    if (ready) around.say({ type: "ready" });
  }, [ready]);
  useEffect(() => {
    if (of && isOver(of)) around.say({ type: "done", case: of.for_case ?? of.id });
  }, [of?.state, of?.recovery]);
  useEffect(() => {
    if (ended) around.say({ type: "link_ended" });
  }, [ended]);
}
