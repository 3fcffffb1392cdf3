import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { LivenessAction, LivenessChallenge } from '@/api/contract';

import { StalledError, freshFrames } from './fresh';
import { guide, later, type Moment } from './guide';
import { planOf, schedule, secondsOf } from './plan';
import type { CaptureSource } from './source';

const CHALLENGE: LivenessChallenge = { nonce: 'n', actions: ['LIVENESS_ACTION_TURN_LEFT', 'LIVENESS_ACTION_BLINK', 'LIVENESS_ACTION_NOD'], expireTime: '', framesPerStep: 8, stepTime: '2s' };

const drawn: number[] = [];
vi.mock('./camera', () => ({
  openCamera: vi.fn(),
  stopCamera: vi.fn(),
  toJpeg: (video: { currentTime: number }) => {
    drawn.push(video.currentTime);
    return Promise.resolve(new Blob(['x']));
  },
}));

beforeEach(() => {
  drawn.length = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => vi.useRealTimers());

describe('the plan of a challenge', () => {
  it('looks ahead first, then does each action in order', () => {
    const steps = planOf(CHALLENGE, false);
    expect(steps.map(({ number, action }) => [number, action])).toEqual([[0, undefined], [1, 'LIVENESS_ACTION_TURN_LEFT'], [2, 'LIVENESS_ACTION_BLINK'], [3, 'LIVENESS_ACTION_NOD']]);
    expect(steps[0]).toMatchObject({ frames: 5, time: 1000 });
    expect(steps[1]).toMatchObject({ frames: 8, time: 2000 });
    expect(secondsOf(steps)).toBeLessThanOrEqual(12);
  });

  it('gives people in 关怀模式 half as much time again, and as many frames', () => {
    const [quick, calm] = [planOf(CHALLENGE, false), planOf(CHALLENGE, true)];
    calm.forEach((step, index) => {
      expect(step.time).toBe(quick[index]!.time * 1.5);
      expect(step.lead).toBe(quick[index]!.lead * 1.5);
      expect(step.frames).toBe(quick[index]!.frames);
    });
  });

  it('never asks for more frames than a capture may hold, nor for too few', () => {
    const most = (actions: LivenessAction[], framesPerStep: number) =>
      planOf({ actions, framesPerStep, stepTime: '2s' }, false).reduce((sum, { frames }) => sum + frames, 0);
    expect(most(['LIVENESS_ACTION_BLINK', 'LIVENESS_ACTION_NOD', 'LIVENESS_ACTION_OPEN_MOUTH', 'LIVENESS_ACTION_TURN_LEFT', 'LIVENESS_ACTION_TURN_RIGHT'], 30)).toBe(40);
    expect(planOf({ ...CHALLENGE, framesPerStep: 0 }, false)[1]!.frames).toBe(4);
    expect(most(['LIVENESS_ACTION_TURN_LEFT', 'LIVENESS_ACTION_BLINK', 'LIVENESS_ACTION_NOD'], 10)).toBe(40);
    expect(planOf({ ...CHALLENGE, stepTime: '600s' }, false)[1]!.time).toBe(6000);
  });

  it('looks at eyes more often than they take to blink, while there is room', () => {
    const blink = (framesPerStep: number) => planOf({ ...CHALLENGE, framesPerStep }, false)[2]!;
    for (const framesPerStep of [8, 10]) expect(blink(framesPerStep).time / (blink(framesPerStep).frames - 1)).toBeLessThan(200);
    expect(blink(30).frames).toBe(13);
  });

  it('spreads the frames over the step', () => {
    expect(schedule(5, 1000)).toEqual([0, 250, 500, 750, 1000]);
    expect(schedule(1, 1000)).toEqual([0]);
  });

  it('has times that always rise', () => {
    expect(later(undefined, 3.4)).toBe(0);
    expect(later(10, 20.6)).toBe(21);
    expect(later(10, 10.2)).toBe(11);
  });
});

/** A camera of so many pictures a second, without the browser's word for each. */
const camera = (rate: number) => ({
  videoWidth: 640,
  videoHeight: 480,
  get currentTime() {
    return Math.floor((performance.now() * rate) / 1000) / rate;
  },
});
const quiet = new AbortController().signal;

describe('pictures', () => {
  it('are waited for until the video goes on', async () => {
    const video = { currentTime: 1 };
    const fresh = freshFrames(video as HTMLVideoElement);
    await fresh(quiet);
    let second = false;
    const waiting = fresh(quiet).then(() => (second = true));
    await vi.advanceTimersByTimeAsync(500);
    expect(second).toBe(false);
    video.currentTime = 1.04;
    await vi.advanceTimersByTimeAsync(50);
    await waiting;
    expect(second).toBe(true);
  });

  it('are told by the browser where it tells of them', async () => {
    const times = [0.1, 0.1, 0.2];
    const video = {
      requestVideoFrameCallback: (tell: (now: number, about: { mediaTime: number }) => void) => setTimeout(() => tell(0, { mediaTime: times.shift()! }), 10),
      cancelVideoFrameCallback: () => undefined,
    };
    const fresh = freshFrames(video as unknown as HTMLVideoElement);
    const both = fresh(quiet).then(() => fresh(quiet));
    await vi.advanceTimersByTimeAsync(100);
    await both;
    expect(times).toEqual([]);
  });

  it('that stand still are a fault, and leaving ends the waiting', async () => {
    const fresh = freshFrames({ currentTime: 0 } as HTMLVideoElement);
    await fresh(quiet);
    const stalled = expect(fresh(quiet)).rejects.toBeInstanceOf(StalledError);
    await vi.advanceTimersByTimeAsync(4000);
    await stalled;
    const leaving = new AbortController();
    const left = expect(fresh(leaving.signal)).rejects.toMatchObject({ name: 'AbortError' });
    leaving.abort();
    await left;
  });
});

describe('a guided capture', () => {
  function run(rate: number, signal = quiet, video = camera(rate) as HTMLVideoElement) {
    const begun: (LivenessAction | undefined)[] = [];
    const moments: Moment[] = [];
    const source: CaptureSource = {
      video,
      alive: () => true,
      begin: (action) => (begun.push(action), Promise.resolve()),
      close: () => undefined,
    };
    return { begun, moments, done: guide(source, CHALLENGE, { calm: false, signal, onMoment: (moment) => moments.push(moment) }) };
  }

  it('takes each step in order, by rising times, and never the same picture twice', async () => {
    const { begun, moments, done } = run(30);
    await vi.advanceTimersByTimeAsync(20_000);
    const capture = await done;
    expect(begun).toEqual([undefined, 'LIVENESS_ACTION_TURN_LEFT', 'LIVENESS_ACTION_BLINK', 'LIVENESS_ACTION_NOD']);
    expect(capture.nonce).toBe('n');
    expect(capture.steps).toEqual([5, 8, 16, 8].flatMap((count, step) => Array<number>(count).fill(step)));
    expect(capture.frames).toHaveLength(37);
    expect(capture.offsetsMs[0]).toBe(0);
    expect(capture.offsetsMs.every((offset, index) => index === 0 || offset > capture.offsetsMs[index - 1]!)).toBe(true);
    expect(new Set(drawn).size).toBe(37);
    expect(moments.filter(({ phase }) => phase === 'done').map(({ step }) => step.number)).toEqual([0, 1, 2, 3]);
    expect(moments.every(({ of }) => of === 3)).toBe(true);
  });

  it('waits for a slow camera', async () => {
    const { done } = run(3);
    await vi.advanceTimersByTimeAsync(60_000);
    await done;
    expect(new Set(drawn).size).toBe(37);
  });

  it('keeps its frames apart on a device that has fallen behind', async () => {
    let late = true;
    const busy = {
      ...camera(100),
      get currentTime() {
        // Stands still for a second, then catches up.
        if (late && performance.now() > 1500) late = performance.now() < 2500;
        return late && performance.now() > 1500 ? 1.5 : performance.now() / 1000;
      },
    };
    const { done } = run(100, quiet, busy as HTMLVideoElement);
    await vi.advanceTimersByTimeAsync(30_000);
    const { offsetsMs } = await done;
    const gaps = offsetsMs.slice(1).map((offset, index) => offset - offsetsMs[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...gaps)).toBeGreaterThan(700);
  });

  it('ends at once when it is broken off', async () => {
    const leaving = new AbortController();
    const { done } = run(30, leaving.signal);
    const ended = expect(done).rejects.toMatchObject({ name: 'AbortError' });
    await vi.advanceTimersByTimeAsync(2500);
    leaving.abort();
    await ended;
  });
});
