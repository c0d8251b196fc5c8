import { useEffect, useRef, useState } from "preact/hooks";
import { type Case, type Client, Problem } from "../api";
import { fill, type Words } from "../words";
import { FaceAdviser, type FaceHint } from "./advice";
import { ByTheClock, Coach, type Coached, type Cue } from "./coach";
import { Example } from "./example";
import { paceFor, type Taken, thinned } from "./record";
import { type Film, Stage, useGuided } from "./stage";
import { hush, say, voiceFor } from "./voice";
import type { Looker, Shot } from "./watch";
import { type Challenge as Drawn, type Device, draw, Sender, type Sent } from "./wire";
import type { LiveWords } from "./words";

export interface ChallengeProps {
  title: string;
  words: Words;
  live: LiveWords;
  client: Client;
  looker: Looker;
  withoutColours: boolean;
  onDone: (c: Case) => void;
  // moved is told when the case is no longer where the page thought it was.
  moved: (e: unknown) => void;
  onClose: () => void;
}

// What the dialog shows: the face is framed, filmed, the film is sent; or it ends
// with something to tell.
type Phase = "frame" | "film" | "send" | "tooLong" | "lost" | "limit" | "away";

const quality = 0.85;
const spare = 1000; // milliseconds of the longest film that are left for its end
const litFrames = 3; // of the server's least of twelve, under five colours
const litAfterMS = 110; // a screen and a camera need as long to show a colour and to see it
const litMost = 2500;
const thankMS = 1500; // that all is done stays as long, so that it can be read
const framedMS = 2500; // where no face can be followed: time to find the oval

interface Reel {
  drawn: Drawn;
  lead: Coach | ByTheClock;
  sender: Sender;
  start: number; // the time of the first frame
  pace: number;
  last: number; // when a frame was taken last
  held: Promise<Taken | undefined>[]; // taken and not given yet
  given: number[];
  bytes: number;
  // shown are the colours that were or are on the screen, each with the frames
  // taken in its light; undefined before they begin.
  shown: { colour: string; from: number; to: number; frames: number }[] | undefined;
  turning: boolean; // from one colour to the next
  over: boolean;
}

// Challenge films the face while its owner makes the movements that the server
// has drawn, and sends the film while it is still being made.
export function Challenge(p: ChallengeProps) {
  const { live, words } = p;
  const guided = useGuided(p.looker);
  const [phase, setPhase] = useState<Phase>("frame");
  const [hint, setHint] = useState<FaceHint>("look");
  const [told, setTold] = useState<Coached>();
  const [light, setLight] = useState("");
  const [sent, setSent] = useState<Sent>({ done: 0, all: 0, away: false });
  const [actions, setActions] = useState<Drawn["actions"]>([]);
  const [aloud, setAloud] = useState(false);
  const [round, setRound] = useState(0);
  const voice = voiceFor(words.lang);
  const drawn = useRef<Drawn | undefined>(undefined);
  const reel = useRef<Reel | undefined>(undefined);
  const film = useRef<Film | undefined>(undefined);
  const adviser = useRef(new FaceAdviser());
  const opened = useRef(0);

  // Each round draws its own challenge: what was filmed for one answers no other.
  useEffect(() => {
    let over = false;
    drawn.current = undefined;
    reel.current = undefined;
    adviser.current = new FaceAdviser();
    opened.current = 0;
    setPhase("frame");
    setTold(undefined);
    draw(p.client, p.withoutColours).then(
      (d) => {
        if (over) return;
        drawn.current = d;
        setActions(d.actions);
      },
      (e: unknown) => {
        if (over) return;
        if (e instanceof Problem && e.code === "too_many") setPhase("limit");
        else if (e instanceof Problem && (e.unanswered || e.code === "busy")) setPhase("away");
        else p.moved(e);
      },
    );
    return () => {
      over = true;
      if (reel.current) {
        reel.current.over = true;
        reel.current.sender.stop();
      }
      hush();
    };
  }, [round]);

  function stop(why: Phase) {
    const r = reel.current;
    if (!r || r.over) return;
    r.over = true;
    r.sender.stop();
    setLight("");
    setPhase(why);
  }

  function begin(d: Drawn, at: number) {
    reel.current = {
      drawn: d,
      lead: guided ? new Coach(d.actions, d.needs) : new ByTheClock(d.actions),
      sender: new Sender(p.client, d, setSent),
      start: at, pace: paceFor(d.limits.frames, d.actions.length), last: -Infinity,
      held: [], given: [], bytes: 0, shown: undefined, turning: false, over: false,
    };
    setPhase("film");
  }

  // take keeps a frame of the film.
  function take(r: Reel, shot: Shot) {
    const ms = Math.round(shot.at - r.start);
    r.last = shot.at;
    const lit = r.shown?.at(-1);
    if (lit && lit.to === 0 && shot.at >= lit.from + litAfterMS) lit.frames++;
    r.held.push(
      new Promise((done) =>
        shot.small.toBlob(
          (body) => {
            r.bytes += body?.size ?? 0;
            done(body ? { ms, body } : undefined);
          },
          "image/jpeg",
          quality,
        ),
      ),
    );
  }

  // give hands over what is held: all from a time on, and of the wait before it a part.
  async function give(r: Reel, from: number): Promise<void> {
    const held = r.held.splice(0);
    const all = (await Promise.all(held)).filter((t) => t !== undefined);
    // Frames in the light of a colour say something even when nothing moves.
    const lit = (t: Taken) => r.shown?.some((s) => t.ms >= s.from - r.start && (s.to === 0 || t.ms <= s.to - r.start + litAfterMS)) ?? false;
    const kept = thinned(all, from - r.start, lit);
    r.given.push(...kept.map((t) => t.ms));
    r.sender.give(kept);
  }

  function see(seen: Parameters<Coach["see"]>[0] | undefined, shot: Shot) {
    const d = drawn.current;
    const r = reel.current;
    if (!r) {
      opened.current ||= shot.at;
      const a = seen && adviser.current.see(seen);
      if (a && a.hint !== hint) setHint(a.hint);
      if (d && (a ? a.take : shot.at - opened.current > framedMS)) begin(d, shot.at);
      else return;
    }
    const now = reel.current;
    if (!now || now.over) return;
    const t = now.lead.see(seen ?? { at: shot.at, width: 0, height: 0, face: undefined });
    setTold((old) => (old && old.cue === t.cue && old.step === t.step && Math.abs(old.progress - t.progress) < 0.04 ? old : t));
    // Of a blink, which is quick, every frame is kept.
    const blink = t.moving && now.drawn.actions[t.step] === "blink";
    if (blink || shot.at - now.last >= now.pace - 12) take(now, shot);
    if (now.shown || t.cue === "ask") shine(now);
    if (t.from !== undefined) void give(now, t.from);
    const { limits } = now.drawn;
    if (shot.at - now.start > limits.length_ms - spare || now.given.length > limits.frames || now.bytes > limits.bytes * 0.95) return stop("tooLong");
    const shone = now.shown !== undefined && now.shown.length === (now.drawn.colours?.length ?? 0) && now.shown.every((c) => c.to > 0);
    if (t.cue === "finished" && shone) void finish(now);
  }

  // shine fills the screen with the drawn colours, one after the other, and notes
  // when each was really on it: a frame later than it was asked for. Each stays
  // until a few frames were taken in its light, also where frames come slowly.
  function shine(r: Reel) {
    const colours = r.drawn.colours ?? [];
    r.shown ??= [];
    const now = r.shown.at(-1);
    if (r.turning || (r.shown.length === colours.length && (!now || now.to > 0))) return;
    const since = now ? performance.now() - now.from : Infinity;
    if (now && (since < (r.drawn.colour_ms ?? 800) || (now.frames < litFrames && since < litMost))) return;
    r.turning = true;
    const next = colours[r.shown.length];
    setLight(next ?? "");
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const at = performance.now();
        if (now) now.to = at;
        if (next) r.shown!.push({ colour: next, from: at, to: 0, frames: 0 });
        r.turning = false;
      }),
    );
  }

  async function finish(r: Reel) {
    if (r.over) return;
    r.over = true;
    setPhase("send");
    navigator.vibrate?.([60, 60, 60]);
    const thanked = wait(thankMS);
    const device = deviceOf(film.current);
    await give(r, r.given.length + r.held.length > r.drawn.limits.frames ? Infinity : 0);
    if (r.given.length > r.drawn.limits.frames) {
      r.sender.stop();
      return setPhase("tooLong");
    }
    const ms = (at: number) => Math.max(0, Math.round(at - r.start));
    try {
      const c = await r.sender.complete({
        frames: r.given.sort((a, b) => a - b),
        colours: (r.shown ?? []).map((s) => ({ colour: s.colour, from_ms: ms(s.from), to_ms: ms(s.to) })),
        device,
      });
      if (c.status !== "used") return setPhase("lost");
      const kase = await patient(() => p.client.read());
      await thanked;
      p.onDone(kase);
    } catch (e) {
      if (!(e instanceof Problem)) return; // the dialog was closed
      if (e.code === "stale" || e.code === "conflict") setPhase("lost");
      else p.moved(e);
    } finally {
      r.sender.stop();
    }
  }

  const action = told && actions[told.step];
  const text = textOf(phase, guided, hint, told, action, live);
  useEffect(() => {
    if (aloud && voice && text !== "") say(text, voice);
  }, [aloud, text]);
  useEffect(() => {
    if (told?.cue === "seen") navigator.vibrate?.(80);
    if (told && minds.includes(told.cue)) navigator.vibrate?.([40, 60, 40]);
  }, [told?.cue]);

  const ended = phase === "tooLong" || phase === "lost" || phase === "limit" || phase === "away";
  const filming = phase === "frame" || phase === "film";
  return (
    <Stage
      key={round}
      title={p.title}
      words={words}
      close={live.close}
      looker={p.looker}
      guided={guided}
      light={light}
      ring={phase === "film" ? (told?.progress ?? 0) : phase === "frame" && hint === "good" ? 1 : 0}
      well={phase === "film" ? told?.cue === "back" || told?.cue === "seen" || told?.cue === "finished" : hint === "good"}
      hidden={!filming}
      onClose={p.onClose}
      watching={{ begin: (f) => void (film.current = f), full: () => false, tell: see }}
      above={
        <div class="above">
          {phase === "film" && action && <Example of={told?.cue === "rest" ? "rest" : action} />}
          {phase === "film" && told && <p class="dots">{fill(live.step, { k: told.step + 1, n: actions.length })}</p>}
        </div>
      }
    >
      {ended && (
        <div class="reason" role="alert">
          <h3>{phase === "away" ? words.noServer.title : live[phase].title}</h3>
          <p>{phase === "away" ? words.offline : live[phase].text}</p>
        </div>
      )}
      {phase === "send" && (
        <>
          <p class="cue" role="status">
            {sent.away ? live.away : live.cues.finished}
          </p>
          <p id="sending">{fill(live.sending, { done: sent.done, all: sent.all })}</p>
          <progress aria-labelledby="sending" max={Math.max(1, sent.all)} value={sent.done} />
        </>
      )}
      {filming && (
        <p class={`cue ${told && minds.includes(told.cue) ? "mind" : phase === "frame" && hint === "good" ? "good" : ""}`} role="status">
          {text}
        </p>
      )}
      <p class="actions">
        {ended && phase !== "limit" && (
          <button type="button" onClick={() => setRound(round + 1)}>
            {live.again}
          </button>
        )}
        {filming && voice && (
          <button
            type="button"
            class="quiet"
            aria-pressed={aloud}
            onClick={() => {
              if (aloud) hush();
              setAloud(!aloud);
            }}
          >
            {aloud ? live.silent : live.speak}
          </button>
        )}
      </p>
    </Stage>
  );
}

const minds: readonly Cue[] = ["slower", "further", "other_way", "lost"];

function textOf(phase: Phase, guided: boolean | undefined, hint: FaceHint, told: Coached | undefined, action: Drawn["actions"][number] | undefined, live: LiveWords): string {
  if (guided === undefined) return live.preparing;
  if (phase === "frame") return guided ? live.hints[hint] : live.unguided;
  if (phase !== "film" || !told) return "";
  if (told.cue === "ask" || told.cue === "more") return action ? live.actions[action] : "";
  return live.cues[told.cue];
}

// deviceOf is what the recorder knows of its camera. It says how the film came
// about, and is kept sealed with it.
function deviceOf(f: Film | undefined): Device {
  const out: Device = { automated: navigator.webdriver };
  if (!f) return out;
  const s = f.track.getSettings();
  const capabilities = f.track.getCapabilities?.() as Record<string, unknown> | undefined;
  const jitter = f.clock.jitter();
  return {
    ...out,
    camera: f.track.label.slice(0, 128),
    ...(s.facingMode ? { facing: s.facingMode } : {}),
    width: f.video.videoWidth,
    height: f.video.videoHeight,
    ...(s.frameRate ? { frame_rate: s.frameRate } : {}),
    ...(capabilities ? { capabilities: Object.keys(capabilities).filter((k) => /^[A-Za-z]{1,32}$/.test(k)).slice(0, 40) } : {}),
    ...(jitter === undefined ? {} : { clock_jitter_ms: jitter }),
  };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

// patient asks again while the network is away.
async function patient<T>(doing: () => Promise<T>): Promise<T> {
  for (let k = 0; ; k++) {
    try {
      return await doing();
    } catch (e) {
      if (!(e instanceof Problem) || !(e.unanswered || e.code === "busy") || k > 30) throw e;
      await wait(Math.min(8000, 500 * 2 ** k));
    }
  }
}
