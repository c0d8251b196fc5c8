import { useEffect, useRef, useState } from "preact/hooks";
import type { Me } from "./app";
import { get, type Queue, type Waiting, type Waits } from "./api";
import { span, Trouble, useKeys, useLoaded, useTitle } from "./view";

const views: [string, string][] = [
  ["", "All"],
  ["mine", "Mine"],
  ["escalated", "Handed up"],
  ["proposed", "To confirm"],
];

// screenOf is where a case is worked on: what is about two accounts shows both.
function screenOf(c: Waiting): string {
  const both = c.reason === "uniqueness.theft_reported" || c.reason === "uniqueness.recovery_review";
  return `#/${both ? "sides" : "case"}/${c.case}`;
}

export function QueueScreen({ me }: { me: Me }) {
  const heading = useTitle("Queue");
  const [only, setOnly] = useState("");
  const [reason, setReason] = useState("");
  const [page, setPage] = useState("");
  const [at, setAt] = useState(0);
  const rows = useRef<HTMLTableSectionElement>(null);
  const query = new URLSearchParams({ ...(only && { only }), ...(reason && { reason }) });
  const { value, problem, again } = useLoaded<Queue>(() => get(`queue?${query}${page}`), [only, reason, page], me.signedOut);
  const counts = useLoaded<Waits[]>(() => get("queue/counts"), [], me.signedOut);
  useEffect(() => {
    const t = setInterval(() => {
      void again();
      void counts.again();
    }, 30_000);
    return () => clearInterval(t);
  }, [again, counts.again]);
  const cases = value?.cases ?? [];
  // Counts are a little older than the page.
  const fresh = cases.filter((c, k) => c.reason && !counts.value?.some((x) => x.reason === c.reason) && cases.findIndex((x) => x.reason === c.reason) === k);
  function go(to: number) {
    const k = Math.max(0, Math.min(cases.length - 1, to));
    setAt(k);
    rows.current?.querySelectorAll<HTMLElement>("a")[k]?.focus();
  }
  const open = () => {
    const c = cases[at];
    if (c && me.may("see_case")) location.hash = screenOf(c);
  };
  useKeys({ j: () => go(at + 1), ArrowDown: () => go(at + 1), k: () => go(at - 1), ArrowUp: () => go(at - 1), Enter: open, o: open });
  const now = value ? Date.parse(value.now) : 0;
  const last = cases.at(-1);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Queue
      </h1>
      {problem && <Trouble text={problem} />}
      <div class="filters" role="group" aria-label="Which cases">
        {views.map(([id, name]) => (
          <button
            type="button"
            class={only === id ? "" : "quiet"}
            aria-pressed={only === id}
            onClick={() => {
              setOnly(id);
              setPage("");
            }}
          >
            {name}
          </button>
        ))}
        <label>
          Reason{" "}
          <select
            value={reason}
            onChange={(e) => {
              setReason(e.currentTarget.value);
              setPage("");
            }}
          >
            <option value="">any</option>
            {counts.value
              ?.filter((c) => c.reason)
              .map((c) => (
                <option value={c.reason}>
                  {c.title} ({c.waits}
                  {c.late > 0 ? `, ${c.late} late` : ""})
                </option>
              ))}
            {fresh.map((c) => (
              <option value={c.reason}>{c.title}</option>
            ))}
          </select>
        </label>
      </div>
      {value && cases.length === 0 && <p>Nobody waits here.</p>}
      {cases.length > 0 && (
        <div class="wide">
          <table>
            <caption class="unseen">Cases that wait, what is due first first</caption>
            <thead>
              <tr>
                <th scope="col">Case</th>
                <th scope="col">Why</th>
                <th scope="col">Waits</th>
                <th scope="col">Due</th>
                <th scope="col">With</th>
              </tr>
            </thead>
            <tbody ref={rows}>
              {cases.map((c, k) => {
                const left = (Date.parse(c.due_at) - now) / 1000;
                return (
                  <tr class={k === at ? "at" : ""}>
                    <th scope="row">
                      <a href={screenOf(c)} onFocus={() => setAt(k)}>
                        …{c.case.slice(-8)}
                      </a>
                    </th>
                    <td>
                      {c.title}
                      {c.escalated && <span class="tag">handed up</span>}
                      {c.proposal && <span class="tag">to confirm</span>}
                    </td>
                    <td>{span((now - Date.parse(c.since)) / 1000)}</td>
                    <td class={c.late ? "late" : ""}>{c.late ? `${span(left)} late` : `in ${span(left)}`}</td>
                    <td>
                      {c.locked_by ? `${value?.people[c.locked_by] ?? "somebody"} has it open` : c.assignee ? (value?.people[c.assignee] ?? "") : ""}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <div class="actions">
        {page && (
          <button type="button" class="quiet" onClick={() => setPage("")}>
            To the first page
          </button>
        )}
        {value?.more && last && (
          <button type="button" class="quiet" onClick={() => setPage(`&after=${last.case}&due=${encodeURIComponent(last.due_at)}`)}>
            Next page
          </button>
        )}
      </div>
    </>
  );
}
