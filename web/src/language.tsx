import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";
import { read, write } from "./address";
import { languages, load, type Words } from "./words";

// chosen reads the language that was chosen out of the address.
export function chosen(): string | undefined {
  const code = read("lang");
  return languages.some((l) => l.code === code) ? code : undefined;
}

// useWords holds the words of the page. speak changes their language; it returns
// nothing when that is done at once, else when it is done.
export function useWords(first: Words) {
  const [words, setWords] = useState(first);
  const wish = useRef(first.lang);
  const speak = useCallback((code: string): Promise<void> | undefined => {
    if (wish.current === code) return undefined;
    wish.current = code;
    return load(code).then((next) => {
      if (wish.current !== code) return;
      wish.current = next.lang; // English when it could not be had: asked for again later
      setWords(next);
    });
  }, []);
  useEffect(() => {
    document.documentElement.lang = words.lang;
    document.documentElement.dir = words.dir;
    document.title = words.heading;
  }, [words]);
  return { words, speak };
}

// Chooser offers the languages, each named in itself.
export function Chooser({ words, choose }: { words: Words; choose: (code: string) => void }) {
  const id = useId();
  return (
    <p class="languages">
      <label for={id}>
        <svg class="globe" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 1.5a6.5 6.5 0 1 0 .01 0M1.5 8h13M8 1.5c-4 4-4 9 0 13M8 1.5c4 4 4 9 0 13" />
        </svg>
        <span class="unseen">{words.language}</span>
      </label>
      <select
        id={id}
        name="language"
        value={words.lang}
        onChange={(e) => {
          write("lang", e.currentTarget.value);
          choose(e.currentTarget.value);
        }}
      >
        {languages.map((l) => (
          <option key={l.code} value={l.code} lang={l.code}>
            {l.name}
          </option>
        ))}
      </select>
    </p>
  );
}
