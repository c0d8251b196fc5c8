import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Card, useTitleID } from "../card";
import type { LiveItemProps } from "./item";

// LiveFace is the step of a live face. What it needs is loaded when it is first
// shown; the first screen of the page does without.
export function LiveFace(p: LiveItemProps) {
  const [view, setView] = useState<{ Item: FunctionComponent<LiveItemProps> }>();
  const [failed, setFailed] = useState(false);
  const title = useTitleID();
  const load = () => {
    setFailed(false);
    void import("./item").then((m) => setView({ Item: m.default }), () => setFailed(true));
  };
  useEffect(load, []);
  if (view) return <view.Item {...p} />;
  return (
    <Card title={p.state.name} titleID={title} note="" done={false} status={p.words.loading} words={p.words}>
      {failed && (
        <>
          <p class="problem" role="alert">
            {p.words.offline}
          </p>
          <p class="actions">
            <button type="button" onClick={load}>
              {p.words.tryAgain}
            </button>
          </p>
        </>
      )}
    </Card>
  );
}
