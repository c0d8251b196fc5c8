import type { JSX } from "preact";
import { Arrow, Back, Calendar, Clock, Doc, Film, Head, ink, Letters, line, main, mind, Monitor, Oval, paper, Person, Phone, Radio, skin, soft, Table, Veil, Wall } from "./parts";

// Pair is a drawing of what is wrong, and of what is right where there is
// something to do about it.
export interface Pair {
  wrong: JSX.Element;
  right?: JSX.Element;
}

const doc = (
  <>
    <Table />
    <Doc />
  </>
);
const face = (
  <>
    <Wall />
    <Head />
    <Oval />
  </>
);
const asker = (
  <>
    <Wall fill="#f2f5f1" />
    <Person x={34} y={44} />
    <path d="M56 12h30a4 4 0 0 1 4 4v16a4 4 0 0 1-4 4H70l-8 8v-8h-6a4 4 0 0 1-4-4V16a4 4 0 0 1 4-4z" fill={paper} stroke={ink} stroke-width={2} />
    {line("M60 20h22M60 28h14")}
  </>
);
// Somebody at a desk looks at it.
const reviewer = (
  <>
    <Wall fill="#f2f5f1" />
    <Person x={30} y={40} />
    <rect x={6} y={54} width={84} height={5} rx={2} fill="#b58a5a" />
    <g transform="translate(54 22) scale(0.5)">
      <Doc at="" />
    </g>
  </>
);
const tick = line("M11 26l7 7 12-14", { stroke: main, "stroke-width": 4 });
const cross = line("M12 18l16 16M28 18L12 34", { stroke: mind, "stroke-width": 4 });
const question = (
  <>
    {line("M14 21a6 6 0 1 1 8 6q-2 1-2 4", { stroke: mind, "stroke-width": 3.4 })}
    <circle cx={20} cy={37} r={2.2} fill={mind} />
  </>
);
const both = (a: JSX.Element, b: JSX.Element, sign: "=" | "≠") => (
  <>
    <Wall fill="#f2f5f1" />
    <g transform="translate(5 21) scale(0.38)">{a}</g>
    <g transform="translate(54 21) scale(0.38)">{b}</g>
    {line("M42 8h12M42 14h12", { stroke: sign === "=" ? main : mind })}
    {sign === "≠" && line("M44 18l8-14", { stroke: mind })}
  </>
);
const photo = (inner: JSX.Element) => (
  <>
    <rect width={96} height={96} rx={4} fill="#fff" stroke={ink} stroke-width={4} />
    <g transform="translate(6 12) scale(0.88)">{inner}</g>
  </>
);
const other = (
  <>
    <Wall fill="#e7e0d6" />
    <Head hair="#b9782f" tone="#c98d63" />
  </>
);
const same = (
  <>
    <Wall />
    <Head />
  </>
);
const file = (broken: boolean) => (
  <>
    <Wall fill="#f2f5f1" />
    <path d="M30 8h26l12 12v44H30z" fill={paper} stroke={ink} stroke-width={2.4} stroke-linejoin="round" />
    {line("M56 8v12h12")}
    {broken ? line("M30 38l9-7 8 8 8-8 13 9", { stroke: mind }) : <path d="M35 56l9-14 7 8 5-6 8 12z" fill={main} />}
    {!broken && <circle cx={42} cy={31} r={4} fill={mind} />}
  </>
);
const accounts = (n: 1 | 2, thing: JSX.Element) => (
  <>
    <Wall fill="#f2f5f1" />
    {thing}
    {n === 1 ? (
      <>
        {line("M48 38v6", { stroke: main })}
        <Person x={48} y={57} k={0.62} />
      </>
    ) : (
      <>
        {line("M42 38l-12 8M54 38l12 8", { stroke: mind })}
        <Person x={26} y={59} k={0.6} />
        <Person x={70} y={59} k={0.6} fill={mind} />
      </>
    )}
  </>
);
const card = <Doc at="translate(28 4) scale(0.6)" />;
const small = (
  <g transform="translate(48 16) scale(0.5)">
    <Head x={0} y={0} />
  </g>
);
const smeared = (inner: JSX.Element) => (
  <>
    {[-3, 0, 3].map((d) => (
      <g key={d} transform={`translate(${d} ${d / 2})`} opacity={0.42}>
        {inner}
      </g>
    ))}
  </>
);
const window = <path d="M6 4h84v64H6z" fill="#fffbe6" stroke="#c9b98a" stroke-width={2} />;
const sun = (
  <>
    <circle cx={14} cy={14} r={8} fill="#f3b53f" />
    {line("M14 2v-2M27 14h4M23 23l3 3M14 27v4", { stroke: "#f3b53f" })}
  </>
);
const glasses = (dark: boolean, shine = false) => (
  <>
    <circle cx={-7} cy={1} r={5.6} fill={dark ? ink : "#fff"} fill-opacity={dark ? 1 : 0.25} stroke={ink} stroke-width={1.6} />
    <circle cx={7} cy={1} r={5.6} fill={dark ? ink : "#fff"} fill-opacity={dark ? 1 : 0.25} stroke={ink} stroke-width={1.6} />
    {line("M-1.5 1h3", { "stroke-width": 1.6 })}
    {shine && <path d="M-11-1l6-4 1 4-5 5zM3-1l6-4 1 4-5 5z" fill="#fff" />}
  </>
);
const look = (more: Parameters<typeof Head>[0], extra?: JSX.Element) => (
  <>
    <Wall />
    <Head {...more} />
    {extra}
  </>
);
const turning = (d: string, turn: number, stroke: string, extra?: JSX.Element) => look({ turn }, <><Arrow d={d} stroke={stroke} />{extra}</>);
const right = "M74 12q14 6 14 22m-6-6l6 7 5-8";
const left = "M22 12Q8 18 8 34m-5-8l5 8 6-7";
const zone = (stroke: string, extra?: JSX.Element) => (
  <>
    <Table />
    <Doc zone={stroke} extra={extra} />
  </>
);
const box = <rect x={2} y={31} width={64} height={14} rx={2} fill="none" stroke={main} stroke-width={2} />;
const bars = (broken: boolean) => (
  <>
    <Table />
    <rect x={14} y={13} width={68} height={46} rx={4} fill={paper} stroke={main} stroke-width={2} />
    <path d="M22 24v24M26 24v24M29 24v24M35 24v24M38 24v24M44 24v24M50 24v24M53 24v24M59 24v24M64 24v24M68 24v24M73 24v24" stroke={ink} stroke-width={2.4} opacity={broken ? 0.45 : 1} />
    {broken && <ellipse cx={52} cy={35} rx={18} ry={10} fill="#fff" opacity={0.95} />}
  </>
);
const differ = (icon: JSX.Element, odd: readonly number[] = [2]): Pair => ({ wrong: <Letters odd={odd} icon={icon} />, right: <Letters odd={[]} icon={icon} /> });
const iconPerson = <Person x={10} y={10} k={0.55} />;
const iconNumber = line("M6 2L3 18M15 2l-3 16M1 7h18M0 13h18", { "stroke-width": 2 });
const iconDay = (
  <g transform="scale(0.46)">
    <Calendar x={2} y={2} />
  </g>
);
const iconFlag = (
  <>
    {line("M3 0v20")}
    <path d="M4 1h15l-4 5 4 5H4z" fill={main} />
  </>
);
const iconForm = line("M2 0h16v20H2zM6 6h8M6 11h8M6 16h4", { "stroke-width": 1.8 });
const calendar = (inner: JSX.Element) => (
  <>
    <Wall fill="#f2f5f1" />
    <Calendar>{inner}</Calendar>
  </>
);
const rules = (inner: JSX.Element) => (
  <>
    <Wall fill="#f2f5f1" />
    <path d="M26 6h44v60H26z" fill={paper} stroke={ink} stroke-width={2.4} stroke-linejoin="round" />
    {line("M34 16h28M34 24h28M34 32h18", { stroke: soft })}
    <g transform="translate(34 28) scale(0.8)">{inner}</g>
  </>
);
const pin = (inner?: JSX.Element) => (
  <>
    <Wall fill="#dcebe4" />
    <path d="M0 50q20-16 40-4t56-14v40H0z" fill="#b9d6c8" />
    <path d="M48 60C34 42 30 34 30 27a18 18 0 0 1 36 0c0 7-4 15-18 33z" fill={mind} />
    <circle cx={48} cy={27} r={7} fill="#fff" />
    {inner}
  </>
);

// drawings has one for every code of internal/kyc; a test holds them together.
export const drawings: Record<string, Pair> = {
  "document.not_found": { wrong: <Table />, right: doc },
  "document.multiple": { wrong: <><Table /><Doc at="translate(4 4) rotate(6) scale(0.8)" /><Doc at="translate(34 24) rotate(-8) scale(0.8)" /></>, right: doc },
  "document.blurry": { wrong: <><Table />{smeared(<Doc />)}</>, right: doc },
  "document.glare": { wrong: <>{doc}<ellipse cx={58} cy={34} rx={17} ry={12} fill="#fff" /><ellipse cx={58} cy={34} rx={23} ry={17} fill="#fff" opacity={0.5} /></>, right: doc },
  "document.dark": { wrong: <>{doc}<Veil fill="#0c1210" opacity={0.78} /></>, right: <>{doc}<g transform="translate(70 2) scale(0.8)">{sun}</g></> },
  "document.overexposed": { wrong: <>{doc}<Veil fill="#fff" opacity={0.8} /></>, right: doc },
  "document.cropped": { wrong: <><Table /><Doc at="translate(46 24)" /></>, right: doc },
  "document.obstructed": { wrong: <>{doc}<path d="M96 44q-26-10-40-4-6 6 2 11 16 4 38 21z" fill={skin} stroke="#a9714f" stroke-width={1.6} /></>, right: <>{doc}<path d="M96 52q-10-4-14 0l2 8 12 6z" fill={skin} stroke="#a9714f" stroke-width={1.6} /></> },
  "document.low_resolution": { wrong: <><Table /><Doc at="translate(36 28) scale(0.34)" /></>, right: doc },
  "document.tilted": { wrong: <><Table /><Doc at="matrix(0.9 0.34 -0.34 0.62 24 6)" /></>, right: doc },
  "document.black_and_white": { wrong: <><Wall fill="#c8c8c8" /><Doc grey /></>, right: doc },
  "document.screen_capture": { wrong: <><Wall fill="#f2f5f1" /><Monitor><Doc at="translate(25 14) scale(0.68)" /></Monitor></>, right: doc },
  "document.screenshot": { wrong: <><Wall fill="#f2f5f1" /><Phone><Doc at="translate(32 20) scale(0.47)" />{line("M34 54h28M34 14h10", { stroke: soft })}</Phone></>, right: <><Table /><Doc at="translate(14 24) scale(0.8)" /><path d="M58 2h36v24H58z" fill={ink} /><circle cx={76} cy={14} r={6} fill="#cfe0e8" /></> },
  "document.paper_copy": { wrong: <><Table /><path d="M8 4h80v64H8z" fill="#fff" stroke={soft} /><Doc grey /></>, right: doc },
  "document.edited": { wrong: <><Table /><Doc extra={<><rect x={27} y={13} width={32} height={9} fill="#fff" stroke={mind} stroke-width={1.6} stroke-dasharray="3 2" transform="rotate(-4 40 17)" />{line("M31 18h22", { "stroke-width": 3, transform: "rotate(-4 40 17)" })}</>} /></>, right: doc },
  "document.wrong_side": { wrong: <><Table /><Back /></>, right: <>{doc}<Arrow d="M76 6a12 12 0 0 1 10 14m-5-4l5 5 4-6" /></> },
  "document.back_missing": { wrong: <><Table /><Doc at="translate(3 22) scale(0.62)" /><rect x={52} y={22} width={40} height={29} rx={3} fill="none" stroke={mind} stroke-width={2} stroke-dasharray="4 3" /></>, right: <><Table /><Doc at="translate(3 22) scale(0.62)" /><Back at="translate(50 22) scale(0.62)" /></> },
  "document.expired": { wrong: <><Table /><Doc at="translate(4 16) scale(0.7)" /><g transform="translate(34 8) scale(0.85)"><Calendar x={24} y={10}>{cross}</Calendar></g></>, right: <><Table /><Doc at="translate(4 16) scale(0.7)" /><g transform="translate(34 8) scale(0.85)"><Calendar x={24} y={10}>{tick}</Calendar></g></> },
  "document.not_accepted": { wrong: <><Table /><rect x={16} y={14} width={64} height={44} rx={5} fill="#7a5ea8" /><path d="M48 22l4 9 10 1-7 7 2 10-9-5-9 5 2-10-7-7 10-1z" fill="#f3d35b" /></>, right: doc },
  "document.specimen": { wrong: <><Table /><Doc extra={<path d="M-2 40L62-4l8 10L6 50z" fill={mind} opacity={0.55} />} /></>, right: doc },
  "document.mrz_unreadable": { wrong: zone("#7b8f86", <><rect x={2} y={31} width={64} height={14} fill={paper} opacity={0.75} />{line("M2 38q8-6 16 0t16 0 16 0 16 0", { stroke: mind, "stroke-width": 2 })}</>), right: zone(ink, box) },
  "document.mrz_check_digit": { wrong: zone(ink, <rect x={40} y={31} width={12} height={14} rx={2} fill="none" stroke={mind} stroke-width={2.4} />), right: zone(ink, box) },
  "document.barcode_unreadable": { wrong: bars(true), right: bars(false) },
  "document.inconsistent": { wrong: both(<Doc at="translate(0 16) scale(1.25)" />, <Letters odd={[1, 3]} icon={iconPerson} />, "≠"), right: both(<Doc at="translate(0 16) scale(1.25)" />, <Letters odd={[]} icon={iconPerson} />, "=") },
  "document.same_picture": { wrong: both(photo(<><Table />{smeared(<Doc />)}</>), photo(<><Table />{smeared(<Doc />)}</>), "="), right: both(photo(<><Table />{smeared(<Doc />)}</>), photo(doc), "≠") },
  "document.file_unreadable": { wrong: file(true), right: file(false) },
  "document.portrait_missing": { wrong: <><Table /><Doc portrait={false} extra={<rect x={5} y={6} width={18} height={22} rx={2} fill="none" stroke={mind} stroke-width={2} stroke-dasharray="3 2" />} /></>, right: doc },
  "document.impossible_date": { wrong: calendar(question), right: calendar(tick) },
  "details.name_mismatch": differ(iconPerson),
  "details.number_mismatch": differ(iconNumber, [1, 4]),
  "details.birth_date_mismatch": differ(iconDay, [0, 1]),
  "details.expiry_mismatch": differ(iconDay, [4]),
  "details.nationality_mismatch": differ(iconFlag, [0, 1, 2]),
  "details.changed_between_attempts": { wrong: <Letters odd={[0, 1, 2, 3, 4]} icon={iconForm} />, right: <Letters odd={[]} icon={iconForm} /> },
  "details.document_replaced": { wrong: both(<Doc at="translate(0 16) scale(1.25)" />, <g transform="translate(0 16) scale(1.25)"><rect width={68} height={46} rx={4} fill="#d9e4f2" stroke="#34597f" stroke-width={2} /><path d="M10 12h48M10 22h40M10 32h44" stroke="#34597f" stroke-width={3} /></g>, "≠") },
  "uniqueness.document_in_use": { wrong: accounts(2, card), right: accounts(1, card) },
  "uniqueness.face_in_use": { wrong: accounts(2, small), right: accounts(1, small) },
  "uniqueness.document_elsewhere": { wrong: accounts(2, card) },
  "uniqueness.face_elsewhere": { wrong: accounts(2, small) },
  "uniqueness.theft_reported": { wrong: accounts(2, card) },
  "uniqueness.recovery_review": { wrong: accounts(2, small) },
  "face.not_found": { wrong: <><Wall /><ellipse cx={48} cy={35} rx={24} ry={31} fill="none" stroke={mind} stroke-width={2} stroke-dasharray="4 3" /></>, right: face },
  "face.multiple": { wrong: <><Wall /><Head x={68} y={30} k={0.8} hair="#b9782f" tone="#c98d63" /><Head x={34} y={36} k={0.9} /></>, right: face },
  "face.too_small": { wrong: look({ k: 0.36, y: 42 }), right: face },
  "face.too_close": { wrong: look({ k: 2.1, y: 40 }), right: face },
  "face.off_centre": { wrong: look({ x: 82, y: 44 }), right: face },
  "face.not_frontal": { wrong: look({ turn: 1.1 }), right: face },
  "face.blurry": { wrong: <><Wall />{smeared(<Head />)}</>, right: face },
  "face.dark": { wrong: <>{same}<Veil fill="#0c1210" opacity={0.78} /></>, right: <>{face}<g transform="translate(2 2) scale(0.8)">{sun}</g></> },
  "face.backlit": { wrong: <><Wall fill="#e9e4d0" />{window}<Head tone="#4b3a30" hair="#1b1512" /></>, right: <>{face}<g transform="translate(2 2) scale(0.8)">{sun}</g></> },
  "face.overexposed": { wrong: <>{same}<Veil fill="#fff" opacity={0.78} /></>, right: face },
  "face.uneven_light": { wrong: <>{same}<rect x={48} width={48} height={72} fill="#0c1210" opacity={0.62} /></>, right: face },
  "face.smeared": { wrong: <>{same}<Veil fill="#eef0ea" opacity={0.5} />{line("M6 20q40-14 84 8M4 44q44-14 88 8", { stroke: "#fff", "stroke-width": 9, opacity: 0.7 })}</>, right: face },
  "face.glare": { wrong: look({ extra: glasses(false, true) }), right: look({ extra: glasses(false) }) },
  "face.flicker": { wrong: <>{same}<path d="M0 6h96v9H0zM0 26h96v9H0zM0 46h96v9H0zM0 66h96v9H0z" fill="#0c1210" opacity={0.4} /></>, right: face },
  "face.eyes_closed": { wrong: look({ eyes: "shut" }), right: face },
  "face.covered_eyes": { wrong: look({ extra: glasses(true) }), right: face },
  "face.covered_mouth": { wrong: look({ extra: <path d="M-14 7q14 4 28 0l-3 13q-11 7-22 0z" fill="#a9cfe0" stroke="#5b8ba0" stroke-width={1.4} /> }), right: face },
  "face.head_covered": { wrong: look({ extra: <path d="M-21-8q2-18 21-18t21 18q-20 6-42 0z" fill="#7c3f5d" /> }), right: face },
  "face.mismatch": { wrong: both(<Doc at="translate(0 16) scale(1.25)" />, other, "≠"), right: both(<Doc at="translate(0 16) scale(1.25)" />, same, "=") },
  "face.presentation_attack": { wrong: <><Wall /><g transform="rotate(-6 48 36)"><rect x={22} y={6} width={52} height={62} fill="#fff" stroke={ink} stroke-width={2} /><svg x={26} y={10} width={44} height={46} viewBox="16 4 64 66">{same}</svg></g></>, right: face },
  "face.same_picture": { wrong: both(photo(other), photo(other), "="), right: both(photo(other), photo(same), "≠") },
  "face.file_unreadable": { wrong: file(true), right: file(false) },
  "face.without_biometrics": { wrong: reviewer },
  "face.record_mismatch": { wrong: both(photo(same), photo(other), "≠") },
  "face.record_missing": { wrong: both(<rect x={10} y={10} width={76} height={76} rx={4} fill="none" stroke={mind} stroke-width={4} stroke-dasharray="8 6" />, photo(same), "≠") },
  "face.seen_in_person": { wrong: <><Wall fill="#f2f5f1" /><Person x={28} y={44} /><Person x={68} y={44} fill={mind} />{line("M42 50q6 5 12 0")}</> },
  "face.seen_by_video": { wrong: <><Wall fill="#f2f5f1" /><Monitor><g transform="translate(24 8) scale(0.5 0.62)">{same}</g></Monitor></> },
  "liveness.too_fast": { wrong: turning(right, 1, mind, <>{line("M80 44h12M76 52h16M80 60h12", { stroke: mind })}</>), right: turning(right, 1, main, <Clock x={16} y={16} r={11} />) },
  "liveness.incomplete": { wrong: turning("M76 14q6 4 7 10", 0.25, mind), right: turning(right, 1, main) },
  "liveness.wrong_action": { wrong: turning(left, -1, mind), right: turning(right, 1, main) },
  "liveness.different_person": { wrong: both(photo(same), photo(other), "≠") },
  "liveness.frames_missing": { wrong: <Film gaps={[1, 2]} />, right: <Film /> },
  "liveness.connection": { wrong: <Radio broken />, right: <Radio /> },
  "liveness.virtual_camera": { wrong: <><Wall fill="#f2f5f1" /><Monitor><g transform="translate(24 8) scale(0.5 0.62)">{same}</g>{line("M66 14h12v8H66zM78 18l5-3v6z", { stroke: mind })}</Monitor></> },
  "liveness.replayed": { wrong: <Film>{line("M20 14h52a10 10 0 0 1 10 6m-6-2l6 3 3-6", { stroke: mind })}</Film> },
  "liveness.light_mismatch": { wrong: <><rect width={48} height={72} fill="#31b86a" /><rect x={48} width={48} height={72} fill="#3a5fd0" /><Head tone="#e07a6a" /></> },
  "eligibility.under_age": { wrong: calendar(<>{line("M20 20v14", { stroke: mind, "stroke-width": 3 })}<rect x={10} y={28} width={20} height={9} rx={2} fill="#e7a4b5" /><circle cx={20} cy={18} r={2.4} fill="#f3b53f" /></>) },
  "eligibility.region_restricted": { wrong: pin(line("M24 8l48 52", { stroke: ink, "stroke-width": 4 })) },
  "eligibility.service_unavailable": { wrong: <><Wall fill="#f2f5f1" /><rect x={28} y={8} width={40} height={60} rx={3} fill="#b58a5a" /><circle cx={60} cy={40} r={3} fill={paper} /><rect x={34} y={20} width={28} height={12} rx={2} fill={paper} />{line("M39 26h18", { stroke: mind })}</> },
  "eligibility.age_unknown": { wrong: calendar(question), right: calendar(tick) },
  "eligibility.proof_needed": { wrong: rules(question), right: rules(tick) },
  "eligibility.not_permitted": { wrong: rules(cross) },
  "eligibility.rule_review": { wrong: reviewer },
  "eligibility.policy_changed": { wrong: <>{rules(<g />)}<Arrow d="M74 18a16 16 0 0 1 4 26m6-8l-7 9-7-6" /></> },
  "case.cooling_down": { wrong: <><Wall fill="#f2f5f1" /><Clock /></> },
  "case.forced": { wrong: reviewer },
  "case.help_requested": { wrong: asker },
  "case.our_fault": { wrong: <><Wall fill="#f2f5f1" /><Monitor>{line("M34 40l20-20m-4-6a8 8 0 0 0 8 10l6-2-6 8a8 8 0 0 1-8 0M34 40l4 4 18-18", { stroke: mind })}</Monitor></> },
  "case.cancelled": { wrong: <><Wall fill="#f2f5f1" /><circle cx={48} cy={36} r={22} fill={paper} stroke={ink} stroke-width={3} />{line("M40 28l16 16M56 28L40 44", { stroke: mind, "stroke-width": 4 })}</> },
};
