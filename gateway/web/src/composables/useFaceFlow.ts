import type { Capture } from '@/api/face';
import { submitCapture } from '@/api/face';
import { Act } from '@/api/act';
import { ApiError } from '@/api/problem';
import type { ConsentGiven, FaceTicket } from '@/api/types';

/** What differs between the flows that show a face: how the session is opened, and what its passing means. */
export interface FaceFlow {
  begin: (consent: ConsentGiven, act: Act) => Promise<FaceTicket>;
  complete: (faceSessionId: string, act: Act) => Promise<void>;
}

/** Failures after which the same face session can't be used again. */
const OVER = ['FACE_SESSION_EXPIRED', 'FACE_SESSION_NOT_FOUND', 'FACE_RESULT_REFUSED', 'FACE_NOT_FINISHED'];

/**
 * One face check: the consent as ticked, the ticket it opened, and whether the face has passed. It lives in memory only: after a reload
 * the consent is asked for again.
 */
export function createFaceFlow({ begin, complete }: FaceFlow) {
  let consent: ConsentGiven | undefined;
  let ticket: FaceTicket | undefined;
  let passed = false;
  const beginAct = new Act();
  const completeAct = new Act();

  function agree(given: ConsentGiven) {
    consent = { version: given.version, textSha256: given.textSha256 };
    ticket = undefined;
    passed = false;
  }

  function forget() {
    consent = undefined;
    ticket = undefined;
    passed = false;
  }

  /** Opens the face session, unless one is open. */
  async function open(): Promise<FaceTicket> {
    if (!consent) throw new ApiError(422, { reason: 'CONSENT_REQUIRED' });
    if (ticket && Date.parse(ticket.expireTime) > Date.now() + 5000) return ticket;
    ticket = await begin(consent, beginAct);
    passed = false;
    return ticket;
  }

  /** Submits a capture and, when the face passes, completes the step. After a lost answer only what is missing is done again. */
  async function submit(capture: Capture, signal: AbortSignal): Promise<void> {
    const mine = await open();
    try {
      if (!passed) await submitOnce(mine, capture, signal);
      passed = true;
      await complete(mine.faceSessionId, completeAct);
      forget();
    } catch (error) {
      if (error instanceof ApiError && OVER.includes(error.reason)) {
        ticket = undefined;
        passed = false;
      }
      throw error;
    }
  }

  async function submitOnce(mine: FaceTicket, capture: Capture, signal: AbortSignal) {
    try {
      await submitCapture(mine, capture, signal);
    } catch (error) {
      // It passed before, and only the answer was lost.
      if (!(error instanceof ApiError && error.reason === 'FACE_ALREADY_FINISHED')) throw error;
    }
  }

  return { agree, forget, open, submit, agreed: () => consent !== undefined };
}

export type FaceCheck = ReturnType<typeof createFaceFlow>;
