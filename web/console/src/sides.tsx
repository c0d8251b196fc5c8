import { useEffect, useRef, useState } from "preact/hooks";
import type { Me } from "./app";
import { type Code, type File, get, type Other, post, type Sent, type Sides } from "./api";
import { itemNames, Notes, Work } from "./case";
import { Reasons } from "./decide";
import { Crop, usePictures } from "./picture";
import { plain, Section, strangers, Time, Trouble, useDoing, useKeys, useLoaded, useTitle } from "./view";

const ties: Record<string, string> = {
  document: "has the same document",
  face: "has a face like this one",
  record: "is the verification that the face is compared with",
  recovery: "is whose applicant wants the account back",
  report: "reports that somebody else used the document",
};

// SidesScreen shows a case beside the other one that it is about: who reports
// "it was not me" and who holds the document, whoever comes back and the record.
export function SidesScreen({ id, me }: { id: string; me: Me }) {
  const heading = useTitle(`Both sides of …${id.slice(-8)}`);
  const file = useLoaded<File>(() => get(`cases/${id}`), [id], me.signedOut);
  const sides = useLoaded<Sides>(() => get(`cases/${id}/sides`), [id], me.signedOut);
  const back = () => {
    location.hash = "#/queue";
  };
  const again = async () => void (await Promise.all([file.again(), sides.again()]));
  useKeys({ q: back });
  const problem = file.problem || sides.problem;
  return (
    <>
      <p>
        <a href="#/queue">Back to the queue</a> · <a href={`#/case/${id}`}>The whole case</a>
      </p>
      <h1 ref={heading} tabIndex={-1}>
        Both sides of …{id.slice(-8)}
      </h1>
      {problem && <Trouble text={problem} />}
      {file.value && sides.value && <Both key={id} file={file.value} sides={sides.value} me={me} again={again} onDone={back} />}
    </>
  );
}

function Both({ file, sides, me, again, onDone }: { file: File; sides: Sides; me: Me; again: () => Promise<void>; onDone: () => void }) {
  const [at, setAt] = useState("");
  const other = sides.others.find((o) => o.case === at) ?? sides.others[0];
  const theirs = useLoaded<File | undefined>(async () => (other ? get<File>(`cases/${other.case}`) : undefined), [other?.case, other?.state], me.signedOut);
  const there = theirs.value?.case.id === other?.case ? theirs.value : undefined;
  const { report } = sides;
  const open = report?.status === "reported" && report.case === file.case.id;
  // Who decides the case while its report is open goes on with that.
  const decided = () => (open ? void again() : onDone());
  return (
    <>
      {report && (
        <p>
          {report.case === file.case.id ? "The applicant of this case" : <a href={`#/sides/${report.case}`}>The applicant of …{report.case.slice(-8)}</a>} reports: “It was not me.”{" "}
          {report.closed ? (
            <>
              Closed by {file.people[report.closed.by] ?? "a colleague"}, <Time at={report.closed.at} />: {report.closed.founded ? "somebody else did use the document" : "nobody else used the document"} (
              <code>{report.closed.code}</code>).
            </>
          ) : (
            <>
              It waits since <Time at={report.at} />.
            </>
          )}
        </p>
      )}
      {sides.others.length === 0 && <p>{file.blind ? "A second look does not know the other accounts." : "No other account is known that this case is about."}</p>}
      {sides.others.length > 1 && (
        <div class="tabs" role="group" aria-label="Which other case">
          {sides.others.map((o) => (
            <button type="button" class={o.case === other?.case ? "" : "quiet"} aria-pressed={o.case === other?.case} onClick={() => setAt(o.case)}>
              …{o.case.slice(-8)}
            </button>
          ))}
        </div>
      )}
      {theirs.problem && <Trouble text={theirs.problem} />}
      <div class="two">
        <div>
          <div class="both">
            <Side title="This case" file={file} />
            {other && there && <Side title="The other side" file={there} why={other.why.map((w) => ties[w] ?? w).join("; ")} />}
          </div>
          {other && <Alike of={other} />}
          {there && <Compared here={file} there={there} />}
        </div>
        <div>
          <Work file={file} me={me} again={again} onDone={onDone} onDecided={decided}>
            {other?.state === "approved" && !other.why.includes("recovery") && <Withdraw id={file.case.id} other={other} me={me} again={again} />}
            {open && <Close id={file.case.id} me={me} onDone={file.case.state === "in_review" ? again : async () => onDone()} />}
          </Work>
          <Notes file={file} me={me} again={again} />
        </div>
      </div>
    </>
  );
}

// Side is one of the two: who, the faces, when what was sent.
function Side({ title, file, why }: { title: string; file: File; why?: string }) {
  const { pictures, problem } = usePictures(file.case.id, file.sent);
  const front = file.sent.find((s) => s.current && s.item === "document_front");
  const face = file.sent.find((s) => s.current && s.item === "face");
  const [a, b] = [front && pictures[front.id], face && pictures[face.id]];
  const whole = (p: { width: number; height: number }) => ({ x: 0, y: 0, width: p.width, height: p.height });
  return (
    <Section title={title}>
      {why && <p>It {why}.</p>}
      {problem && <Trouble text={problem} />}
      <div class="faces">
        {front && a && <Crop class="face" of={a} box={front.boxes?.face ?? whole(a)} label={`${title}: portrait of the document`} />}
        {face && b && <Crop class="face" of={b} box={face.boxes?.face ?? whole(b)} label={`${title}: ${face.sequence ? "live face" : "photo of the face"}`} />}
      </div>
      <dl class="shares">
        <dt>Case</dt>
        <dd>
          <a href={`#/case/${file.case.id}`}>…{file.case.id.slice(-8)}</a>, {plain(file.case.state)}
        </dd>
        <dt>Account</dt>
        <dd class="letters">{file.external_id}</dd>
        <dt>Opened</dt>
        <dd>
          <Time at={file.case.created_at} />
          {file.case.network_region ? `, from ${file.case.network_region}` : ""}
        </dd>
        <dt>Sent</dt>
        <dd>
          <ul class="sent">
            {file.sent.map((s) => (
              <li>
                {itemNames[s.item] ?? plain(s.item)}
                {s.sequence ? ", filmed" : ""}, <Time at={s.at} />
                {s.current ? "" : ", replaced"}
                {s.gone ? ", not kept" : ""}
                {s.codes?.length ? `: ${s.codes.join(", ")}` : ""}
              </li>
            ))}
            {file.sent.length === 0 && <li>nothing</li>}
          </ul>
        </dd>
        {file.earlier.length > 0 && (
          <>
            <dt>Other cases of the account</dt>
            <dd>{file.earlier.length}</dd>
          </>
        )}
      </dl>
    </Section>
  );
}

const faceNames: Record<string, string> = { live: "face", portrait: "portrait" };

function Alike({ of }: { of: Other }) {
  if (of.faces.length === 0) return null;
  return (
    <Section title="How alike the faces are">
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">Here</th>
              <th scope="col">There</th>
              <th scope="col">Similarity</th>
              <th scope="col">Strangers as alike</th>
            </tr>
          </thead>
          <tbody>
            {of.faces.map((p) => (
              <tr>
                <td>{faceNames[p.here] ?? p.here}</td>
                <td>{faceNames[p.there] ?? p.there}</td>
                <td>
                  {p.score.toFixed(2)} <span class={p.score >= p.threshold ? "tag" : "tag late"}>{p.score >= p.threshold ? "same" : "another"}</span>
                </td>
                <td>{strangers(p.false_match_rate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

// Compared sets what the two sides say of themselves side by side.
function Compared({ here, there }: { here: File; there: File }) {
  const [a, b] = [facts(here.sent), facts(there.sent)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  if (names.length === 0) return null;
  return (
    <Section title="What both say">
      <div class="wide">
        <table class="fields">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">This case</th>
              <th scope="col">The other side</th>
            </tr>
          </thead>
          <tbody>
            {names.map((f) => (
              <tr>
                <th scope="row">{plain(f)}</th>
                <td class="value">{a[f] ?? "–"}</td>
                <td class="value">
                  {b[f] ?? "–"}
                  {a[f] !== undefined && b[f] !== undefined && a[f] !== b[f] && <span class="tag late">differs</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

// facts are the values of a case: what its document says, else what was typed.
function facts(sent: Sent[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const s of sent.filter((s) => s.current)) {
    for (const [f, v] of Object.entries(s.typed ?? {})) out[f] ??= v;
    for (const [f, v] of Object.entries(s.read ?? {})) out[f] = v.value;
    if (s.item === "document_front") {
      if (s.kind) out.kind_of_document = plain(s.kind);
      if (s.issuer) out.issuer = s.issuer;
    }
  }
  return out;
}

// shows are the codes by which a person says what they saw on the two sides.
function shows(c: Code): boolean {
  return (c.severity === "review" || c.severity === "final" || c.code === "face.mismatch") && ["document_front", "document_back", "face", "uniqueness"].includes(c.item);
}

function Shows({ label, value, onChange, me }: { label: string; value: string; onChange: (code: string) => void; me: Me }) {
  const { value: codes, problem } = useLoaded<Code[]>(() => get("reasons"), [], me.signedOut);
  return (
    <>
      <label class="why">
        {label}
        <Reasons of={codes?.filter(shows)} value={value} onChange={onChange} />
      </label>
      {problem && <Trouble text={problem} />}
    </>
  );
}

// Withdraw takes the approval of the other side back.
function Withdraw({ id, other, me, again }: { id: string; other: Other; me: Me; again: () => Promise<void> }) {
  const [code, setCode] = useState("");
  const [sure, setSure] = useState(false);
  const box = useRef<HTMLDialogElement>(null);
  const { busy, problem, run } = useDoing(me.signedOut);
  useEffect(() => {
    if (sure) box.current?.showModal();
  }, [sure]);
  if (!me.may("withdraw")) return <p class="note">A senior or compliance colleague can take the approval of the other side back. Hand the case up for that.</p>;
  const go = (revoke: boolean) =>
    void run(async () => {
      await post(`cases/${id}/sides/${other.case}/withdraw`, { revoke, reasons: [{ code, item: "" }] });
      setCode("");
      await again();
    });
  return (
    <fieldset class="item">
      <legend>The approval of the other side</legend>
      <Shows label="Why it is taken back" value={code} onChange={setCode} me={me} />
      {problem && <Trouble text={problem} />}
      <div class="actions">
        <button type="button" class="quiet" aria-disabled={busy || !code} onClick={() => code && go(false)}>
          Suspend it
        </button>
        <button type="button" class="quiet" aria-disabled={busy || !code} onClick={() => code && setSure(true)}>
          Revoke it…
        </button>
      </div>
      <p class="note">Suspended, its case waits in the queue until a person decides it. Revoked, it is refused at once; its applicant can appeal.</p>
      {sure && (
        <dialog ref={box} onClose={() => setSure(false)} aria-label="Revoke the approval">
          <h2>Revoke the approval of …{other.case.slice(-8)}?</h2>
          <p>Its applicant is refused at once and can appeal. The integrator is told.</p>
          <div class="actions">
            <button
              type="button"
              onClick={() => {
                box.current?.close();
                go(true);
              }}
            >
              Revoke it
            </button>
            <button type="button" class="quiet" onClick={() => box.current?.close()}>
              Back
            </button>
          </div>
        </dialog>
      )}
    </fieldset>
  );
}

// Close ends a report.
function Close({ id, me, onDone }: { id: string; me: Me; onDone: () => Promise<void> }) {
  const [founded, setFounded] = useState<boolean>();
  const [code, setCode] = useState("");
  const { busy, problem, run } = useDoing(me.signedOut);
  const ready = founded !== undefined && code !== "";
  return (
    <fieldset class="item">
      <legend>The report</legend>
      <div class="choices">
        {([true, false] as const).map((f) => (
          <label>
            <input type="radio" name="founded" checked={founded === f} onChange={() => setFounded(f)} />
            {f ? "Somebody else did use the document" : "Nobody else used it"}
          </label>
        ))}
      </div>
      <Shows label="What shows it" value={code} onChange={setCode} me={me} />
      {problem && <Trouble text={problem} />}
      <div class="actions">
        <button type="button" class="quiet" aria-disabled={busy || !ready} onClick={() => ready && void run(() => post(`cases/${id}/report/close`, { founded, code }).then(onDone))}>
          Close the report
        </button>
      </div>
      <p class="note">It decides neither case.</p>
    </fieldset>
  );
}
