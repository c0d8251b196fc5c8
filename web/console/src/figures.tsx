import { useState } from "preact/hooks";
import type { Me } from "./app";
import { type Count, type Figures, get, type Grouped, type Share } from "./api";
import { plain, Section, span, Trouble, useLoaded, useTitle } from "./view";

const day = (d: Date) => d.toISOString().slice(0, 10);
const percent = (x: number) => `${(100 * x).toFixed(x > 0 && x < 0.1 ? 1 : 0)} %`;

export function FiguresScreen({ me }: { me: Me }) {
  const heading = useTitle("Figures");
  const [from, setFrom] = useState(day(new Date(Date.now() - 29 * 86_400_000)));
  const [to, setTo] = useState(day(new Date()));
  const { value: f, problem } = useLoaded<Figures>(() => get(`figures?from=${from}&to=${to}`), [from, to], me.signedOut);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Figures
      </h1>
      <form class="inline" onSubmit={(e) => e.preventDefault()}>
        <label>
          From <input type="date" value={from} onChange={(e) => e.currentTarget.value && setFrom(e.currentTarget.value)} />
        </label>
        <label>
          To <input type="date" value={to} onChange={(e) => e.currentTarget.value && setTo(e.currentTarget.value)} />
        </label>
        {me.may("export_figures") && (
          <a class="button quiet" href={`/console/api/figures.csv?from=${from}&to=${to}`} download="figures.csv">
            Export as CSV
          </a>
        )}
      </form>
      {problem && <Trouble text={problem} />}
      {f && (
        <div class="panels">
          <Section title="Shares">
            <dl class="shares">
              <Part name="Approved at the first try" of={f.first_try} />
              <Part name="Refused, then approved" of={f.refused_then_approved} />
              <Part name="Sent to a person, who approved" of={f.overturned} />
              <Part name="A second person agreed" of={f.agreement} />
              <Part name="A blind second look agreed" of={f.blind} />
            </dl>
          </Section>
          <Section title="Times">
            <dl class="shares">
              <dt>To the first decision</dt>
              <dd>{f.decision.n ? `half within ${span(f.decision.median)}, 9 of 10 within ${span(f.decision.p90)} (${f.decision.n})` : "none yet"}</dd>
              <dt>Waiting for a person</dt>
              <dd>{f.review.n ? `half within ${span(f.review.median)}, 9 of 10 within ${span(f.review.p90)} (${f.review.n})` : "none yet"}</dd>
              <dt>Opened</dt>
              <dd>{f.opened}</dd>
              <dt>With another account's document or face</dt>
              <dd>{f.duplicates}</dd>
            </dl>
          </Section>
          <Bars title="Cases by state, now" of={f.states} />
          <Bars title="Checks until approval" of={f.attempts} />
          <Bars title="Why checks did not approve" of={f.reasons} />
          <Bars title="Sent to a person for, and approved" of={f.overturned_by} />
          <Groups title="By day" of={f.by_day} />
          <Groups title="By country of the document" of={f.by_country} />
        </div>
      )}
    </>
  );
}

function Part({ name, of }: { name: string; of: Share }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {of.of === 0 ? (
          "none yet"
        ) : (
          <>
            {percent(of.n / of.of)}{" "}
            <span class="note">
              {of.n} of {of.of}; 95 %: {percent(of.low)} to {percent(of.high)}
            </span>
          </>
        )}
      </dd>
    </>
  );
}

// Bars is a table whose numbers are drawn too.
function Bars({ title, of }: { title: string; of: Count[] }) {
  const most = Math.max(1, ...of.map((c) => c.n));
  return (
    <Section title={title}>
      {of.length === 0 && <p>None.</p>}
      <table class="bars">
        <caption class="unseen">{title}</caption>
        <tbody>
          {of.map((c) => (
            <tr>
              <th scope="row">{plain(c.name)}</th>
              <td>{c.n}</td>
              <td aria-hidden="true">
                <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                  <rect width={(100 * c.n) / most} height="10" />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Groups({ title, of }: { title: string; of: Grouped[] }) {
  return (
    <Section title={title}>
      {of.length === 0 && <p>None.</p>}
      {of.length > 0 && (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{title.replace(/^By /, "").replace(/^./, (c) => c.toUpperCase())}</th>
                <th scope="col">Checks</th>
                <th scope="col">Approved</th>
                <th scope="col">Most frequent reasons</th>
              </tr>
            </thead>
            <tbody>
              {of.map((g) => (
                <tr>
                  <th scope="row">{g.name || "not known"}</th>
                  <td>{g.checks}</td>
                  <td>{percent(g.approved / g.checks)}</td>
                  <td>{g.reasons.slice(0, 3).map((r) => `${plain(r.name)} (${r.n})`).join(", ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
