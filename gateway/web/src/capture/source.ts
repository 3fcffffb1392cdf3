import type { LivenessAction } from '@/api/contract';

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

/** The person may have left the page meanwhile. */
export function goOn(signal: AbortSignal) {
  if (signal.aborted) throw new DOMException('', 'AbortError');
}
