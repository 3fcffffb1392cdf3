import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { HostedCheck } from '@/api/contract';
import { ApiError } from '@/api/problem';

import { createFaceFlow } from './useFaceFlow';

const inFive = () => new Date(Date.now() + 300_000).toISOString();
const capture = { nonce: 'n', frames: [], offsetsMs: [], steps: [] };
const signal = new AbortController().signal;
const consent = { version: 'v1', textSha256: 'h' };
const refused = (reason: string) => new Response(JSON.stringify({ reason }), { status: 422 });
const challenged = () => 
  new Response(JSON.stringify({ challenge: { nonce: 'n', actions: ['LIVENESS_ACTION_NOD'], expireTime: inFive(), framesPerStep: 8, stepTime: '2s' } }));

let asked: string[] = [];

function check(answers: (Response | Error)[], hosted?: HostedCheck) {
  const begun: string[] = [];
  const completed: string[] = [];
  asked = [];
  globalThis.fetch = (path) => {
    asked.push(String(path));
    const answer = answers.shift() ?? new Response('{}');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  document.cookie = 'shiming_csrf=t';
  const make = () =>
    createFaceFlow({
      name: 'test',
      begin: ({ version }) => {
        begun.push(version);
        return Promise.resolve({ faceSessionId: `f${begun.length}`, captureToken: 't', expireTime: inFive(), ...(hosted && { hosted }) });
      },
      complete: (id) => {
        completed.push(id);
        return Promise.resolve();
      },
    });
  return { flow: make(), again: make, begun, completed };
}

beforeEach(() => sessionStorage.clear());

describe('a face check', () => {
  it('begins only with a consent', async () => {
    const { flow } = check([]);
    await expect(flow.challenge(signal)).rejects.toMatchObject({ reason: 'CONSENT_REQUIRED' });
  });

  it('keeps its session after a failed capture and takes a new one when it is over', async () => {
    const { flow, begun, completed } = check([challenged(), refused('LIVENESS_INCOMPLETE'), challenged(), refused('FACE_SESSION_EXPIRED'), challenged()]);
    flow.agree(consent);
    await flow.challenge(signal);
    await expect(flow.submit(capture, signal)).rejects.toBeInstanceOf(ApiError);
    await flow.challenge(signal);
    await expect(flow.submit(capture, signal)).rejects.toMatchObject({ reason: 'FACE_SESSION_EXPIRED' });
    expect(begun).toHaveLength(1);
    await flow.challenge(signal);
    await flow.submit(capture, signal);
    expect(begun).toHaveLength(2);
    expect(completed).toEqual(['f2']);
    expect(flow.agreed()).toBe(false);
  });

  it('opens a new session when the first ended before the button was pressed', async () => {
    const { flow, begun } = check([refused('FACE_SESSION_EXPIRED'), challenged()]);
    flow.agree(consent);
    expect(await flow.challenge(signal)).toMatchObject({ nonce: 'n' });
    expect(begun).toHaveLength(2);
  });

  it('goes on when it had passed and only the answer was lost', async () => {
    const { flow, completed } = check([challenged(), new TypeError('network'), refused('FACE_ALREADY_FINISHED')]);
    flow.agree(consent);
    await flow.challenge(signal);
    await expect(flow.submit(capture, signal)).rejects.toMatchObject({ reason: 'NETWORK' });
    expect(await flow.challenge(signal)).toBeUndefined();
    await flow.finish();
    expect(completed).toEqual(['f1']);
  });
});

describe('a check on a provider’s page', () => {
  const hosted: HostedCheck = { provider: 'FACE_PROVIDER_TENCENT', url: 'https://example.cn/face', verifyId: '' };

  it('asks for no challenge, and for the result until there is one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { flow, completed } = check([refused('FACE_NOT_FINISHED'), refused('FACE_NOT_FINISHED'), new Response('{}')], hosted);
    flow.agree(consent);
    expect(await flow.challenge(signal)).toBeUndefined();
    expect(flow.hosted()).toEqual(hosted);
    const tries: number[] = [];
    const result = flow.hostedResult(0, signal, (attempt) => tries.push(attempt));
    await vi.advanceTimersByTimeAsync(10_000);
    await result;
    vi.useRealTimers();
    expect(tries).toEqual([1, 2, 3]);
    expect(asked.every((path) => path.endsWith('/api/shiming.face.v1.FaceSessionService/CheckHostedFace'))).toBe(true);
    expect(completed).toEqual(['f1']);
  });

  it('gives up after a few times without losing the session', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { flow, begun } = check(Array.from({ length: 8 }, () => refused('FACE_NOT_FINISHED')), hosted);
    flow.agree(consent);
    await flow.open();
    const result = expect(flow.hostedResult(0, signal, () => undefined)).rejects.toMatchObject({ reason: 'FACE_NOT_FINISHED' });
    await vi.advanceTimersByTimeAsync(60_000);
    await result;
    vi.useRealTimers();
    await flow.open();
    expect(begun).toHaveLength(1);
  });

  it('is kept in this tab while the page is away, and no longer', async () => {
    const { flow, again } = check([new Response('{}')], hosted);
    flow.agree(consent);
    await flow.open();
    expect(sessionStorage.length).toBe(0);
    flow.keep();
    const back = again();
    expect([back.agreed(), back.returned(), back.hosted()]).toEqual([true, true, hosted]);
    await back.hostedResult(0, signal, () => undefined);
    expect(sessionStorage.length).toBe(0);
    expect(again().agreed()).toBe(false);
  });
});
