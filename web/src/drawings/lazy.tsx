import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./drawings.css";

type View = (p: { code: string }) => JSX.Element | null;

// Sample shows the drawing of a reason. The drawings are loaded when the first one
// is needed; without them the words say it all.
export function Sample({ code }: { code: string }) {
  const [view, setView] = useState<{ Drawing: View }>();
  useEffect(() => {
    let over = false;
    void import(".").then((m) => over || setView({ Drawing: m.Drawing }), () => undefined);
    return () => void (over = true);
  }, []);
  return <div class="sample">{view && <view.Drawing code={code} />}</div>;
}
