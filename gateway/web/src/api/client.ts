import { Act } from './act';
import { ApiError, CANCELLED, NETWORK, TIMEOUT, readProblem } from './problem';
import { sendForm } from './upload';

/** What somebody read in a picture, and which picture it was. */
export interface PictureCode {
  id: string;
  answer: string;
}

/** Settings of one call. */
export interface CallOptions {
  /** For calls that ask for one. */
  pictureCode?: PictureCode | undefined;
  /** Cancels the call when the page is left. */
  signal?: AbortSignal;
  /** Milliseconds until the call counts as failed. */
  timeout?: number;
  /** Keys of the button that makes this call. */
  act?: Act;
  /** How often to try again by itself when no clear answer came. */
  retries?: number;
  /** Leave a signed-out answer to the caller. */
  quiet?: boolean;
  /** Hears how much of a form has been sent, 0 to 1. */
  onSent?: (part: number) => void;
}

const DEFAULT_TIMEOUT = 20_000;
const RETRY_PAUSES = [400, 1200];

let whenSignedOut: (error: ApiError) => void = () => undefined;

/** Says what happens when any call finds the session ended. */
export function onSignedOut(handler: (error: ApiError) => void): void {
  whenSignedOut = handler;
}

/** The double-submit token that the gateway puts into a readable cookie. */
export function csrfToken(cookies: string = document.cookie): string {
  const pair = cookies.split(/;\s*/).find((part) => /^(__Host-)?shiming_csrf=/.test(part));
  return pair ? decodeURIComponent(pair.slice(pair.indexOf('=') + 1)) : '';
}

/** Where a read stands, its request in the query. */
export function addressOf(method: string, request: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request) as [string, unknown][]) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) if (one !== undefined && one !== '') query.append(name, String(one));
  }
  const text = query.toString();
  return `/api/${method}${text && `?${text}`}`;
}

/** Calls a method of the contract that only reads. */
export function read<T>(method: string, request: object, options?: CallOptions): Promise<T> {
  return get<T>(addressOf(method, request), options);
}

/** Calls a method of the contract. */
export function call<T>(method: string, request: object, options?: CallOptions): Promise<T> {
  return post<T>(`/api/${method}`, request, options);
}

export function get<T>(path: string, options: CallOptions = {}): Promise<T> {
  return repeatedly<T>(path, { method: 'GET' }, { retries: 2, ...options });
}

export async function post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
  const act = options.act ?? new Act();
  const text = body instanceof FormData ? '' : JSON.stringify(body);
  const key = act.keyFor(path + text);
  try {
    const answer = await send<T>(path, body instanceof FormData ? body : text, key, options);
    act.settle();
    return answer;
  } catch (error) {
    if (!(error instanceof ApiError && error.uncertain)) act.settle();
    throw error;
  }
}

async function send<T>(path: string, body: string | FormData, key: string, options: CallOptions): Promise<T> {
  if (csrfToken() === '') await get('/api/bootstrap', { quiet: true });
  // Read when the request is made: the bootstrap in between may have renewed the token.
  const request = (): RequestInit => {
    const headers: Record<string, string> = { 'X-CSRF-Token': csrfToken(), 'Idempotency-Key': key };
    if (typeof body === 'string') headers['Content-Type'] = 'application/json';
    if (options.pictureCode) {
      headers['X-Captcha-Id'] = options.pictureCode.id;
      // People type what no header can hold.
      headers['X-Captcha-Answer'] = encodeURIComponent(options.pictureCode.answer);
    }
    return { method: 'POST', headers, body };
  };
  const settings = { retries: typeof body === 'string' ? 1 : 0, ...options };
  try {
    return await repeatedly<T>(path, request(), settings);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'CSRF_REFUSED') throw error;
    await get('/api/bootstrap', { quiet: true });
    return repeatedly<T>(path, request(), settings);
  }
}

async function repeatedly<T>(path: string, request: RequestInit, options: CallOptions): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once<T>(path, request, options);
    } catch (error) {
      const failure = error as ApiError;
      const pause = pauseBefore(attempt, failure, options.retries ?? 0);
      if (pause === undefined) {
        if (failure.signedOut && !options.quiet) whenSignedOut(failure);
        throw failure;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Milliseconds to wait before trying again, or undefined to give up. */
export function pauseBefore(attempt: number, error: ApiError, retries: number): number | undefined {
  if (!error.uncertain || error.reason === TIMEOUT || attempt >= retries) return undefined;
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  if (asked > 3000) return undefined;
  return Math.max(asked, RETRY_PAUSES[attempt] ?? 2000);
}

async function once<T>(path: string, request: RequestInit, options: CallOptions): Promise<T> {
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, options.timeout ?? DEFAULT_TIMEOUT);
  const cancel = () => controller.abort();
  options.signal?.addEventListener('abort', cancel);
  if (options.signal?.aborted) controller.abort();
  try {
    const init: RequestInit = {
      ...request,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...request.headers },
      signal: controller.signal,
    };
    const response = options.onSent ? await sendForm(path, init, options.onSent) : await fetch(path, init);
    if (!response.ok) throw await readProblem(response);
    if (response.status === 204) return {} as T;
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (timedOut) throw new ApiError(0, { reason: TIMEOUT });
    if (options.signal?.aborted) throw new ApiError(0, { reason: CANCELLED });
    throw new ApiError(0, { reason: NETWORK });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', cancel);
  }
}

/** Who follows a stream. */
export interface Watcher<T> {
  hear: (answer: T) => void;
  /** The server ended it, because the session is over. */
  signedOut: () => void;
  /** It broke off. */
  lost: () => void;
}

/** Follows a method of the contract that answers by a stream. The caller closes it, and opens another when this one ends. */
export function watch<T>(method: string, request: object, watcher: Watcher<T>): EventSource {
  const source = new EventSource(addressOf(method, request));
  source.onmessage = ({ data }: MessageEvent<string>) => watcher.hear(JSON.parse(data) as T);
  source.addEventListener('signed-out', watcher.signedOut);
  source.onerror = watcher.lost;
  return source;
}
