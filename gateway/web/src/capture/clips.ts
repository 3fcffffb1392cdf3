import type { LivenessAction } from '@/api/contract';
import { readProblem } from '@/api/problem';
import { shortName } from '@/words/liveness';

import { goOn, type CaptureSource } from './source';
import { FRAME_TIME, SIZE, frameAt, newTake, paint, type Take } from './take';

/** A sample person's clips: an address for each action's short name, and `LOOK` for looking straight ahead. */
export type Clips = Readonly<Record<string, string>>;

const FRAMES_PER_SECOND = 1000 / FRAME_TIME;

/** The frames of a clip, 25 a second: a form whose every part is a JPEG. */
async function load(address: string, signal: AbortSignal): Promise<Blob[]> {
  const response = await fetch(address, { credentials: 'same-origin', signal });
  if (!response.ok) throw await readProblem(response);
  return (await response.formData()).getAll('frame').filter((part) => part instanceof Blob);
}

/**
 * A sample person who answers each step by a clip, for a demo without a camera. The clips are drawn, not played, so that no two captures
 * show the same pictures: those would be refused as a replay.
 */
export async function clipSource(video: HTMLVideoElement, addresses: Clips, signal: AbortSignal): Promise<CaptureSource> {
  const loaded = await Promise.all(Object.entries(addresses).map(async ([name, address]) => [name, await load(address, signal)] as const));
  const clips = new Map<string, Blob[]>(loaded);
  const ahead = clips.get('LOOK');
  if (!ahead?.length) throw new DOMException('', 'NotFoundError');

  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [SIZE.width, SIZE.height];
  const context = canvas.getContext('2d');
  if (!context) throw new DOMException('', 'NotSupportedError');
  let take: Take = newTake();
  let doing: Blob[] | undefined;
  let begun = performance.now();
  let drawing = false;
  const draw = async () => {
    if (drawing) return;
    drawing = true;
    try {
      const now = performance.now();
      const picture = await createImageBitmap(frameAt(now - begun, ahead, doing));
      paint(context, picture, take, now);
      picture.close();
    } finally {
      drawing = false;
    }
  };
  await draw();
  const timer = setInterval(() => void draw(), FRAME_TIME);
  const stream = canvas.captureStream(FRAMES_PER_SECOND);
  const close = () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    if (video.srcObject === stream) video.srcObject = null;
  };
  try {
    goOn(signal);
    video.srcObject = stream;
    await video.play();
    goOn(signal);
  } catch (error) {
    close();
    throw error;
  }
  const begin = (action: LivenessAction | undefined) => {
    if (!action) take = newTake();
    doing = action && clips.get(shortName(action));
    begun = performance.now();
    return Promise.resolve();
  };
  return { video, alive: () => stream.active, begin, close };
}
