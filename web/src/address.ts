// The page's address: the case, its token, the chosen language and the kind of
// document stand behind the #, which browsers never send. So they stay for this
// tab and for a link that is passed on, and nothing is stored.

export type Part = "case" | "token" | "lang" | "doc";

export function read(part: Part, hash: string = location.hash): string | undefined {
  return new URLSearchParams(hash.slice(1)).get(part) ?? undefined;
}

export function write(part: "lang" | "doc", value: string) {
  const parts = new URLSearchParams(location.hash.slice(1));
  parts.set(part, value);
  history.replaceState(history.state, "", `#${parts.toString()}`);
}
