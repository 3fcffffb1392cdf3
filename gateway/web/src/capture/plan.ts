import type { LivenessAction, LivenessChallenge } from '@/api/contract';
import { inSeconds } from '@/forms/format';

/** One step of a capture: what to do, for how long, and how many frames to take of it. */
export interface Step {
  /** As the frames name it: 0 looking ahead, then 1, 2, … */
  number: number;
  /** None: looking straight ahead. */
  action: LivenessAction | undefined;
  /** Milliseconds to read the prompt before the first frame. */
  lead: number;
  /** Milliseconds from the first frame to the last. */
  time: number;
  frames: number;
}

/** Milliseconds, frames: how long the person looks ahead before the first action. */
const LOOK = { lead: 700, time: 1000, frames: 5 };
/** Milliseconds before the first frame of an action. */
const LEAD = 400;
/** People in 关怀模式 get half as much time again. */
const CALM = 1.5;
/** What a capture may hold. */
const MOST_FRAMES = 40;
const FEWEST_FRAMES = 4;
/** Eyes are closed for a fifth of a second: looked at more often than that, while there is room. */
const BLINK_FRAMES = 16;
const LONGEST_STEP = 6000;

/** Milliseconds that 「好的」 is shown between two steps. */
export const NOD_TIME = 650;

/** The steps of a challenge; `calm` for people who need more time. */
export function planOf(challenge: Pick<LivenessChallenge, 'actions' | 'framesPerStep' | 'stepTime'>, calm: boolean): Step[] {
  const factor = calm ? CALM : 1;
  const room = Math.floor((MOST_FRAMES - LOOK.frames) / Math.max(1, challenge.actions.length));
  const frames = Math.min(room, Math.max(FEWEST_FRAMES, challenge.framesPerStep));
  const spare = MOST_FRAMES - LOOK.frames - frames * challenge.actions.length;
  const framesOf = (action: LivenessAction) => (action === 'LIVENESS_ACTION_BLINK' ? Math.max(frames, Math.min(BLINK_FRAMES, frames + spare)) : frames);
  const time = Math.min(LONGEST_STEP, inSeconds(challenge.stepTime) * 1000) * factor;
  return [
    { number: 0, action: undefined, frames: LOOK.frames, lead: LOOK.lead * factor, time: LOOK.time * factor },
    ...challenge.actions.map((action, index) => ({ number: index + 1, action, frames: framesOf(action), lead: LEAD * factor, time })),
  ];
}

/** When to take each of the frames, in milliseconds since the first. */
export function schedule(frames: number, time: number): number[] {
  if (frames <= 1) return [0];
  return Array.from({ length: frames }, (_, index) => Math.round((time * index) / (frames - 1)));
}

/** About how many seconds a challenge takes. */
export function secondsOf(steps: readonly Step[]): number {
  const all = steps.reduce((sum, { lead, time }) => sum + lead + time + NOD_TIME, 0);
  return Math.ceil(all / 1000);
}
