import { useEffect, useRef, useState } from "preact/hooks";
import type { Box } from "../../src/api";
import { picture, type Sent } from "./api";
import { plain, said, Trouble, useKeys } from "./view";

export interface Shown {
  url: string;
  width: number;
  height: number;
}

// usePictures fetches the pictures that stand for the items of a case, each once; of
// a live face the frame by which it is compared.
export function usePictures(id: string, sent: Sent[]): { pictures: Record<string, Shown>; problem: string } {
  const [pictures, setPictures] = useState<Record<string, Shown>>({});
  const [problem, setProblem] = useState("");
  const wanted = sent
    .filter((s) => s.current && !s.gone && s.item !== "details" && (!s.sequence || s.sequence.best?.length))
    .map((s) => [s.id, s.sequence ? `challenges/${s.sequence.challenge}/frames/${s.sequence.best?.[0]}` : `submissions/${s.id}/picture`] as const);
  useEffect(() => {
    let here = true;
    const urls: string[] = [];
    for (const [s, path] of wanted) {
      picture(`cases/${id}/${path}`).then(
        (p) => {
          urls.push(p.url);
          if (here) setPictures((all) => ({ ...all, [s]: p }));
          else URL.revokeObjectURL(p.url);
        },
        (e: unknown) => here && setProblem(said(e)),
      );
    }
    return () => {
      here = false;
      urls.forEach((u) => URL.revokeObjectURL(u));
    };
  }, [id, wanted.join()]);
  return { pictures, problem };
}

// Crop is a part of a picture with a little around it.
export function Crop({ of, box, label, class: kind = "" }: { of: Shown; box: Box; label: string; class?: string }) {
  const pad = Math.max(6, box.height * 0.15);
  const view = `${box.x - pad} ${box.y - pad} ${box.width + 2 * pad} ${box.height + 2 * pad}`;
  return (
    <svg class={`crop ${kind}`} viewBox={view} role="img" aria-label={label}>
      <image href={of.url} width={of.width} height={of.height} preserveAspectRatio="none" />
    </svg>
  );
}

export interface Mark {
  box: Box;
  name: string;
  finding?: boolean;
}

// Viewer shows a picture with boxes, larger, turned, brighter.
export function Viewer({ of, name, marks }: { of: Shown; name: string; marks: Mark[] }) {
  const [zoom, setZoom] = useState(1);
  const [turn, setTurn] = useState(0);
  const [light, setLight] = useState(1);
  const [boxes, setBoxes] = useState(true);
  const [measuring, setMeasuring] = useState(false);
  const [points, setPoints] = useState<[number, number][]>([]);
  const inner = useRef<SVGGElement>(null);
  const image = useRef<SVGImageElement>(null);
  const by = {
    closer: () => setZoom((z) => Math.min(8, z * 1.4)),
    farther: () => setZoom((z) => Math.max(1, z / 1.4)),
    back: () => {
      setZoom(1);
      setTurn(0);
      setLight(1);
      setPoints([]);
    },
    right: () => setTurn((t) => (t + 90) % 360),
    left: () => setTurn((t) => (t + 270) % 360),
    brighter: () => setLight((l) => Math.min(3, l + 0.2)),
    darker: () => setLight((l) => Math.max(0.2, l - 0.2)),
    measure: () => {
      setMeasuring((m) => !m);
      setPoints([]);
    },
  };
  useKeys({ "+": by.closer, "=": by.closer, "-": by.farther, "0": by.back, r: by.right, R: by.left, b: by.brighter, B: by.darker, m: by.measure });
  useEffect(() => {
    // The content security policy allows no style attribute in the page's text.
    if (image.current) image.current.style.filter = light === 1 ? "" : `brightness(${light})`;
  }, [light]);
  const { width: w, height: h } = of;
  const lying = turn % 180 !== 0;
  const size: [number, number] = lying ? [h, w] : [w, h];
  const move = { 0: "", 90: `translate(${h} 0) rotate(90)`, 180: `translate(${w} ${h}) rotate(180)`, 270: `translate(0 ${w}) rotate(270)` }[turn] ?? "";
  function point(e: MouseEvent) {
    const m = inner.current?.getScreenCTM();
    if (!measuring || !m) return;
    const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(m.inverse());
    setPoints((all) => [...(all.length > 1 ? [] : all), [p.x, p.y]]);
  }
  const [a, b] = points;
  const length = a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  const tools: [string, string, () => void, boolean?][] = [
    ["Zoom in", "+", by.closer],
    ["Zoom out", "−", by.farther],
    ["Turn right", "↻", by.right],
    ["Turn left", "↺", by.left],
    ["Brighter", "☀", by.brighter],
    ["Darker", "☾", by.darker],
    ["Boxes", "▢", () => setBoxes(!boxes), boxes],
    ["Measure", "↔", by.measure, measuring],
    ["Reset", "Reset", by.back],
  ];
  const scroll = useRef<HTMLDivElement>(null);
  return (
    <figure class="viewer">
      <div class="tools" role="toolbar" aria-label={`View of ${name}`}>
        {tools.map(([label, sign, act, on]) => (
          <button type="button" class="quiet" aria-label={label} title={label} aria-pressed={on} onClick={act}>
            {sign}
          </button>
        ))}
      </div>
      <div class="scroll" ref={scroll} tabIndex={0} role="group" aria-label={`${name}, scrolls when zoomed in`}>
        <svg viewBox={`0 0 ${size[0]} ${size[1]}`} width={`${zoom * 100}%`} role="img" aria-label={name} onClick={point} class={measuring ? "measuring" : ""}>
          <g ref={inner} transform={move}>
            <image ref={image} href={of.url} width={w} height={h} />
            {boxes &&
              marks.map((m) => (
                <g class={m.finding ? "mark finding" : "mark"}>
                  <rect class="under" x={m.box.x} y={m.box.y} width={m.box.width} height={m.box.height} />
                  <rect x={m.box.x} y={m.box.y} width={m.box.width} height={m.box.height}>
                    <title>{m.name}</title>
                  </rect>
                </g>
              ))}
            {a && b && <line class="ruler" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />}
          </g>
        </svg>
      </div>
      <figcaption aria-live="polite">
        {name}, {w} × {h} pixels
        {measuring ? (length ? `. Between the two points: ${Math.round(length)} pixels, ${((100 * length) / w).toFixed(1)} % of the width` : ". Click two points") : ""}
        {marks.some((m) => m.finding) ? `. Marked: ${marks.filter((m) => m.finding).map((m) => m.name).join(", ")}` : ""}
      </figcaption>
    </figure>
  );
}

// Straight is a document as a scanner would show it, from the photo that is there
// already: nothing more is fetched, so a look stays one record.
export function Straight({ of, quad, name }: { of: Shown; quad: [number, number][]; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const side = (a: number, b: number) => Math.hypot((quad[a]?.[0] ?? 0) - (quad[b]?.[0] ?? 0), (quad[a]?.[1] ?? 0) - (quad[b]?.[1] ?? 0));
  const ratio = (side(1, 2) + side(0, 3)) / (side(0, 1) + side(3, 2));
  useEffect(() => {
    function lay() {
      if (!box.current || !image.current) return;
      const width = box.current.clientWidth;
      box.current.style.height = `${width * ratio}px`;
      image.current.style.width = `${of.width}px`;
      image.current.style.height = `${of.height}px`;
      image.current.style.transform = flatten(quad, width, width * ratio);
    }
    lay();
    const watch = new ResizeObserver(lay);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, [of.url, quad]);
  return (
    <figure class="viewer">
      <div class="straight" ref={box}>
        <img ref={image} src={of.url} alt={`${name}, straightened`} />
      </div>
      <figcaption>{name}, straightened</figcaption>
    </figure>
  );
}

// flatten is the CSS transform that lays a quadrilateral onto a w by h rectangle: the
// inverse of Heckbert's map of the unit square to it (1989).
export function flatten(quad: [number, number][], w: number, h: number): string {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = quad as [[number, number], [number, number], [number, number], [number, number]];
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const d = dx1 * dy2 - dx2 * dy1;
  if (Math.abs(d) < 1e-9) return "none"; // no area
  const [g, k] = [(dx3 * dy2 - dx2 * dy3) / d, (dx1 * dy3 - dx3 * dy1) / d];
  const m = [x1 - x0 + g * x1, x3 - x0 + k * x3, x0, y1 - y0 + g * y1, y3 - y0 + k * y3, y0, g, k, 1] as const;
  const [a, b, c, e, f, i, p, q, r] = m;
  // The adjugate is the inverse up to a factor, which a homography does not have.
  const inv = [f * r - i * q, c * q - b * r, b * i - c * f, i * p - e * r, a * r - c * p, c * e - a * i, e * q - f * p, b * p - a * q, a * f - b * e] as const;
  const [A, B, C, D, E, F, G, H, I] = inv;
  return `matrix3d(${[(A * w) / I, (D * h) / I, 0, G / I, (B * w) / I, (E * h) / I, 0, H / I, 0, 0, 1, 0, (C * w) / I, (F * h) / I, 0, 1].join(",")})`;
}

// Timeline draws when frames came, which the face is compared by, and the movements
// that were seen.
function Timeline({ of }: { of: NonNullable<Sent["sequence"]> }) {
  const [from, to] = [Math.min(0, ...of.frames), Math.max(1, ...of.frames, ...of.moves.map((m) => m.to_ms))];
  const x = (ms: number) => (1000 * (ms - from)) / (to - from);
  return (
    <figure class="timeline">
      <svg viewBox="-5 0 1010 60" preserveAspectRatio="none" role="img" aria-label={`${of.frames.length} frames in ${(to / 1000).toFixed(1)} seconds, ${of.moves.length} movements`}>
        {of.moves.map((m) => (
          <rect class="move" x={x(m.from_ms)} y={6} width={Math.max(2, x(m.to_ms) - x(m.from_ms))} height={30} />
        ))}
        {of.frames.map((f) => (
          <line class={of.best?.includes(f) ? "best" : "frame"} x1={x(f)} x2={x(f)} y1={of.best?.includes(f) ? 0 : 24} y2={60} />
        ))}
      </svg>
      <figcaption>
        0 to {(to / 1000).toFixed(1)} s. Lines are frames, the long ones those that the face is compared by; bars are movements that were seen.
      </figcaption>
    </figure>
  );
}

// Frames is a live face on a timeline. The frames are fetched when somebody asks
// for them, since each look is recorded.
export function Frames({ id, of }: { id: string; of: NonNullable<Sent["sequence"]> }) {
  const [shown, setShown] = useState<{ at: number; of: Shown }[]>();
  const [problem, setProblem] = useState("");
  const step = Math.max(1, Math.ceil(of.frames.length / 12));
  const some = of.frames.filter((f, k) => k % step === 0 || of.best?.includes(f));
  const load = () =>
    void Promise.all(some.map(async (at) => ({ at, of: await picture(`cases/${id}/challenges/${of.challenge}/frames/${at}`) }))).then(setShown, (e: unknown) => setProblem(said(e)));
  return (
    <>
      <p>
        Asked: {of.actions.map(plain).join(", ")}. Seen: {of.moves.length ? of.moves.map((m) => `${plain(m.action)} at ${(m.from_ms / 1000).toFixed(1)} s`).join(", ") : "nothing"}.{" "}
        {of.frames.length} frames.
      </p>
      <Timeline of={of} />
      {problem && <Trouble text={problem} />}
      {!shown && (
        <button type="button" class="quiet" onClick={load}>
          Look at {some.length} frames
        </button>
      )}
      <ol class="frames">
        {shown?.map((f) => (
          <li>
            <img src={f.of.url} alt={`Frame at ${(f.at / 1000).toFixed(1)} seconds`} />
            {(f.at / 1000).toFixed(1)} s{of.moves.filter((m) => f.at >= m.from_ms && f.at <= m.to_ms).map((m) => ` · ${plain(m.action)}`)}
          </li>
        ))}
      </ol>
    </>
  );
}
