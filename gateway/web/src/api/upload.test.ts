import { afterEach, describe, expect, it, vi } from 'vitest';

import { sendForm } from './upload';

/** A request whose end the test decides. */
class Sender {
  static last: Sender;
  upload: { onprogress?: (event: { loaded: number; total: number }) => void; onload?: () => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  status = 0;
  responseText = '';
  headers: Record<string, string> = {};
  sent: unknown;
  constructor() {
    Sender.last = this;
  }
  open() {}
  setRequestHeader(name: string, value: string) {
    this.headers[name.toLowerCase()] = value;
  }
  getResponseHeader = (name: string) => (name === 'retry-after' ? '3' : null);
  send(body: unknown) {
    this.sent = body;
  }
  abort() {
    this.onabort?.();
  }
}

afterEach(() => vi.unstubAllGlobals());

describe('a form', () => {
  it('tells how much of it was sent, and gives the answer as fetch does', async () => {
    vi.stubGlobal('XMLHttpRequest', Sender);
    const parts: number[] = [];
    const body = new FormData();
    const sending = sendForm('/x', { method: 'POST', headers: { 'X-CSRF-Token': 't' }, body }, (part) => parts.push(part));
    const sender = Sender.last;
    sender.upload.onprogress?.({ loaded: 25, total: 100 });
    sender.upload.onload?.();
    Object.assign(sender, { status: 503, responseText: '{"reason":"OVERLOADED"}' });
    sender.onload?.();
    const answer = await sending;
    expect(parts).toEqual([0.25, 1]);
    expect(sender.sent).toBe(body);
    expect(sender.headers['x-csrf-token']).toBe('t');
    expect([answer.ok, answer.status, answer.headers.get('retry-after')]).toEqual([false, 503, '3']);
    expect(await answer.json()).toEqual({ reason: 'OVERLOADED' });
  });

  it('fails as fetch does when the network or the person breaks it off', async () => {
    vi.stubGlobal('XMLHttpRequest', Sender);
    const cut = sendForm('/x', {}, () => undefined);
    Sender.last.onerror?.();
    await expect(cut).rejects.toBeInstanceOf(TypeError);
    const leaving = new AbortController();
    const left = sendForm('/x', { signal: leaving.signal }, () => undefined);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
  });
});
