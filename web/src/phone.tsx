import { useEffect } from "preact/hooks";
import { encode } from "uqr";
import type { Case, ItemName } from "./api";
import { Tick } from "./card";
import { Screen } from "./screens";
import { isSent } from "./way";
import type { Words } from "./words";

// How often this screen looks where the phone is, in milliseconds.
const lookMS = 2000;

interface PhoneProps {
  kase: Case;
  items: readonly ItemName[];
  link: string;
  words: Words;
  load: () => Promise<void>;
  onHere: () => void;
}

// Phone hands the case over to a phone: its link as a square to be photographed.
// This screen follows along meanwhile.
export default function Phone({ kase, items, link, words, load, onHere }: PhoneProps) {
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      if (document.visibilityState === "visible") await load();
      if (!over) timer = setTimeout(() => void look(), lookMS);
    };
    timer = setTimeout(() => void look(), lookMS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [load]);
  const { data, size } = encode(link, { ecc: "M", border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <Screen title={words.phone.title}>
      <p>{words.phone.text}</p>
      <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={words.phone.picture} shape-rendering="crispEdges">
        <rect width={size} height={size} fill="#fff" />
        <path d={dark} fill="#000" />
      </svg>
      <p role="status">{words.phone.follow}</p>
      <ul class="standing">
        {items.map((i) => (
          <li key={i}>
            {isSent(kase, i) && <Tick />}
            {kase.items.find((x) => x.item === i)?.name}
            {isSent(kase, i) && `: ${words.received}`}
          </li>
        ))}
      </ul>
      <p class="actions">
        <button type="button" class="quiet main" onClick={onHere}>
          {words.phone.here}
        </button>
      </p>
    </Screen>
  );
}
