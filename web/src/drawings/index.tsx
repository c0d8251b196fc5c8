// A drawing for every reason that can be given: how it looks when it happens, and
// how it should look. What they say in pictures stands beside them in words, so
// they are nothing to a screen reader.

import type { ComponentChildren, JSX } from "preact";
import { drawings } from "./drawings";

// Drawing shows the wrong and the right of a finding's code. There is nothing to
// show for a code that is not known.
export function Drawing({ code }: { code: string }): JSX.Element | null {
  const d = drawings[code];
  if (!d) return null;
  return (
    <svg class="pair" viewBox={d.right ? "0 0 206 84" : "0 0 98 84"} aria-hidden="true">
      <Tile x={1} mark={d.right ? "wrong" : undefined}>
        {d.wrong}
      </Tile>
      {d.right && (
        <Tile x={109} mark="right">
          {d.right}
        </Tile>
      )}
    </svg>
  );
}

function Tile({ x, mark, children }: { x: number; mark: "wrong" | "right" | undefined; children: ComponentChildren }) {
  return (
    <g transform={`translate(${x} 1)`}>
      <svg width={96} height={72} viewBox="0 0 96 72">
        {children}
      </svg>
      <rect width={96} height={72} rx={5} fill="none" stroke={mark === "wrong" ? "#b3541e" : mark === "right" ? "#1d5c4d" : "#93a099"} stroke-width={2} />
      {mark && (
        <g transform="translate(48 72)">
          <circle r={10} fill={mark === "wrong" ? "#b3541e" : "#1d5c4d"} stroke="#fff" stroke-width={2} />
          <path d={mark === "wrong" ? "M-4-4l8 8M4-4l-8 8" : "M-5 0l3.6 4L5-4"} fill="none" stroke="#fff" stroke-width={2.6} stroke-linecap="round" stroke-linejoin="round" />
        </g>
      )}
    </g>
  );
}
