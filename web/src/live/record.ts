// Which frames of a recording are kept. Movements and what is around them are
// kept in full; of a long wait every third frame is enough, so that whoever takes
// their time has not to send twice as much.

export interface Taken {
  ms: number; // from the first frame
  body: Blob;
}

const aroundMS = 700; // before a movement
const waitingStep = 3;

// paceFor is how often a frame is taken: ten a second, less often where the
// server takes few.
export function paceFor(frames: number, movements: number): number {
  const usual = 1000 + 2800 * movements; // milliseconds
  return Math.max(100, Math.min(200, Math.round(usual / (frames * 0.8))));
}

// thinned drops two of three frames that lie well before a movement, but for those
// that tell something else.
export function thinned(all: readonly Taken[], from: number, tells: (t: Taken) => boolean = () => false): Taken[] {
  let k = 0;
  return all.filter((t) => t.ms >= from - aroundMS || tells(t) || k++ % waitingStep === 0);
}
