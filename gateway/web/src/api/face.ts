import type { Act } from './act';
import { post } from './client';
import type { ConsentGiven, FaceTicket, Session } from './types';

/** Frames of one capture, with the time of each since the first. */
export interface Capture {
  frames: Blob[];
  offsetsMs: number[];
}

const UPLOAD_TIMEOUT = 60_000;

export function submitCapture(ticket: FaceTicket, capture: Capture, signal: AbortSignal) {
  const body = new FormData();
  body.append('captureToken', ticket.captureToken);
  body.append('offsetsMs', JSON.stringify(capture.offsetsMs));
  capture.frames.forEach((frame, index) => body.append('frame', frame, `frame-${index}.jpg`));
  const path = `/api/face/${encodeURIComponent(ticket.faceSessionId)}/capture`;
  return post<{ resultExpireTime: string }>(path, body, { signal, timeout: UPLOAD_TIMEOUT });
}

export const beginStepUp = (consent: ConsentGiven, act: Act) =>
  post<FaceTicket>('/api/step-up', { consent }, { act });

export const completeStepUp = (faceSessionId: string, act: Act) =>
  post<{ session: Session }>('/api/step-up/complete', { faceSessionId }, { act });
