import type { CAMERA_WORDS } from '@/words/capture';

import { StalledError } from './fresh';
import { fit, grey, measure, type Measure } from './measure';

export type CameraFault = keyof typeof CAMERA_WORDS;

const QUALITY = 0.9;
const GLANCE = { width: 32, height: 40 };

/** Opens the front camera; throws what a browser throws. */
export async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('', 'NotSupportedError');
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } },
  });
}

/** Why a camera did not open, as one of the faults the pages have words for. */
export function cameraFault(error: unknown): CameraFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError' || name === 'PermissionDeniedError') return 'CAMERA_PERMISSION';
  if (error instanceof StalledError) return 'CAMERA_BUSY';
  if (name === 'NotReadableError' || name === 'AbortError' || name === 'TrackStartError') return 'CAMERA_BUSY';
  if (name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'DevicesNotFoundError') return 'NO_CAMERA';
  return 'DEVICE_UNSUPPORTED';
}

export function stopCamera(stream: MediaStream | undefined) {
  stream?.getTracks().forEach((track) => track.stop());
}

/** Draws a picture no larger than the limit, at once, and gives it as JPEG. */
export async function toJpeg(source: CanvasImageSource, width: number, height: number, limit: number): Promise<Blob> {
  const size = fit(width, height, limit);
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext('2d');
  if (!context) throw new DOMException('', 'NotSupportedError');
  context.drawImage(source, 0, 0, size.width, size.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  // Gives the memory back at once; phones are slow to.
  canvas.width = 0;
  if (!blob) throw new DOMException('', 'EncodingError');
  return blob;
}

/** Looks at the middle of the live image from time to time, for the hints. */
export function watcher(video: HTMLVideoElement): () => Measure | undefined {
  const canvas = document.createElement('canvas');
  canvas.width = GLANCE.width;
  canvas.height = GLANCE.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let before: Uint8ClampedArray | undefined;
  return () => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!context || width === 0) return undefined;
    context.drawImage(video, width * 0.3, height * 0.15, width * 0.4, height * 0.7, 0, 0, GLANCE.width, GLANCE.height);
    const now = grey(context.getImageData(0, 0, GLANCE.width, GLANCE.height).data);
    const found = measure(now, before);
    before = now;
    return found;
  };
}
