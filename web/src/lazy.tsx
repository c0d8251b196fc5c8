import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Words } from "./words";

// Lazy shows a screen that is loaded when it is first wanted, so that the first one
// of the page does without.
export function Lazy<P extends { words: Words }>({ load, props }: { load: () => Promise<{ default: FunctionComponent<P> }>; props: P }) {
  const [view, setView] = useState<{ Screen: FunctionComponent<P> }>();
  const [failed, setFailed] = useState(false);
  const begin = () => {
    setFailed(false);
    void load().then((m) => setView({ Screen: m.default }), () => setFailed(true));
  };
  useEffect(begin, []);
  const { words } = props;
  if (view) return <view.Screen {...props} />;
  if (!failed) return <p role="status">{words.loading}</p>;
  return (
    <div role="alert">
      <p class="problem">{words.offline}</p>
      <p class="actions">
        <button type="button" onClick={begin}>
          {words.tryAgain}
        </button>
      </p>
    </div>
  );
}
