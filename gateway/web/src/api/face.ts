import type { Act } from './act';
import { post } from './client';
import type { Challenge, ConsentGiven, FaceTicket, Session } from './types';

/** Frames of one capture, with the time of each since the first and the step it was taken for. */
export interface Capture {
  nonce: string;
  frames: Blob[];
  offsetsMs: number[];
  steps: number[];
}

/** What a passed face answers. */
interface FacePassed {
  resultExpireTime: string;
}

const UPLOAD_TIMEOUT = 60_000;

const pathOf = (ticket: FaceTicket, end: string) => `/api/face/${encodeURIComponent(ticket.faceSessionId)}/${end}`;

export const askChallenge = (ticket: FaceTicket, signal: AbortSignal) =>
  post<Challenge>(pathOf(ticket, 'challenge'), { captureToken: ticket.captureToken }, { signal });

export function submitCapture(ticket: FaceTicket, capture: Capture, signal: AbortSignal, onSent?: (part: number) => void) {
  const body = new FormData();
  body.append('captureToken', ticket.captureToken);
  body.append('nonce', capture.nonce);
  body.append('offsetsMs', JSON.stringify(capture.offsetsMs));
  body.append('steps', JSON.stringify(capture.steps));
  capture.frames.forEach((frame, index) => body.append('frame', frame, `frame-${index}.jpg`));
  return post<FacePassed>(pathOf(ticket, 'capture'), body, { signal, timeout: UPLOAD_TIMEOUT, ...(onSent && { onSent }) });
}

/** Asks what came of a provider's own face check; the browser's `clientCode` proves nothing. */
export const checkHosted = (ticket: FaceTicket, clientCode: number, signal: AbortSignal) =>
  post<FacePassed>(pathOf(ticket, 'hosted'), { captureToken: ticket.captureToken, clientCode }, { signal });

export const beginStepUp = (consent: ConsentGiven, act: Act) =>
  post<FaceTicket>('/api/step-up', { consent }, { act });

export const completeStepUp = (faceSessionId: string, act: Act) =>
  post<{ session: Session }>('/api/step-up/complete', { faceSessionId }, { act });
