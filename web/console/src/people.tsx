import { useState } from "preact/hooks";
import type { Me } from "./app";
import { type Colleague, get, post } from "./api";
import { Section, Time, Trouble, useDoing, useLoaded, useTitle } from "./view";

const roles = ["reviewer", "senior", "compliance", "auditor", "administrator"];

// PeopleScreen is where an administrator lets people in and out.
export function PeopleScreen({ me }: { me: Me }) {
  const heading = useTitle("People");
  const { value, problem, again } = useLoaded<Colleague[]>(() => get("operators"), [], me.signedOut);
  const doing = useDoing(me.signedOut);
  const [name, setName] = useState("");
  const [role, setRole] = useState("reviewer");
  const [link, setLink] = useState<{ url: string; expires_at: string; name: string }>();
  const invite = (path: string, body: unknown, who: string) =>
    doing.run(async () => {
      setLink({ ...(await post<{ url: string; expires_at: string }>(path, body)), name: who });
      setName("");
      await again();
    });
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        People
      </h1>
      {(problem || doing.problem) && <Trouble text={doing.problem || problem} />}
      <Section title="Invite somebody">
        <form
          class="inline"
          onSubmit={(e) => {
            e.preventDefault();
            void invite("operators", { name, role }, name);
          }}
        >
          <label>
            Name <input value={name} maxLength={80} required onInput={(e) => setName(e.currentTarget.value)} />
          </label>
          <label>
            Role{" "}
            <select value={role} onChange={(e) => setRole(e.currentTarget.value)}>
              {roles.map((r) => (
                <option>{r}</option>
              ))}
            </select>
          </label>
          <button>Invite</button>
        </form>
        {link && (
          <div class="reason" role="status">
            <p>
              Hand this link to {link.name} where nobody else reads it. It works once, until <Time at={link.expires_at} />, and is not shown again.
            </p>
            <p class="letters">{link.url}</p>
          </div>
        )}
      </Section>
      <div class="wide">
        <table>
          <caption class="unseen">Who may work here</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Signs in with</th>
              <th scope="col">Since</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {value?.map((o) => (
              <tr>
                <th scope="row">{o.name}</th>
                <td>
                  <select
                    aria-label={`Role of ${o.name}`}
                    value={o.role}
                    disabled={o.disabled}
                    onChange={(e) => void doing.run(() => post(`operators/${o.id}/role`, { role: e.currentTarget.value })).finally(() => void again())}
                  >
                    {roles.map((r) => (
                      <option>{r}</option>
                    ))}
                  </select>
                </td>
                <td>{o.disabled ? "account closed" : o.signs_in || "not here yet"}</td>
                <td>
                  <Time at={o.created_at} />
                </td>
                <td>
                  <div class="row">
                  <button type="button" class="quiet" onClick={() => void invite(`operators/${o.id}/invite`, {}, o.name)}>
                    New invitation<span class="unseen"> for {o.name}</span>
                  </button>
                  {!o.disabled && (
                    <button type="button" class="quiet" onClick={() => void doing.run(() => post(`operators/${o.id}/disable`).then(again))}>
                      Close<span class="unseen"> the account of {o.name}</span>
                    </button>
                  )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface Chain {
  holds: boolean;
  records: number;
  head: string;
  at?: number;
  reason?: string;
}

// AuditScreen checks that the record of what happened is whole, and whose way in was
// made anew.
export function AuditScreen({ me }: { me: Me }) {
  const heading = useTitle("Audit log");
  const ways = useLoaded<Colleague[]>(() => get("audit/ways-in"), [], me.signedOut);
  const anew = ways.value?.filter((o) => o.renewed_at) ?? [];
  const [chain, setChain] = useState<Chain>();
  const { busy, problem, run } = useDoing(me.signedOut);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Audit log
      </h1>
      <p>Every record carries the hash of the one before. A record that was changed, removed or moved is found.</p>
      {problem && <Trouble text={problem} />}
      <button type="button" aria-disabled={busy} onClick={() => void run(async () => setChain(await post<Chain>("audit/verify")))}>
        Check it now
      </button>
      {chain && (
        <div class="reason" role="status">
          <p>{chain.holds ? `All ${chain.records} records hold.` : `Broken at record ${chain.at}: ${chain.reason}.`}</p>
          <p class="letters">{chain.head}</p>
          {chain.holds && <p>Keep this head elsewhere: with it a cut-off end is noticed too (<code>bonafide audit verify --anchor</code>).</p>}
        </div>
      )}
      <Section title="Ways in that were made anew">
        <p>Whoever invites somebody again could use the link themselves. Ask the person whether it was at their wish.</p>
        {ways.problem && <Trouble text={ways.problem} />}
        {anew.length === 0 && <p>None.</p>}
        <ul>
          {anew.map((o) => (
            <li>
              {o.name}, {o.role}: <Time at={o.renewed_at ?? ""} /> by {o.renewed_by}
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
