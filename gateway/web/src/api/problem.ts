import { wordsFor } from '@/words/reasons';

import type { Problem, Violation } from './contract';

/** What the gateway sends; every member may be missing from a stranger's answer. */
export type ProblemBody = Partial<Problem>;

/** Reasons made up here, for what never reached the server. */
export const NETWORK = 'NETWORK';
export const TIMEOUT = 'TIMEOUT';
export const CANCELLED = 'CANCELLED';

/** A failed call. `message` is always Chinese and fit to be shown. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly requestId: string | undefined;
  readonly violations: Violation[];
  readonly metadata: Record<string, string>;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: ProblemBody) {
    const reason = body.reason ?? '';
    super(wordsFor(reason, status, body.detail));
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.requestId = body.requestId;
    this.violations = body.violations ?? [];
    this.metadata = body.metadata ?? {};
    this.retryAfterSeconds = body.retryAfterSeconds;
  }

  /** Whether the session is over, as opposed to a refused login or face, which are 401 too. */
  get signedOut(): boolean {
    return this.status === 401 && this.reason.startsWith('SESSION_');
  }

  /** Whether the server may have done the work although no answer came. */
  get uncertain(): boolean {
    return this.reason === NETWORK || this.reason === TIMEOUT || this.status === 503 || this.status === 504;
  }
}

/** Any thrown thing as an ApiError, so that pages handle one kind. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, { reason: 'PAGE_FAULT' });
}

/** Reads the body of a failed response; proxies in between may have answered with something else. */
export async function readProblem(response: Response): Promise<ApiError> {
  let body: ProblemBody = {};
  try {
    const parsed: unknown = await response.json();
    if (typeof parsed === 'object' && parsed !== null) body = parsed as ProblemBody;
  } catch {
    // Not JSON: the status alone decides the words.
  }
  const retryAfter = Number(response.headers.get('retry-after'));
  if (body.retryAfterSeconds === undefined && retryAfter > 0) body.retryAfterSeconds = retryAfter;
  return new ApiError(response.status, body);
}
