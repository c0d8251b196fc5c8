import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import type { Case, DocumentKind } from "./api";
import { StepNote, Tick, useTitleID } from "./card";
import { fill, type Words } from "./words";

// How long the way takes somebody who has the document at hand.
const minutes = 3;

// Screen frames what is no item.
export function Screen({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useTitleID();
  const note = useContext(StepNote);
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id} tabIndex={-1} {...(note === "" ? {} : { "aria-describedby": note })}>
        {title}
      </h2>
      {children}
    </section>
  );
}

// Welcome says what is needed, how long it takes and what happens to the data,
// before anything is asked.
export function Welcome({ of, words, onNext }: { of: Case; words: Words; onNext: () => void }) {
  const { welcome } = words;
  const asks = (i: string) => of.items.some((x) => x.item === i && x.required);
  const photos = asks("document_front") || asks("face");
  const list = new Intl.ListFormat(words.lang, { type: "disjunction" });
  const kinds = (of.documents ?? []).map((d) => d.name);
  const needs = [
    ...(kinds.length > 0 ? [fill(welcome.document, { documents: list.format(kinds) })] : []),
    ...(photos ? [welcome.camera] : []),
    ...(asks("face") ? [welcome.face] : []),
  ];
  const data = [...(photos ? [welcome.locked] : []), welcome.checked, ...(asks("face") ? [welcome.compared] : []), welcome.erased];
  return (
    <Screen title={welcome.title}>
      <p>{fill(welcome.text, { minutes: new Intl.NumberFormat(words.lang).format(minutes) })}</p>
      {needs.length > 0 && (
        <>
          <h3>{welcome.need}</h3>
          <ul class="points">
            {needs.map((text) => (
              <li key={text}>
                <Tick />
                {text}
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{welcome.data}</h3>
      <ul class="points">
        {data.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <p class="actions">
        <button type="button" class="main" onClick={onNext}>
          {words.way.next}
        </button>
      </p>
    </Screen>
  );
}

// Choose offers the kinds of document that are accepted, and no other.
export function Choose(p: { kinds: readonly DocumentKind[]; chosen: string | undefined; words: Words; onChoose: (kind: string) => void }) {
  return (
    <Screen title={p.words.choose.title}>
      <p>{p.words.choose.text}</p>
      <ul class="kinds-of-document">
        {p.kinds.map((k) => (
          <li key={k.kind}>
            <button type="button" class="quiet" aria-pressed={p.chosen === k.kind} onClick={() => p.onChoose(k.kind)}>
              <Drawing of={k.kind} />
              {capital(k.name, p.words.lang)}
            </button>
          </li>
        ))}
      </ul>
    </Screen>
  );
}

// capital writes a name as it begins a line. Scripts without capitals stay.
export function capital(name: string, lang: string): string {
  const [first = "", ...rest] = Array.from(name);
  return first.toLocaleUpperCase(lang) + rest.join("");
}

// Drawing is a document in outline: a booklet for passports and visas, else a
// card.
function Drawing({ of }: { of: string }) {
  const booklet = of === "passport" || of === "visa";
  return (
    <svg class="drawing" viewBox="0 0 32 32" aria-hidden="true">
      {booklet ? (
        <path d="M8 3h16a2 2 0 0 1 2 2v22a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM16 8.5a4.5 4.5 0 1 0 .01 0M11.5 13h9M16 8.5c-2.6 3-2.6 6 0 9M16 8.5c2.6 3 2.6 6 0 9M11 22.5h10" />
      ) : (
        <path d="M4 6h24a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM10 11.5a2.7 2.7 0 1 0 .01 0M5.5 21.5c.4-3 2-4.2 4.5-4.2s4.1 1.2 4.5 4.2M18.5 12.5h8M18.5 16.5h8M18.5 20.5h5" />
      )}
    </svg>
  );
}
