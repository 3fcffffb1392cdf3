/** Milliseconds a frame of a clip is shown. */
export const FRAME_TIME = 40;
/** Pixels of the drawn picture. */
export const SIZE = { width: 640, height: 480 };

/** Milliseconds between a prompt and the person's doing it: no frame is taken while a prompt is read. */
const READING = 450;
/** Pixels that are cut off at most; half as many more where the hand sways. */
const MOST_INSET = 16;
const SWAY = 3;
/** Milliseconds of one sway. */
const SWAY_TIME = 2600;
/** How much lighter or darker, of 1. */
const MOST_LIGHT = 0.08;

/** What one take of a clip has of its own, as each of a camera has: frame, hand and light. */
export interface Take {
  /** Pixels cut off at the left and the right together, and how many of them at the left, 0 to 1. */
  inset: number;
  aside: number;
  /** Where the sway begins, 0 to 1. */
  phase: number;
  /** Lighter above 0, darker below. */
  light: number;
}

export function newTake(random: () => number = Math.random): Take {
  return { inset: 2 * SWAY + random() * MOST_INSET, aside: random(), phase: random(), light: (2 * random() - 1) * MOST_LIGHT };
}

/** The frame to show so many milliseconds after a step began: reading the prompt, doing it once, looking ahead again. */
export function frameAt<T>(time: number, ahead: readonly T[], doing: readonly T[] | undefined): T {
  const at = Math.floor((time - READING) / FRAME_TIME);
  const frame = at >= 0 ? doing?.[at] : undefined;
  return frame ?? (ahead[toAndFro(Math.floor(time / FRAME_TIME), ahead.length)] as T);
}

/** 0 1 2 1 0 1 …: forwards and back again, without a jump. */
function toAndFro(at: number, count: number): number {
  const round = Math.max(1, 2 * count - 2);
  const place = at % round;
  return place < count ? place : round - place;
}

/** Draws a frame as this take has it at this time. */
export function paint(context: CanvasRenderingContext2D, picture: ImageBitmap, take: Take, now: number) {
  const turn = 2 * Math.PI * (now / SWAY_TIME + take.phase);
  const width = picture.width - take.inset;
  const height = (width * SIZE.height) / SIZE.width;
  const left = (take.inset - 2 * SWAY) * take.aside + SWAY * (1 + Math.sin(turn));
  const top = ((picture.height - height) / 2) * (1 + 0.5 * Math.sin(0.7 * turn));
  context.drawImage(picture, left, top, width, height, 0, 0, SIZE.width, SIZE.height);
  const shade = take.light > 0 ? 255 : 0;
  context.fillStyle = `rgb(${shade} ${shade} ${shade} / ${Math.abs(take.light)})`;
  context.fillRect(0, 0, SIZE.width, SIZE.height);
}
