import { useRef, useState } from "preact/hooks";
import { type Case, type Client, type FaceWay, Problem } from "./api";
import { Card, useTitleID } from "./card";
import { Trouble } from "./photo";
import type { Words } from "./words";

interface ConsentProps {
  client: Client;
  words: Words;
  name: string; // of the item that it is about
  ask: FaceWay["ask"];
  language: string; // of the words to ask with
  take: (c: Case) => void;
  moved: (e: unknown) => void;
}

// ConsentItem asks whether the face may be measured, before anything of it is
// sent. The words are the server's, so that what was read is what is on record.
export function ConsentItem(p: ConsentProps) {
  const [problem, setProblem] = useState<Problem>();
  const under = useRef(false);
  const title = useTitleID();
  const { ask, words } = p;

  async function answer(given: boolean) {
    if (under.current) return;
    under.current = true;
    setProblem(undefined);
    try {
      p.take(await p.client.consent(given, ask.text, p.language));
    } catch (e) {
      if (e instanceof Problem && !e.moved) setProblem(e);
      else p.moved(e);
    } finally {
      under.current = false;
    }
  }

  return (
    <Card title={p.name} titleID={title} note="" done={false} status="" words={words}>
      <h3>{ask.title}</h3>
      <p>{ask.body}</p>
      <p class="note">{ask.other_way}</p>
      {problem && <Trouble words={words} problem={problem} />}
      <div class="actions">
        <button type="button" onClick={() => void answer(true)}>
          {ask.agree}
        </button>
        <button type="button" class="quiet" onClick={() => void answer(false)}>
          {ask.decline}
        </button>
      </div>
    </Card>
  );
}
