import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { submitCapture } from './capture';
import type { FaceSessionTicket } from './contract';

const fetcher = vi.fn<typeof fetch>();
const ticket = { faceSessionId: 'f-1', captureToken: 't' } as FaceSessionTicket;
const capture = { nonce: 'n', frames: [new Blob(['x'])], offsetsMs: [0], steps: [0] };
const passed = () => new Response(JSON.stringify({ resultExpireTime: 'later' }), { status: 200 });
const refused = (reason: string, retryAfterSeconds?: number) =>
  new Response(JSON.stringify({ reason, retryAfterSeconds }), { status: 429, headers: { 'content-type': 'application/problem+json' } });

beforeEach(() => {
  vi.stubGlobal('fetch', fetcher);
  vi.useFakeTimers();
  document.cookie = 'shiming_csrf=token-1';
});
afterEach(() => {
  fetcher.mockReset();
  vi.useRealTimers();
});

async function submitted() {
  const answer = submitCapture(ticket, capture, new AbortController().signal).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return answer;
}

describe('a capture', () => {
  it('is sent again when there was no place for it', async () => {
    fetcher.mockResolvedValueOnce(refused('OVERLOADED', 2)).mockResolvedValueOnce(refused('OVERLOADED')).mockResolvedValueOnce(passed());
    expect(await submitted()).toEqual({ resultExpireTime: 'later' });
    expect(fetcher).toHaveBeenCalledTimes(3);
  });

  it('is not sent again without end, nor when the wait is long, nor when it was judged', async () => {
    fetcher.mockImplementation(() => Promise.resolve(refused('OVERLOADED', 1)));
    expect(await submitted()).toMatchObject({ reason: 'OVERLOADED' });
    expect(fetcher).toHaveBeenCalledTimes(4);
    for (const once of [refused('OVERLOADED', 60), refused('FACE_NOT_SAME')]) {
      fetcher.mockReset();
      fetcher.mockResolvedValueOnce(once);
      await submitted();
      expect(fetcher).toHaveBeenCalledTimes(1);
    }
  });
});
