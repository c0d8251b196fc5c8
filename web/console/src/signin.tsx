import { useEffect, useState } from "preact/hooks";
import { post, type Session } from "./api";
import { register, signIn } from "./passkey";
import { said, Trouble, useDoing } from "./view";

// fromProvider has the words for what went wrong on the way back from the identity provider.
const fromProvider: Record<string, string> = {
  over: "This sign-in was begun elsewhere, or took too long. Begin again.",
  provider_refused: "The identity provider did not let you in. Begin again, or sign in with a passkey.",
  provider_silent: "The identity provider does not answer. Try again, or sign in with a passkey.",
  linked: "You sign in to another account here already. Sign in without the invitation.",
  no_invitation: "This invitation was used, was replaced or has run out. Ask an administrator for a new one.",
  no_role: "The identity provider gives you no role here. Ask whoever keeps it.",
  several_roles: "The identity provider gives you several roles here. Ask whoever keeps it to leave one.",
  not_invited: "Nobody has invited you here yet. Ask an administrator for an invitation.",
};

// SignIn lets people in: with an invitation the first time, then without.
export function SignIn({ session, hash, onDone }: { session: Session; hash: string; onDone: () => void }) {
  const token = hash.startsWith("#invitation=") ? hash.slice("#invitation=".length) : "";
  const told = hash.startsWith("#problem=") ? (fromProvider[hash.slice("#problem=".length)] ?? "Signing in did not work. Begin again.") : "";
  const [invited, setInvited] = useState<{ name: string; role: string }>();
  const [refused, setRefused] = useState("");
  const { busy, problem, run } = useDoing(() => undefined);
  const elsewhere = session.origin !== location.origin;
  useEffect(() => {
    document.title = "Sign in · Console";
    if (token) void post<{ name: string; role: string }>("invitation", { token }).then(setInvited, (e: unknown) => setRefused(said(e)));
  }, [token]);

  async function come(way: () => Promise<void>) {
    if (await run(way)) {
      history.replaceState(null, "", "#/");
      window.dispatchEvent(new HashChangeEvent("hashchange"));
      onDone();
    }
  }
  const provider = () =>
    run(async () => {
      location.href = (await post<{ url: string }>("sign-in/provider", { token })).url;
    });

  return (
    <main>
      <h1>{invited ? `Welcome, ${invited.name}` : "Console"}</h1>
      {elsewhere && (
        <p class="problem">
          Passkeys work at <a href={`${session.origin}/console/${hash}`}>{session.origin}</a>. Open the console there.
        </p>
      )}
      {invited ? <p>You are invited as {invited.role}. Choose how you sign in from now on.</p> : token ? null : <p>For the people of the operator. Sign in to go on.</p>}
      {(refused || problem || told) && <Trouble text={problem || refused || told} />}
      <div class="actions">
        {token ? (
          <button type="button" aria-disabled={busy || !invited} onClick={() => invited && void come(() => register(token))}>
            Make a passkey
          </button>
        ) : (
          <button type="button" aria-disabled={busy} onClick={() => void come(signIn)}>
            Sign in with a passkey
          </button>
        )}
        {session.provider && (
          <button type="button" class="quiet" aria-disabled={busy} onClick={() => void provider()}>
            Continue with {session.provider}
          </button>
        )}
      </div>
      <p class="note">A passkey is the fingerprint, face, PIN or security key of your own device. There is no password. What you look at here is recorded.</p>
    </main>
  );
}
