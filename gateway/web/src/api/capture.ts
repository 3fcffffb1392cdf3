import { post } from './client';
import type { FaceSessionTicket, SubmitCaptureResponse } from './contract';

/** Frames of one capture, with the time of each since the first and the step it was taken for. */
export interface Capture {
  nonce: string;
  frames: Blob[];
  offsetsMs: number[];
  steps: number[];
}

const UPLOAD_TIMEOUT = 60_000;

/** A form, because its frames are sent on while they come. */
export function submitCapture(ticket: FaceSessionTicket, capture: Capture, signal: AbortSignal, onSent?: (part: number) => void) {
  const body = new FormData();
  body.append('captureToken', ticket.captureToken);
  body.append('nonce', capture.nonce);
  body.append('offsetsMs', JSON.stringify(capture.offsetsMs));
  body.append('steps', JSON.stringify(capture.steps));
  capture.frames.forEach((frame, index) => body.append('frame', frame, `frame-${index}.jpg`));
  const path = `/api/face/${encodeURIComponent(ticket.faceSessionId)}/capture`;
  return post<SubmitCaptureResponse>(path, body, { signal, timeout: UPLOAD_TIMEOUT, ...(onSent && { onSent }) });
}
