import { describe, expect, it } from 'vitest';

import { FRAME_TIME, frameAt, newTake } from './take';

const AHEAD = ['a0', 'a1', 'a2'];
const DOING = ['d0', 'd1'];
const shown = (time: number, doing?: string[]) => frameAt(time, AHEAD, doing);

describe('a sample person', () => {
  it('looks ahead to and fro, without a jump', () => {
    expect([0, 1, 2, 3, 4, 5].map((at) => shown(at * FRAME_TIME))).toEqual(['a0', 'a1', 'a2', 'a1', 'a0', 'a1']);
    expect(frameAt(1000, ['only'], undefined)).toBe('only');
  });

  it('reads a prompt before doing it, once', () => {
    const times = [0, 400, 450, 490, 530, 3000];
    expect(times.map((time) => shown(time, DOING).charAt(0))).toEqual(['a', 'a', 'd', 'd', 'a', 'a']);
  });

  it('is never filmed twice in the same way', () => {
    const takes = Array.from({ length: 20 }, () => newTake());
    expect(new Set(takes.map((take) => JSON.stringify(take))).size).toBe(20);
    for (const { inset, light } of takes) {
      expect(inset).toBeGreaterThanOrEqual(6);
      expect(inset).toBeLessThanOrEqual(22);
      expect(Math.abs(light)).toBeLessThanOrEqual(0.08);
    }
  });
});
