import { useEffect, useRef } from "preact/hooks";
import type { Box, Look } from "./api";
import { Screen } from "./screens";
import type { Words } from "./words";

// Check shows the name, the number and the expiry date, enlarged as cut from the
// person's own photo, and asks whether they can be read. The picture is cut on
// the device; the server has said only where.
export function Check(p: { photo: ImageBitmap; look: Look; words: Words; onYes: () => void; onAgain: () => void }) {
  const { words, look } = p;
  const label = { surname: words.check.name, document_number: words.fields.document_number, expiry_date: words.fields.expiry_date };
  const whole: Box = { x: 0, y: 0, width: p.photo.width, height: p.photo.height };
  return (
    <Screen title={words.check.title}>
      <p>{look.places.length > 0 ? words.check.text : words.check.unread}</p>
      {look.places.length === 0 && <Piece of={p.photo} box={whole} turn={look.turn} label={words.photoChosen} />}
      {look.places.map((place) => (
        <figure key={place.field} class="piece">
          <figcaption>{label[place.field]}</figcaption>
          <Piece of={p.photo} box={roomy(place.box, p.photo)} turn={look.turn} label={label[place.field]} />
        </figure>
      ))}
      <div class="actions">
        <button type="button" class="main" onClick={p.onYes}>
          {words.check.yes}
        </button>
        <button type="button" class="main quiet" onClick={p.onAgain}>
          {words.takeAgain}
        </button>
      </div>
    </Screen>
  );
}

// roomy is a box with a little around it, within the picture.
export function roomy(b: Box, within: { width: number; height: number }): Box {
  const by = Math.round(Math.min(b.width, b.height) * 0.2);
  const x = Math.max(0, b.x - by);
  const y = Math.max(0, b.y - by);
  return { x, y, width: Math.min(within.width, b.x + b.width + by) - x, height: Math.min(within.height, b.y + b.height + by) - y };
}

function Piece({ of, box, turn, label }: { of: ImageBitmap; box: Box; turn: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const c = canvas.current;
    const pen = c?.getContext("2d");
    if (!c || !pen) return;
    const across = turn % 180 === 0;
    // Large enough for a sharp screen, and no larger.
    const k = Math.min(1200 / (across ? box.width : box.height), 3);
    const [w, h] = [Math.max(1, Math.round(box.width * k)), Math.max(1, Math.round(box.height * k))];
    [c.width, c.height] = across ? [w, h] : [h, w];
    pen.imageSmoothingQuality = "high";
    pen.translate(c.width / 2, c.height / 2);
    pen.rotate((turn * Math.PI) / 180);
    pen.drawImage(of, box.x, box.y, box.width, box.height, -w / 2, -h / 2, w, h);
  }, [of, box, turn]);
  return <canvas ref={canvas} role="img" aria-label={label} />;
}
