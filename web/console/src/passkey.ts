import { post } from "./api";

type Text = Record<string, unknown>;

const bytes = (s: string) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (b: ArrayBuffer | null) =>
  b === null ? undefined : btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// refusal says in words what browsers say in names.
function refusal(e: unknown): Error {
  const name = e instanceof DOMException ? e.name : "";
  if (name === "NotAllowedError") return new Error("No passkey was given, or it took too long. Try again.");
  if (name === "InvalidStateError") return new Error("This device has a passkey for this account already. Sign in with it.");
  return e instanceof Error ? e : new Error("This browser gave no passkey.");
}

function descriptors(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list as { id: string; type: "public-key" }[] | undefined) ?? []).map((d) => ({ id: bytes(d.id), type: d.type }));
}

// signIn signs in with a passkey of this device.
export async function signIn(): Promise<void> {
  const o = await post<Text>("sign-in/passkey/begin");
  const got = await navigator.credentials
    .get({ publicKey: { ...o, challenge: bytes(o.challenge as string), allowCredentials: descriptors(o.allowCredentials) } as PublicKeyCredentialRequestOptions })
    .catch((e: unknown) => Promise.reject(refusal(e)));
  const c = got as PublicKeyCredential;
  const r = c.response as AuthenticatorAssertionResponse;
  await post("sign-in/passkey/finish", {
    credential: {
      id: c.id,
      rawId: text(c.rawId),
      type: c.type,
      response: {
        authenticatorData: text(r.authenticatorData),
        clientDataJSON: text(r.clientDataJSON),
        signature: text(r.signature),
        userHandle: text(r.userHandle),
      },
    },
  });
}

// register makes a passkey for an invited person and signs them in.
export async function register(token: string): Promise<void> {
  const o = await post<Text>("invitation/passkey/begin", { token });
  const user = o.user as { id: string; name: string; displayName: string };
  const made = await navigator.credentials
    .create({
      publicKey: {
        ...o,
        challenge: bytes(o.challenge as string),
        user: { ...user, id: bytes(user.id) },
        excludeCredentials: descriptors(o.excludeCredentials),
      } as unknown as PublicKeyCredentialCreationOptions,
    })
    .catch((e: unknown) => Promise.reject(refusal(e)));
  const c = made as PublicKeyCredential;
  const r = c.response as AuthenticatorAttestationResponse;
  await post("invitation/passkey/finish", {
    credential: {
      id: c.id,
      rawId: text(c.rawId),
      type: c.type,
      response: { attestationObject: text(r.attestationObject), clientDataJSON: text(r.clientDataJSON), transports: r.getTransports() },
    },
  });
}
