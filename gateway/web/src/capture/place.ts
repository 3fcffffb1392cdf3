import type { Hint } from '@/words/capture';

/** A face as found in the video, in its pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The stage's width for one of height; what of the video sticks out at its sides is not shown. */
const STAGE = 260 / 320;
/** Parts of the shown height or width. */
const NEAR = 0.8;
const FAR = 0.28;
const ASIDE = 0.22;

/** What the place of the faces asks of the person; nothing when all is well. The server judges the frames themselves. */
export function placeHint(faces: readonly Box[], width: number, height: number): Hint | undefined {
  const [face, other] = faces;
  if (!face) return 'NO_FACE';
  if (other) return 'SEVERAL_FACES';
  const shownWidth = Math.min(width, height * STAGE);
  const shownHeight = Math.min(height, width / STAGE);
  if (face.height > NEAR * shownHeight) return 'TOO_NEAR';
  if (face.height < FAR * shownHeight) return 'TOO_FAR';
  const aside = Math.abs(face.x + face.width / 2 - width / 2) / shownWidth;
  const high = Math.abs(face.y + face.height / 2 - height / 2) / shownHeight;
  return Math.max(aside, high) > ASIDE ? 'OFF_CENTRE' : undefined;
}

interface NativeDetector {
  detect(video: HTMLVideoElement): Promise<{ boundingBox: Box }[]>;
}

/** Finds faces by the browser's own detector (Shape Detection API), where there is one that works. */
export function faceFinder(video: HTMLVideoElement): () => Promise<Hint | undefined> {
  const Native = (window as { FaceDetector?: new (options: { fastMode: boolean }) => NativeDetector }).FaceDetector;
  let detector = Native && new Native({ fastMode: true });
  return async () => {
    try {
      const found = await detector?.detect(video);
      return found && placeHint(found.map(({ boundingBox }) => boundingBox), video.videoWidth, video.videoHeight);
    } catch {
      // There by name only, as in some WebViews.
      detector = undefined;
      return undefined;
    }
  };
}
