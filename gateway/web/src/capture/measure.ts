import type { Hint } from '@/words/capture';

/** What a small picture of the live image tells: brightness 0–255, and how much changed since the last. */
export interface Measure {
  brightness: number;
  motion: number;
}

/** Limits for the hints; the server judges the frames themselves. */
const DARK = 55;
const BRIGHT = 215;
const MOVING = 22;

/** The grey values of RGBA pixels (ITU-R BT.601). */
export function grey(pixels: Uint8ClampedArray): Uint8ClampedArray {
  const out = new Uint8ClampedArray(pixels.length / 4);
  for (let at = 0; at < out.length; at += 1) {
    const from = at * 4;
    out[at] = 0.299 * (pixels[from] ?? 0) + 0.587 * (pixels[from + 1] ?? 0) + 0.114 * (pixels[from + 2] ?? 0);
  }
  return out;
}

/** Compares a grey picture with the one before. */
export function measure(now: Uint8ClampedArray, before?: Uint8ClampedArray): Measure {
  let sum = 0;
  let change = 0;
  for (let at = 0; at < now.length; at += 1) {
    const value = now[at] ?? 0;
    sum += value;
    if (before) change += Math.abs(value - (before[at] ?? value));
  }
  const count = Math.max(1, now.length);
  return { brightness: sum / count, motion: before ? change / count : 0 };
}

/** What to tell the person in front of the camera. */
export function hintFor(found: Measure): Hint {
  if (found.brightness < DARK) return 'TOO_DARK';
  if (found.brightness > BRIGHT) return 'TOO_BRIGHT';
  return found.motion > MOVING ? 'MOVING' : 'READY';
}

/** The size of a picture so that no side exceeds the limit; small ones stay. */
export function fit(width: number, height: number, limit: number): { width: number; height: number } {
  const scale = Math.min(1, limit / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
