import { Act } from '@/api/act';
import { submitCapture, type Capture } from '@/api/capture';
import { checkHostedFace, issueChallenge, type ConsentGiven, type FaceSessionTicket, type LivenessChallenge } from '@/api/contract';
import { ApiError } from '@/api/problem';
import { pause } from '@/capture/guide';

/** What differs between the flows that show a face: how the session is opened, and what its passing means. */
export interface FaceFlow {
  /** Names what is kept while a provider's page is open. */
  name: string;
  begin: (consent: ConsentGiven, act: Act) => Promise<FaceSessionTicket>;
  complete: (faceSessionId: string, act: Act) => Promise<void>;
}

/** Failures after which the same face session can't be used again. */
const OVER = ['FACE_SESSION_EXPIRED', 'FACE_SESSION_NOT_FOUND', 'FACE_RESULT_REFUSED'];

/** How often, and with how many milliseconds between, a provider's result is asked for. */
export const HOSTED_TRIES = 8;
const HOSTED_PAUSE = 2000;

const reasonOf = (error: unknown) => (error instanceof ApiError ? error.reason : '');

/**
 * One face check: the consent as ticked, the ticket it opened, and whether the face has passed. It lives in memory only, after a reload
 * the consent is asked for again; but when a provider's page is opened, this tab keeps it until the person is back.
 */
export function createFaceFlow({ name, begin, complete }: FaceFlow) {
  let { consent, ticket } = kept(name);
  let passed = false;
  const returned = ticket !== undefined;
  const beginAct = new Act();
  const completeAct = new Act();

  function agree(given: ConsentGiven) {
    forget();
    consent = { version: given.version, textSha256: given.textSha256 };
  }

  function forget() {
    consent = undefined;
    drop();
  }

  function drop() {
    ticket = undefined;
    passed = false;
    keep(name, undefined);
  }

  /** Opens the face session, unless one is open. */
  async function open(): Promise<FaceSessionTicket> {
    if (!consent) throw new ApiError(422, { reason: 'CONSENT_REQUIRED', detail: '请阅读并勾选同意服务后继续。' });
    if (ticket && Date.parse(ticket.expireTime) > Date.now() + 5000) return ticket;
    ticket = await begin(consent, beginAct);
    passed = false;
    return ticket;
  }

  /** A session that is over is left behind, so that the next try opens a new one. */
  async function within<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (OVER.includes(reasonOf(error))) drop();
      throw error;
    }
  }

  /**
   * Asks what to do before the camera. None: a provider shows its own check (`hosted`), or the face has passed already and only the answer
   * was lost; then `finish`.
   */
  async function challenge(signal: AbortSignal): Promise<LivenessChallenge | undefined> {
    if (passed) return undefined;
    const ask = () =>
      within(async () => {
        const { hosted, faceSessionId, captureToken } = await open();
        return hosted ? undefined : (await issueChallenge({ faceSessionId, captureToken }, { signal })).challenge;
      });
    try {
      return await ask();
    } catch (error) {
      if (reasonOf(error) === 'FACE_ALREADY_FINISHED') {
        passed = true;
        return undefined;
      }
      // It ended while the person was reading: a new one does as well.
      if (reasonOf(error) === 'FACE_SESSION_EXPIRED') return ask();
      throw error;
    }
  }

  /** Submits a capture and, when the face passes, completes the step. */
  async function submit(capture: Capture, signal: AbortSignal, onSent?: (part: number) => void): Promise<void> {
    await within(async () => {
      const mine = ticket ?? (await open());
      await pass(() => submitCapture(mine, capture, signal, onSent));
      await finish();
    });
  }

  /** Asks for the result of a provider's own check, a few times, and completes the step. */
  async function hostedResult(clientCode: number, signal: AbortSignal, onTry: (attempt: number) => void): Promise<void> {
    await within(async () => {
      const { faceSessionId, captureToken } = ticket ?? (await open());
      for (let attempt = 1; !passed; attempt += 1) {
        onTry(attempt);
        try {
          await pass(() => checkHostedFace({ faceSessionId, captureToken, clientCode }, { signal }));
        } catch (error) {
          if (reasonOf(error) !== 'FACE_NOT_FINISHED' || attempt >= HOSTED_TRIES) throw error;
          await pause(HOSTED_PAUSE, signal);
        }
      }
      await finish();
    });
  }

  async function pass(work: () => Promise<unknown>) {
    try {
      await work();
    } catch (error) {
      // It passed before, and only the answer was lost.
      if (reasonOf(error) !== 'FACE_ALREADY_FINISHED') throw error;
    }
    passed = true;
  }

  /** Completes the step of a face that has passed. */
  async function finish(): Promise<void> {
    await within(async () => complete((ticket ?? (await open())).faceSessionId, completeAct));
    forget();
  }

  return {
    agree,
    forget,
    open,
    challenge,
    submit,
    hostedResult,
    finish,
    agreed: () => consent !== undefined,
    /** The provider's own check, when it shows one. */
    hosted: () => ticket?.hosted,
    /** Whether the person has just come back from a provider's page. */
    returned: () => returned && ticket !== undefined,
    /** Call before a provider's page is opened. */
    keep: () => keep(name, { consent, ticket }),
  };
}

export type FaceCheck = ReturnType<typeof createFaceFlow>;

interface Kept {
  consent?: ConsentGiven | undefined;
  ticket?: FaceSessionTicket | undefined;
}

const keyOf = (name: string) => `shiming.face.${name}`;

function keep(name: string, what: Kept | undefined) {
  try {
    if (what) sessionStorage.setItem(keyOf(name), JSON.stringify(what));
    else sessionStorage.removeItem(keyOf(name));
  } catch {
    // Private mode: the consent is asked for again.
  }
}

/** What was kept, if its session is still open. */
function kept(name: string): Kept {
  try {
    const found = JSON.parse(sessionStorage.getItem(keyOf(name)) ?? '{}') as Kept;
    if (found.ticket && Date.parse(found.ticket.expireTime) > Date.now()) return found;
  } catch {
    // Nothing readable is nothing kept.
  }
  keep(name, undefined);
  return {};
}
