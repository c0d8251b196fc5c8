import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { pieces, readPieces } from "../../src/diff";
import type { Me } from "./app";
import { type Colleague, type File, type Finding, get, type Logged, post, type Sent, type Waiting } from "./api";
import { Decide } from "./decide";
import { Crop, Frames, type Mark, type Shown, Straight, usePictures, Viewer } from "./picture";
import { plain, Section, span, strangers, Time, Trouble, useDoing, useKeys, useLoaded, useTitle } from "./view";

export const itemNames: Record<string, string> = { document_front: "Front", document_back: "Back", face: "Face", details: "Details", case: "Case" };

export function CaseScreen({ id, me }: { id: string; me: Me }) {
  const { value: file, problem, again } = useLoaded<File>(() => get(`cases/${id}`), [id], me.signedOut);
  const heading = useTitle(`Case …${id.slice(-8)}`);
  const back = () => {
    location.hash = "#/queue";
  };
  useKeys({
    q: back,
    s: () => {
      location.hash = `#/sides/${id}`;
    },
  });
  return (
    <>
      <p>
        <a href="#/queue">Back to the queue</a>
        {file && (
          <>
            {" "}
            · <a href={`#/sides/${id}`}>Both sides</a>
          </>
        )}
      </p>
      <h1 ref={heading} tabIndex={-1}>
        Case …{id.slice(-8)}
      </h1>
      {problem && <Trouble text={problem} />}
      {file && <Screen file={file} me={me} again={again} onDone={back} />}
    </>
  );
}

function Screen({ file, me, again, onDone }: { file: File; me: Me; again: () => Promise<void>; onDone: () => void }) {
  const { pictures, problem } = usePictures(file.case.id, file.sent);
  const current = file.sent.filter((s) => s.current);
  const photos = current.filter((s) => pictures[s.id]);
  const [tab, setTab] = useState("");
  const shown = photos.find((s) => s.id === tab) ?? photos[0];
  const front = current.find((s) => s.item === "document_front");
  const face = current.find((s) => s.item === "face");
  const details = current.find((s) => s.item === "details");
  const lives = current.filter((s) => s.sequence);
  return (
    <>
      <Facts file={file} />
      {problem && <Trouble text={problem} />}
      <div class="two">
        <div>
          {shown && (
            <Section title="Evidence">
              <div class="tabs" role="group" aria-label="Which picture">
                {photos.map((s) => (
                  <button type="button" class={s.id === shown.id ? "" : "quiet"} aria-pressed={s.id === shown.id} onClick={() => setTab(s.id)}>
                    {itemNames[s.item] ?? s.item}
                  </button>
                ))}
              </div>
              <Viewer key={shown.id} of={pictures[shown.id] as Shown} name={itemNames[shown.item] ?? shown.item} marks={marks(shown, file.case.findings)} />
              {shown.quad && <Straight of={pictures[shown.id] as Shown} quad={shown.quad} name={itemNames[shown.item] ?? shown.item} />}
            </Section>
          )}
          <Fields file={file} sides={current} details={details} pictures={pictures} />
          {file.faces && front && face && <Faces file={file} front={front} face={face} pictures={pictures} />}
          {lives.map((s) => (
            <Section title="Live face">
              <Frames id={file.case.id} of={s.sequence as NonNullable<Sent["sequence"]>} />
            </Section>
          ))}
        </div>
        <div>
          <Work file={file} me={me} again={again} onDone={onDone} />
          <Found file={file} />
          <Notes file={file} me={me} again={again} />
          <Earlier file={file} />
          <Audit file={file} me={me} />
        </div>
      </div>
    </>
  );
}

function Facts({ file }: { file: File }) {
  const q = file.queue;
  return (
    <dl class="facts">
      <dt>Account</dt>
      <dd>{file.external_id}</dd>
      <dt>State</dt>
      <dd>{file.blind ? "second look, not knowing the first" : plain(file.case.state)}</dd>
      {q && (
        <>
          <dt>Waits</dt>
          <dd>
            {span((Date.parse(file.now) - Date.parse(q.since)) / 1000)}
            {q.late ? ", late" : ""}
            {q.escalated ? ", handed up" : ""}
            {q.assignee ? `, with ${file.people[q.assignee] ?? "somebody"}` : ""}
          </dd>
        </>
      )}
      <dt>Language</dt>
      <dd>{file.case.locale || "not known"}</dd>
      {file.case.network_region && (
        <>
          <dt>Connects from</dt>
          <dd>{file.case.network_region}</dd>
        </>
      )}
      <dt>Opened</dt>
      <dd>
        <Time at={file.case.created_at} />
      </dd>
    </dl>
  );
}

function marks(s: Sent, findings: Finding[]): Mark[] {
  const out: Mark[] = Object.entries(s.boxes ?? {}).map(([name, box]) => ({ box, name }));
  for (const [f, v] of Object.entries(s.read ?? {})) if (v.box) out.push({ box: v.box, name: plain(f) });
  for (const f of findings) if (f.item === s.item && f.box) out.push({ box: f.box, name: f.title, finding: true });
  return out;
}

// Fields sets what was typed beside what the document says, with the place where
// it says so.
function Fields({ file, sides, details, pictures }: { file: File; sides: Sent[]; details: Sent | undefined; pictures: Record<string, Shown> }) {
  const documents = sides.filter((s) => s.read && Object.keys(s.read).length > 0);
  const names = [...new Set([...Object.keys(details?.typed ?? {}), ...documents.flatMap((s) => Object.keys(s.read ?? {}))])];
  if (names.length === 0) return null;
  return (
    <Section title="Typed and read">
      <div class="wide">
        <table class="fields">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Typed</th>
              <th scope="col">Document</th>
              <th scope="col">Place</th>
            </tr>
          </thead>
          <tbody>
            {names.map((f) => {
              const typed = details?.typed?.[f];
              const side = documents.find((s) => s.read?.[f]);
              const read = side?.read?.[f];
              const found = file.case.findings.find((x) => x.item === "details" && x.field === f && x.differences?.length);
              const picture = side && pictures[side.id];
              return (
                <tr>
                  <th scope="row">{plain(f)}</th>
                  <td class="value">
                    {found?.typed !== undefined ? <Marked of={pieces(found.typed, found.differences ?? [])} /> : typed}
                    {details?.taken?.includes(f) ? <span class="tag">taken over</span> : null}
                  </td>
                  <td class="value">
                    {found?.read !== undefined ? <Marked of={readPieces(found.typed ?? "", found.read, found.differences ?? [])} /> : read?.value}
                    {read && <span class="note"> {read.source}</span>}
                    {found && <span class="note"> {found.differences?.map((d) => plain(d.kind)).join(", ")}</span>}
                  </td>
                  <td>{picture && read?.box ? <Crop of={picture} box={read.box} label={`${plain(f)} in the picture`} /> : null}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Marked({ of }: { of: { text: string; kind?: string }[] }) {
  return (
    <span class="letters">
      {of.map((p) => (p.kind ? <mark>{p.text === " " ? "␣" : p.text || "∅"}</mark> : p.text))}
    </span>
  );
}

function Faces({ file, front, face, pictures }: { file: File; front: Sent; face: Sent; pictures: Record<string, Shown> }) {
  const f = file.faces as NonNullable<File["faces"]>;
  const [a, b] = [pictures[front.id], pictures[face.id]];
  return (
    <Section title="Faces">
      <div class="faces">
        {a && front.boxes?.face && <Crop class="face" of={a} box={front.boxes.face} label="Portrait of the document" />}
        {b && face.boxes?.face && <Crop class="face" of={b} box={face.boxes.face} label="Face of the applicant" />}
      </div>
      <p>
        Similarity {f.score.toFixed(2)}, {f.score >= f.threshold ? "above" : "below"} the policy's {f.threshold.toFixed(2)}. Of strangers, {strangers(f.false_match_rate)} are as alike.
      </p>
    </Section>
  );
}

function Found({ file }: { file: File }) {
  if (file.blind) return null;
  const { findings } = file.case;
  return (
    <Section title="Found">
      {findings.length === 0 && <p>Nothing.</p>}
      {findings.map((f) => (
        <div class="reason">
          <h3>
            {itemNames[f.item] ?? plain(f.item)}: {f.title}
          </h3>
          <p>{f.text}</p>
          <p class="note">
            <code>{f.code}</code>, {f.severity}
            {f.audience === "operator" ? ", not told to the applicant" : ""}
            {f.measured !== undefined ? `, ${f.measure} ${f.measured.toPrecision(3)}${f.threshold !== undefined ? ` (limit ${f.threshold})` : ""}` : ""}
          </p>
        </div>
      ))}
    </Section>
  );
}

// Work is what one may do with the case now. Its children are there while one has it.
export function Work(p: { file: File; me: Me; again: () => Promise<void>; onDone: () => void; onDecided?: () => void; children?: ComponentChildren }) {
  const { file, me, again, onDone, onDecided = onDone, children } = p;
  const [q, setQ] = useState<Waiting | undefined>(file.queue);
  const { busy, problem, run } = useDoing(me.signedOut);
  const id = file.case.id;
  useEffect(() => setQ(file.queue), [file]);
  const mine = q?.locked_by === me.session.id;
  useEffect(() => {
    if (!mine) return;
    const t = setInterval(() => void run(async () => setQ(await post<Waiting>(`cases/${id}/take`))), 60_000);
    return () => clearInterval(t);
  }, [mine, id]);
  const take = () =>
    void run(async () => {
      if (mine) {
        await post(`cases/${id}/release`);
        setQ(q && { ...q, locked_by: "" });
      } else setQ(await post<Waiting>(`cases/${id}/take`));
    });
  const up = () => void (me.may("escalate") && q && run(() => post(`cases/${id}/escalate`).then(onDone)));
  useKeys({ t: () => me.may("take_case") && q && !(q.escalated && !me.may("decide_escalated")) && take(), u: up });
  if (!q) return <Section title="Decision"><p>This case does not wait for a reviewer.</p></Section>;
  const other = q.locked_by && !mine ? (file.people[q.locked_by] ?? "A colleague") : "";
  const proposed = q.proposal;
  const blocked = q.escalated && !me.may("decide_escalated");
  return (
    <Section title="Decision">
      {other && <p>{other} has this case open{q.locked_until ? <> until <Time at={q.locked_until} /></> : null}.</p>}
      {problem && <Trouble text={problem} />}
      {blocked && <p>This case was handed up. A senior or compliance colleague decides it.</p>}
      {q.kind === "report" && <p>The case is decided: {plain(file.case.state)}. The report of its applicant still waits.</p>}
      {!me.may("decide") && <p>As {me.session.role} you see the case and change nothing.</p>}
      {proposed && (
        <>
          <p>
            {file.people[proposed.by] ?? "A colleague"} proposes: <strong>{plain(proposed.verdict)}</strong>
            {proposed.findings.length > 0 ? `, because: ${proposed.findings.map((f) => f.title).join("; ")}` : ""}.
          </p>
          {proposed.by === me.session.id && <p>A second person must confirm it.</p>}
        </>
      )}
      <div class="actions">
        {me.may("take_case") && !blocked && (
          <button type="button" class={mine ? "quiet" : ""} aria-disabled={busy} onClick={take}>
            {mine ? "Give it back" : "Take the case"}
          </button>
        )}
        {me.may("escalate") && !q.escalated && (
          <button type="button" class="quiet" aria-disabled={busy} onClick={up}>
            Hand up
          </button>
        )}
      </div>
      {mine && proposed && me.may("confirm") && proposed.by !== me.session.id && (
        <div class="actions">
          <button type="button" onClick={() => void run(() => post(`cases/${id}/confirm`, { agree: true }).then(onDecided))}>
            Confirm
          </button>
          <button type="button" class="quiet" onClick={() => void run(() => post(`cases/${id}/confirm`, { agree: false }).then(again))}>
            Object
          </button>
        </div>
      )}
      {mine && !proposed && me.may("decide") && !blocked && q.kind !== "report" && <Decide file={file} me={me} onDone={onDecided} />}
      {mine && !blocked && children}
      {me.may("assign") && <Assign file={file} q={q} me={me} again={again} />}
    </Section>
  );
}

function Assign({ file, q, me, again }: { file: File; q: Waiting; me: Me; again: () => Promise<void> }) {
  const { value } = useLoaded<Colleague[]>(() => get("colleagues"), [], me.signedOut);
  const { problem, run } = useDoing(me.signedOut);
  return (
    <>
      <label class="why">
        Give it to
        <select value={q.assignee ?? ""} onChange={(e) => void run(() => post(`cases/${file.case.id}/assign`, { to: e.currentTarget.value }).then(again))}>
          <option value="">whoever comes</option>
          {value?.map((c) => (
            <option value={c.id}>
              {c.name}, {c.role}
            </option>
          ))}
        </select>
      </label>
      {problem && <Trouble text={problem} />}
    </>
  );
}

export function Notes({ file, me, again }: { file: File; me: Me; again: () => Promise<void> }) {
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const { busy, problem, run } = useDoing(me.signedOut);
  useKeys({ n: () => box.current?.focus() });
  if (file.blind) return null;
  return (
    <Section title="Notes">
      {file.notes.map((n) => (
        <blockquote>
          <p>{n.text}</p>
          <footer>
            {file.people[n.by] ?? n.by}, <Time at={n.at} />
          </footer>
        </blockquote>
      ))}
      {file.notes.length === 0 && <p>None.</p>}
      {me.may("write_note") && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (text.trim() && !busy)
              void run(async () => {
                await post(`cases/${file.case.id}/notes`, { text });
                setText("");
                await again();
              });
          }}
        >
          <label class="why">
            For colleagues; it decides nothing and the applicant does not see it
            <textarea ref={box} rows={2} maxLength={2000} value={text} onInput={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => e.key === "Escape" && e.currentTarget.blur()} />
          </label>
          {problem && <Trouble text={problem} />}
          <button class="quiet" aria-disabled={busy || !text.trim()}>
            Keep the note
          </button>
        </form>
      )}
    </Section>
  );
}

function Earlier({ file }: { file: File }) {
  const before = file.sent.filter((s) => !s.current);
  if (before.length === 0 && file.earlier.length === 0) return null;
  return (
    <Section title="Before">
      <ul>
        {before.map((s) => (
          <li>
            {itemNames[s.item] ?? s.item}, <Time at={s.at} />
            {s.codes?.length ? `: ${s.codes.join(", ")}` : ""}
          </li>
        ))}
        {file.earlier.map((c) => (
          <li>
            <a href={`#/case/${c.id}`}>Another case</a> of this account, <Time at={c.created_at} />: {c.state === "" ? "waits for a second look" : plain(c.state)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Audit({ file, me }: { file: File; me: Me }) {
  const [before, setBefore] = useState<Logged[]>([]);
  const { busy, problem, run } = useDoing(me.signedOut);
  useEffect(() => setBefore([]), [file]);
  if (file.blind) return null;
  const all = [...before, ...file.audit];
  const first = all[0]?.seq;
  const more = () => void run(async () => setBefore([...(await get<Logged[]>(`cases/${file.case.id}/audit?before=${first}`)), ...before]));
  return (
    <section class="card" aria-label="Audit log">
      <details>
        <summary>Audit log, {file.records} records</summary>
        {problem && <Trouble text={problem} />}
        {all.length < file.records && (
          <button type="button" class="quiet" aria-disabled={busy} onClick={more}>
            Earlier records
          </button>
        )}
        <ol class="audit">
          {all.map((r) => (
            <li value={r.seq}>
              <Time at={r.at} /> {plain(r.event)}
              {r.item ? ` ${itemNames[r.item] ?? plain(r.item)}` : ""} by {file.people[r.actor] ?? r.actor}
              {r.from !== r.to && r.to ? `, now ${plain(r.to)}` : ""}
              {r.codes?.length ? ` (${r.codes.join(", ")})` : ""}
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
