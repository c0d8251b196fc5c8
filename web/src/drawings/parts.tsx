// What the drawings are put together from. Each part draws into a tile of 96 by
// 72, which cuts off what stands out of it.

import type { ComponentChildren } from "preact";

export const ink = "#33413b";
export const soft = "#93a099";
export const paper = "#fbf9f2";
export const skin = "#e3ad88";
export const main = "#1d5c4d";
export const mind = "#b3541e";

type Attributes = Record<string, string | number>;
const line = (d: string, more: Attributes = {}) => <path d={d} fill="none" stroke={ink} stroke-width={2.4} stroke-linecap="round" stroke-linejoin="round" {...more} />;
export { line };

export const Table = () => <rect width={96} height={72} fill="#d8c6a6" />;
export const Wall = ({ fill = "#dfe7e3" }: { fill?: string }) => <rect width={96} height={72} fill={fill} />;
export const Veil = ({ fill, opacity }: { fill: string; opacity: number }) => <rect width={96} height={72} fill={fill} opacity={opacity} />;

// Doc is a document lying there: portrait, lines, and a zone for machines.
export function Doc(p: { at?: string; grey?: boolean; portrait?: boolean; zone?: string; extra?: ComponentChildren }) {
  const [card, edge, hair, face, text] = p.grey ? ["#e4e4e4", "#666", "#555", "#bbb", "#888"] : [paper, main, "#4a3428", skin, "#7b8f86"];
  return (
    <g transform={p.at ?? "translate(14 13)"}>
      <rect width={68} height={46} rx={4} fill={card} stroke={edge} stroke-width={2} />
      {p.portrait !== false && (
        <>
          <rect x={5} y={6} width={18} height={22} rx={2} fill={p.grey ? "#ccc" : "#cfe3dc"} />
          <circle cx={14} cy={15} r={5} fill={face} />
          <path d="M8.6 15a5.6 5.6 0 0 1 10.8 0q-5-4-10.8 0zM6 28q8-12 16 0z" fill={hair} />
        </>
      )}
      <path d="M29 10h32M29 17h25M29 24h29" stroke={text} stroke-width={3} stroke-linecap="round" />
      {p.zone !== "none" && <path d="M6 35h56M6 41h56" stroke={p.zone ?? text} stroke-width={3} stroke-dasharray="3 1.6" />}
      {p.extra}
    </g>
  );
}

// Back is the other side of a card.
export function Back(p: { at?: string }) {
  return (
    <g transform={p.at ?? "translate(14 13)"}>
      <rect width={68} height={46} rx={4} fill={paper} stroke={main} stroke-width={2} />
      <rect y={6} width={68} height={8} fill="#59675f" />
      <path d="M8 21h34M8 28h24" stroke="#7b8f86" stroke-width={3} stroke-linecap="round" />
      <path d="M6 37h56M6 42h56" stroke="#7b8f86" stroke-width={3} stroke-dasharray="3 1.6" />
    </g>
  );
}

// Head is a person who looks out of the tile.
export function Head(p: { x?: number; y?: number; k?: number; turn?: number; hair?: string; tone?: string; eyes?: "open" | "shut" | "none"; mouth?: number; lower?: boolean; extra?: ComponentChildren }) {
  const t = p.turn ?? 0; // -1 to the left of the tile … 1
  return (
    <g transform={`translate(${p.x ?? 48} ${p.y ?? 34}) scale(${p.k ?? 1})`}>
      <path d="M-26 44q4-18 26-18t26 18z" fill="#6d8f9c" />
      <path d="M0-20c11 0 17 8 17 19 0 13-8 24-17 24s-17-11-17-24c0-11 6-19 17-19z" fill={p.tone ?? skin} />
      <path d="M-18 0c-2-15 7-23 18-23s20 8 18 23c-1-6-4-10-7-11-7 3-15 3-22 0-3 1-6 5-7 11z" fill={p.hair ?? "#4a3428"} />
      <g transform={`translate(${t * 7} 0)`}>
        {p.eyes === "shut" ? (
          line("M-10 2q3 2 6 0M4 2q3 2 6 0", { "stroke-width": 1.8 })
        ) : p.eyes === "none" ? null : (
          <>
            <circle cx={-7} cy={1} r={2.1} fill={ink} />
            <circle cx={7} cy={1} r={2.1} fill={ink} />
          </>
        )}
        {line("M0 3l-1.5 6h3", { "stroke-width": 1.4, stroke: "#a9714f" })}
        <ellipse cx={0} cy={15} rx={5} ry={p.mouth ?? 1.2} fill="#8d3b34" />
        {p.extra}
      </g>
    </g>
  );
}

// Oval is where a face belongs.
export const Oval = () => <ellipse cx={48} cy={35} rx={24} ry={31} fill="none" stroke="#fff" stroke-width={2} stroke-dasharray="4 3" />;

export const Phone = ({ children }: { children?: ComponentChildren }) => (
  <>
    <rect x={27} y={3} width={42} height={66} rx={6} fill={ink} />
    <rect x={30} y={9} width={36} height={52} rx={2} fill="#eef3f0" />
    {children}
  </>
);

export const Monitor = ({ children }: { children?: ComponentChildren }) => (
  <>
    <rect x={8} y={5} width={80} height={52} rx={4} fill={ink} />
    <rect x={12} y={9} width={72} height={44} fill="#cfe0e8" />
    <path d="M40 57h16l3 10H37z" fill={ink} />
    {children}
  </>
);

export const Person = ({ x, y = 40, k = 1, fill = main }: { x: number; y?: number; k?: number; fill?: string }) => (
  <g transform={`translate(${x} ${y}) scale(${k})`} fill={fill}>
    <circle cy={-12} r={8} />
    <path d="M-14 16c0-12 6-17 14-17s14 5 14 17z" />
  </g>
);

export const Calendar = ({ children, x = 28, y = 14 }: { children?: ComponentChildren; x?: number; y?: number }) => (
  <g transform={`translate(${x} ${y})`}>
    <rect width={40} height={42} rx={4} fill={paper} stroke={ink} stroke-width={2} />
    <path d="M0 4a4 4 0 0 1 4-4h32a4 4 0 0 1 4 4v7H0z" fill={mind} />
    {line("M11-4v7M29-4v7")}
    {children}
  </g>
);

export const Clock = ({ x = 48, y = 36, r = 22 }: { x?: number; y?: number; r?: number }) => (
  <>
    <circle cx={x} cy={y} r={r} fill={paper} stroke={ink} stroke-width={3} />
    {line(`M${x} ${y - r * 0.6}V${y}l${r * 0.4} ${r * 0.3}`)}
  </>
);

// Letters are rows of characters, two that should be alike one over the other;
// those that differ are marked.
export function Letters({ odd, icon }: { odd: readonly number[]; icon: ComponentChildren }) {
  const row = (y: number, marked: boolean) =>
    [0, 1, 2, 3, 4].map((k) => (
      <rect key={k} x={27 + k * 13} y={y} width={10} height={15} rx={2} fill={marked && odd.includes(k) ? "#f0b26b" : "#cfe3dc"} stroke={marked && odd.includes(k) ? mind : main} stroke-width={1.6} />
    ));
  return (
    <>
      <Wall fill="#f2f5f1" />
      <g transform="translate(4 10) scale(0.26)">
        <Doc at="" />
      </g>
      <g transform="translate(4 44)">{icon}</g>
      {row(9, false)}
      {row(45, true)}
      {odd.map((k) => (
        <g key={k}>{line(`M${32 + k * 13} 28v12`, { stroke: mind, "stroke-dasharray": "2 4" })}</g>
      ))}
    </>
  );
}

export const Film = ({ gaps = [], children }: { gaps?: readonly number[]; children?: ComponentChildren }) => (
  <>
    <Wall fill="#f2f5f1" />
    {[0, 1, 2, 3].map((k) =>
      gaps.includes(k) ? (
        <rect key={k} x={5 + k * 22} y={24} width={20} height={26} rx={2} fill="none" stroke={mind} stroke-width={1.6} stroke-dasharray="3 3" />
      ) : (
        <g key={k}>
          <rect x={5 + k * 22} y={24} width={20} height={26} rx={2} fill="#cfe3dc" stroke={ink} stroke-width={1.6} />
          <g transform={`translate(${15 + k * 22} 36) scale(0.36)`}>
            <Head x={0} y={-4} turn={(k - 1.5) / 1.5} />
          </g>
        </g>
      ),
    )}
    {children}
  </>
);

export const Radio = ({ broken }: { broken?: boolean }) => (
  <>
    <Wall fill="#f2f5f1" />
    {line("M20 32a40 40 0 0 1 56 0M30 42a26 26 0 0 1 36 0M39 51a13 13 0 0 1 18 0", { stroke: broken ? soft : main, "stroke-width": 4 })}
    <circle cx={48} cy={59} r={3.4} fill={broken ? soft : main} />
    {broken && line("M22 12l52 48", { stroke: mind, "stroke-width": 4 })}
  </>
);

export const Arrow = ({ d, stroke = main }: { d: string; stroke?: string }) => line(d, { stroke, "stroke-width": 3.4 });
