import { useEffect, useState } from "preact/hooks";
import { get, type Permit, post, type Session } from "./api";
import { CaseScreen } from "./case";
import { FiguresScreen } from "./figures";
import { AuditScreen, PeopleScreen } from "./people";
import { QueueScreen } from "./queue";
import { SidesScreen } from "./sides";
import { SignIn } from "./signin";
import { said, Time, Trouble, useKeys } from "./view";

// Me is who is signed in, with what screens need of them.
export interface Me {
  session: Session;
  may: (p: Permit) => boolean;
  signedOut: () => void;
}

const keysHelp: [string, string][] = [
  ["j, k, arrows", "next and previous case of the queue"],
  ["Enter, o", "open it"],
  ["t", "take the case, or give it back"],
  ["1 to 4", "to the item"],
  ["p, a, x", "the item passed, is asked again, is refused"],
  ["+, -, 0", "zoom in, out, back"],
  ["r, R", "turn right, left"],
  ["b, B", "brighter, darker"],
  ["m", "measure"],
  ["n", "write a note"],
  ["u", "hand up"],
  ["s", "both sides: the case and the one that it is about"],
  ["d", "decide"],
  ["q", "back to the queue"],
  ["?", "these keys"],
];

export function App() {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState("");
  const [at, setAt] = useState(location.hash);
  const load = () => void get<Session>("session").then(setSession, (e: unknown) => setProblem(said(e)));
  useEffect(() => {
    load();
    const move = () => setAt(location.hash);
    window.addEventListener("hashchange", move);
    return () => window.removeEventListener("hashchange", move);
  }, []);
  if (problem) return <main><h1>Console</h1><Trouble text={problem} /></main>;
  if (!session) return <main aria-busy="true"><h1>Console</h1></main>;
  if (!session.signed_in || at.startsWith("#invitation=")) return <SignIn session={session} hash={at} onDone={load} />;
  const me: Me = { session, may: (p) => session.permits.includes(p), signedOut: load };
  return <Screens me={me} at={at} />;
}

function Screens({ me, at }: { me: Me; at: string }) {
  const [help, setHelp] = useState(false);
  const [room, id = ""] = (at.replace(/^#\/?/, "") || (me.may("see_queue") ? "queue" : "people")).split("/");
  useKeys({ "?": () => setHelp(true) });
  const rooms: [string, string, Permit][] = [
    ["queue", "Queue", "see_queue"],
    ["figures", "Figures", "see_figures"],
    ["audit", "Audit log", "verify_audit"],
    ["people", "People", "manage_operators"],
  ];
  return (
    <div class="console">
      <header>
        <nav aria-label="Console">
          {rooms
            .filter(([, , p]) => me.may(p))
            .map(([to, name]) => (
              <a href={`#/${to}`} aria-current={room === to || (to === "queue" && (room === "case" || room === "sides")) ? "page" : undefined}>
                {name}
              </a>
            ))}
        </nav>
        <p class="me">
          {me.session.name}, {me.session.role}
        </p>
        <button type="button" class="quiet" onClick={() => setHelp(true)}>
          Keys
        </button>
        <button type="button" class="quiet" onClick={() => void post("sign-out").finally(me.signedOut)}>
          Sign out
        </button>
      </header>
      {me.session.renewed_at && (
        <p class="renewed">
          Your way in was made anew on <Time at={me.session.renewed_at} /> by {me.session.renewed_by}. If you did not ask for that, tell a compliance colleague.
        </p>
      )}
      <main>
        {room === "case" ? <CaseScreen key={id} id={id} me={me} /> : null}
        {room === "sides" ? <SidesScreen key={id} id={id} me={me} /> : null}
        {room === "queue" ? <QueueScreen me={me} /> : null}
        {room === "figures" ? <FiguresScreen me={me} /> : null}
        {room === "audit" ? <AuditScreen me={me} /> : null}
        {room === "people" ? <PeopleScreen me={me} /> : null}
      </main>
      {help && <Keys onClose={() => setHelp(false)} />}
    </div>
  );
}

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <dialog ref={(d) => void (d && !d.open && d.showModal())} onClose={onClose} aria-label="Keys">
      <h2>Keys</h2>
      <dl class="keys">
        {keysHelp.map(([key, does]) => (
          <>
            <dt>{key}</dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}
