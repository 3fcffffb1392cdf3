import type { Capture } from '@/api/capture';
import type { LivenessChallenge } from '@/api/contract';

import { toJpeg } from './camera';
import { freshFrames } from './fresh';
import { NOD_TIME, planOf, schedule, type Step } from './plan';
import type { CaptureSource } from './source';

/** Where a guided capture stands. */
export interface Moment {
  step: Step;
  /** How many steps there are after looking ahead. */
  of: number;
  /** `done`: a step has just ended well enough to go on. */
  phase: 'act' | 'done';
  /** How much of the step is over, 0 to 1. */
  progress: number;
}

/** Milliseconds that lie between any two frames, however late a busy device is. */
const SHORTEST_GAP = 60;
/** Pixels of a frame's longer side. */
const FRAME_LIMIT = 640;

/**
 * Leads a person through a challenge and takes the frames. They live in memory only, are never mirrored, and no two are the same picture.
 * Ends with an AbortError when the page is left, with a StalledError when the camera stops.
 */
export async function guide(
  source: CaptureSource,
  challenge: LivenessChallenge,
  { calm, signal, onMoment }: { calm: boolean; signal: AbortSignal; onMoment: (moment: Moment) => void },
): Promise<Capture> {
  const { video } = source;
  const steps = planOf(challenge, calm);
  const fresh = freshFrames(video);
  const pictures: Promise<Blob>[] = [];
  const offsetsMs: number[] = [];
  const numbers: number[] = [];
  let start: number | undefined;
  let last = -Infinity;
  for (const step of steps) {
    const tell = (phase: Moment['phase'], progress: number) => onMoment({ step, of: challenge.actions.length, phase, progress });
    tell('act', 0);
    await source.begin(step.action, signal);
    await pause(step.lead, signal);
    const begun = performance.now();
    for (const [index, at] of schedule(step.frames, step.time).entries()) {
      await pause(Math.max(begun + at, last + SHORTEST_GAP) - performance.now(), signal);
      await fresh(signal);
      last = performance.now();
      start ??= last;
      offsetsMs.push(later(offsetsMs[offsetsMs.length - 1], last - start));
      numbers.push(step.number);
      pictures.push(toJpeg(video, video.videoWidth, video.videoHeight, FRAME_LIMIT));
      tell('act', (index + 1) / step.frames);
    }
    tell('done', 1);
    if (step !== steps[steps.length - 1]) await pause(NOD_TIME, signal);
  }
  return { nonce: challenge.nonce, frames: await Promise.all(pictures), offsetsMs, steps: numbers };
}

/** Whole milliseconds, and always later than the frame before. */
export function later(before: number | undefined, offset: number): number {
  return before === undefined ? 0 : Math.max(before + 1, Math.round(offset));
}

export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException('', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, Math.max(0, milliseconds));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
