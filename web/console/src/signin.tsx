import { useEffect, useState } from "preact/hooks";
import { post, type Session } from "./api";
import { register, signIn } from "./passkey";
import { said, Trouble, useDoing } from "./view";

// SignIn lets people in: with an invitation the first time, then without.
export function SignIn({ session, hash, onDone }: { session: Session; hash: string; onDone: () => void }) {
  const token = hash.startsWith("#invitation=") ? hash.slice("#invitation=".length) : "";
  const told = hash.startsWith("#problem=") ? decodeURIComponent(hash.slice("#problem=".length).replaceAll("+", " ")) : "";
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
