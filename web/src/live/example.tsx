// A drawn face that shows a movement. It moves by the style sheet; where motion
// is not wanted, it shows the end of the movement and an arrow.

import type { Action } from "./coach";

// The face is seen as in a mirror: the person's own left is at the left.
export function Example({ of }: { of: Action | "rest" }) {
  const arrow = { turn_left: "M12 60H-8m8-8-8 8 8 8", turn_right: "M108 60h20m-8-8 8 8-8 8", come_closer: "M10 22l10 10m0-9v9h-9M110 22l-10 10m0-9v9h9" }[of as string];
  return (
    <svg class={`example ${of}`} viewBox="-14 -4 148 128" aria-hidden="true">
      <g class="head">
        <path class="skin" d="M60 16c21 0 33 15 33 38 0 27-15 50-33 50S27 81 27 54c0-23 12-38 33-38z" />
        <path class="hair" d="M25 58c-4-30 12-47 35-47s39 17 35 47c-2-14-8-20-14-24-12 5-30 5-42 0-6 4-12 10-14 24z" />
        <g class="front">
          <g class="lids">
            <ellipse class="eye" cx="46" cy="58" rx="4.2" ry="4.6" />
            <ellipse class="eye" cx="74" cy="58" rx="4.2" ry="4.6" />
          </g>
          <path class="brow" d="M39 48q7-4 13-1M68 47q7-3 13 1" />
          <path class="nose" d="M60 60q-5 11-2 14h5" />
          <ellipse class="lips" cx="60" cy="86" rx="9.5" ry="2.2" />
        </g>
      </g>
      {arrow && <path class="arrow" d={arrow} />}
    </svg>
  );
}
