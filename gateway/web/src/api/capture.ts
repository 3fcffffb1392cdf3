import { pause } from '@/capture/guide';
import { post } from './client';
import type { FaceSessionTicket, SubmitCaptureResponse } from './contract';
import { ApiError } from './problem';

/** Frames of one capture, with the time of each since the first and the step it was taken for. */
export interface Capture {
  nonce: string;
  frames: Blob[];
  offsetsMs: number[];
  steps: number[];
}

const UPLOAD_TIMEOUT = 60_000;
/** How often a capture is sent when there is no place for it, and the longest wait in between that a person is left before the camera. */
const TRIES = 4;
const LONGEST_PAUSE = 5;

/** A form, because its frames are sent on while they come. One for which there was no place was not judged, and is sent again. */
export async function submitCapture(ticket: FaceSessionTicket, capture: Capture, signal: AbortSignal, onSent?: (part: number) => void) {
  const body = new FormData();
  body.append('captureToken', ticket.captureToken);
  body.append('nonce', capture.nonce);
  body.append('offsetsMs', JSON.stringify(capture.offsetsMs));
  body.append('steps', JSON.stringify(capture.steps));
  capture.frames.forEach((frame, index) => body.append('frame', frame, `frame-${index}.jpg`));
  const path = `/api/face/${encodeURIComponent(ticket.faceSessionId)}/capture`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post<SubmitCaptureResponse>(path, body, { signal, timeout: UPLOAD_TIMEOUT, ...(onSent && { onSent }) });
    } catch (error) {
      const seconds = error instanceof ApiError && error.reason === 'OVERLOADED' ? (error.retryAfterSeconds ?? 1) : Infinity;
      if (seconds > LONGEST_PAUSE || attempt === TRIES) throw error;
      await pause(seconds * 1000, signal);
    }
  }
}
