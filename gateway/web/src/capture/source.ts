import type { LivenessAction } from '@/api/types';

import { openCamera, stopCamera } from './camera';

/** Where the pictures of a capture come from: a camera, or the clips of a sample person. */
export interface CaptureSource {
  /** Shows the live picture; frames are taken from it. */
  readonly video: HTMLVideoElement;
  /** Whether pictures still come. */
  alive(): boolean;
  /** A step begins; none: looking straight ahead. Resolves when the person has begun, at once before a camera. */
  begin(action: LivenessAction | undefined, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A sample person's clips: an address per action, `LOOK` for looking straight ahead. */
export type Clips = Partial<Record<LivenessAction | 'LOOK', string>>;

/** The camera of this device; throws what a browser throws. `onLost` is called when it is taken away. */
export async function cameraSource(video: HTMLVideoElement, signal: AbortSignal, onLost: () => void): Promise<CaptureSource> {
  const stream = await openCamera();
  try {
    // The person may have left the page meanwhile: then nothing may go on looking.
    goOn(signal);
    video.removeAttribute('src');
    video.srcObject = stream;
    await video.play();
    goOn(signal);
  } catch (error) {
    stopCamera(stream);
    throw error;
  }
  stream.getVideoTracks()[0]?.addEventListener('ended', onLost);
  const close = () => {
    stopCamera(stream);
    if (video.srcObject === stream) video.srcObject = null;
  };
  return { video, alive: () => stream.active, begin: () => Promise.resolve(), close };
}

/** A sample person who answers each step by a clip, for a demo without a camera. */
export async function clipSource(video: HTMLVideoElement, clips: Clips, signal: AbortSignal): Promise<CaptureSource> {
  const show = async (action: LivenessAction | undefined, step: AbortSignal) => {
    const clip = clips[action ?? 'LOOK'] ?? clips.LOOK;
    if (!clip) throw new DOMException('', 'NotFoundError');
    video.srcObject = null;
    video.src = clip;
    // Pictures must go on until the step ends.
    video.loop = true;
    await video.play();
    goOn(step);
  };
  await show(undefined, signal);
  const close = () => {
    video.pause();
    video.removeAttribute('src');
    video.load();
  };
  return { video, alive: () => true, begin: show, close };
}

function goOn(signal: AbortSignal) {
  if (signal.aborted) throw new DOMException('', 'AbortError');
}
