import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Act } from './act';
import { addressOf, call, csrfToken, get, onSignedOut, pauseBefore, post, read, watch } from './client';
import { ApiError } from './problem';

const problem = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json', ...headers } });
const fine = (body: object = {}) => new Response(JSON.stringify(body), { status: 200 });

const fetcher = vi.fn<typeof fetch>();
const headerOf = (call: number, name: string) => (fetcher.mock.calls[call]?.[1]?.headers as Record<string, string>)[name];

beforeEach(() => {
  vi.stubGlobal('fetch', fetcher);
  vi.useFakeTimers();
  document.cookie = 'shiming_csrf=token-1';
});
afterEach(() => {
  fetcher.mockReset();
  onSignedOut(() => undefined);
  vi.useRealTimers();
});

/** Runs a call to its end while the pauses between attempts pass. */
async function settled<T>(call: Promise<T>): Promise<T | ApiError> {
  const caught = call.catch((error: ApiError) => error);
  await vi.runAllTimersAsync();
  return caught;
}

describe('post', () => {
  it('carries the token and an idempotency key, and keeps the key on its own retry', async () => {
    fetcher.mockRejectedValueOnce(new TypeError('network')).mockResolvedValueOnce(fine({ done: true }));
    expect(await settled(post('/api/x', { a: 1 }))).toEqual({ done: true });
    expect(headerOf(0, 'X-CSRF-Token')).toBe('token-1');
    expect(headerOf(0, 'Idempotency-Key')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headerOf(1, 'Idempotency-Key')).toBe(headerOf(0, 'Idempotency-Key'));
  });

  it('takes a new key for a new press after a clear answer', async () => {
    const act = new Act();
    fetcher.mockImplementation(() => Promise.resolve(problem(400, { reason: 'CODE_WRONG' })));
    await settled(post('/api/x', {}, { act }));
    await settled(post('/api/x', {}, { act }));
    expect(headerOf(1, 'Idempotency-Key')).not.toBe(headerOf(0, 'Idempotency-Key'));
  });

  it('keeps the key for the same press again after an unclear end', async () => {
    const act = new Act();
    fetcher.mockRejectedValue(new TypeError('network'));
    await settled(post('/api/x', { a: 1 }, { act, retries: 0 }));
    await settled(post('/api/x', { a: 1 }, { act, retries: 0 }));
    await settled(post('/api/x', { a: 2 }, { act, retries: 0 }));
    expect(headerOf(1, 'Idempotency-Key')).toBe(headerOf(0, 'Idempotency-Key'));
    expect(headerOf(2, 'Idempotency-Key')).not.toBe(headerOf(0, 'Idempotency-Key'));
  });

  it('renews a refused CSRF token once', async () => {
    fetcher
      .mockResolvedValueOnce(problem(403, { reason: 'CSRF_REFUSED' }))
      .mockResolvedValueOnce(fine())
      .mockResolvedValueOnce(fine({ done: true }));
    expect(await settled(post('/api/x', {}))).toEqual({ done: true });
    expect(fetcher.mock.calls.map(([path]) => path)).toEqual(['/api/x', '/api/bootstrap', '/api/x']);
  });
});

describe('failures', () => {
  it('show the server’s Chinese words, never raw English', async () => {
    fetcher.mockResolvedValueOnce(problem(401, { reason: 'LOGIN_REFUSED', detail: '登录信息有误' }));
    expect(await settled(get('/api/x'))).toMatchObject({ message: '登录信息有误', reason: 'LOGIN_REFUSED' });
    fetcher.mockResolvedValueOnce(problem(500, { reason: 'INTERNAL', detail: 'internal error' }));
    expect(await settled(get('/api/x'))).toMatchObject({ message: '系统出了一点问题，请稍后重试。' });
    fetcher.mockResolvedValueOnce(new Response('<html>Bad Gateway</html>', { status: 502 }));
    expect(await settled(get('/api/x', { retries: 0 }))).toMatchObject({ status: 502, message: '系统出了一点问题，请稍后重试。' });
  });

  it('end the session only for its own reasons', async () => {
    const over = vi.fn();
    onSignedOut(over);
    fetcher.mockResolvedValueOnce(problem(401, { reason: 'FACE_NOT_SAME', metadata: { attempts_left: '3' } }));
    expect(await settled(get('/api/x'))).toMatchObject({ metadata: { attempts_left: '3' } });
    expect(over).not.toHaveBeenCalled();
    fetcher.mockResolvedValueOnce(problem(401, { reason: 'SESSION_INVALID' }));
    await settled(get('/api/x'));
    expect(over).toHaveBeenCalledOnce();
    fetcher.mockResolvedValueOnce(problem(401, { reason: 'SESSION_INVALID' }));
    await settled(get('/api/x', { quiet: true }));
    expect(over).toHaveBeenCalledOnce();
  });

  it('tell a time-out from a lost network', async () => {
    fetcher.mockImplementation(
      (_, request) => new Promise((_resolve, reject) => request?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    expect(await settled(get('/api/x', { timeout: 50 }))).toMatchObject({ reason: 'TIMEOUT' });
  });

  it('read Retry-After from the header', async () => {
    fetcher.mockResolvedValueOnce(problem(429, { reason: 'CODE_TOO_SOON' }, { 'retry-after': '42' }));
    expect(await settled(get('/api/x'))).toMatchObject({ retryAfterSeconds: 42 });
  });
});

describe('pauseBefore', () => {
  const busy = (retryAfterSeconds?: number) => new ApiError(503, { reason: 'UNAVAILABLE', ...(retryAfterSeconds ? { retryAfterSeconds } : {}) });

  it('waits as long as the server asks, and gives up when that is long', () => {
    expect(pauseBefore(0, busy(2), 1)).toBe(2000);
    expect(pauseBefore(0, busy(30), 1)).toBeUndefined();
    expect(pauseBefore(1, busy(), 1)).toBeUndefined();
    expect(pauseBefore(0, new ApiError(400, { reason: 'INVALID_FIELD' }), 1)).toBeUndefined();
  });
});

it('finds the token among the cookies', () => {
  expect(csrfToken('a=b; shiming_csrf=x%3Dy; c=d')).toBe('x=y');
  expect(csrfToken('__Host-shiming_csrf=z')).toBe('z');
  expect(csrfToken('other=1')).toBe('');
});

describe('methods of the contract', () => {
  it('are called with their names, a picture code in the headers', async () => {
    fetcher.mockImplementation(() => Promise.resolve(fine({ done: true })));
    await settled(call('a.B/Do', { x: 1 }, { pictureCode: { id: 'p', answer: '七 8' } }));
    expect(fetcher.mock.calls[0]?.[0]).toBe('/api/a.B/Do');
    expect(fetcher.mock.calls[0]?.[1]?.body).toBe('{"x":1}');
    expect([headerOf(0, 'X-Captcha-Id'), headerOf(0, 'X-Captcha-Answer')]).toEqual(['p', '%E4%B8%83%208']);
    await settled(read('a.B/Get', { pageToken: '', states: ['ONE', 'TWO'], version: '1 2' }));
    expect(fetcher.mock.calls[1]?.[0]).toBe('/api/a.B/Get?states=ONE&states=TWO&version=1+2');
    expect(fetcher.mock.calls[1]?.[1]?.method).toBe('GET');
    expect(addressOf('a.B/Get', {})).toBe('/api/a.B/Get');
  });

  it('are followed to their end, also that of the session', () => {
    const source = Object.assign(new EventTarget(), { close: vi.fn() }) as unknown as EventSource;
    const opened: string[] = [];
    vi.stubGlobal('EventSource', function open(path: string) {
      opened.push(path);
      return source;
    });
    const heard: unknown[] = [];
    const signedOut = vi.fn();
    watch('a.B/Watch', {}, { hear: (one) => heard.push(one), signedOut, lost: () => undefined });
    source.onmessage?.(new MessageEvent('message', { data: '{"counts":{}}' }));
    source.dispatchEvent(new MessageEvent('signed-out', { data: '{}' }));
    expect(opened).toEqual(['/api/a.B/Watch']);
    expect(heard).toEqual([{ counts: {} }]);
    expect(signedOut).toHaveBeenCalledOnce();
  });
});
