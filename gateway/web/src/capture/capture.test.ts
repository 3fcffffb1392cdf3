import { describe, expect, it } from 'vitest';

import { ApiError } from '@/api/problem';
import { createFaceFlow } from '@/composables/useFaceFlow';
import { faultWords } from '@/words/capture';

import { cameraFault } from './camera';
import { fit, grey, hintFor, measure, schedule } from './measure';
import { PhotoError, checkFile } from './photo';

const flat = (value: number) => new Uint8ClampedArray(64).fill(value);

describe('hints', () => {
  it('follow light and motion', () => {
    expect(hintFor(measure(flat(20)))).toBe('TOO_DARK');
    expect(hintFor(measure(flat(240)))).toBe('TOO_BRIGHT');
    expect(hintFor(measure(flat(120), flat(120)))).toBe('READY');
    expect(hintFor(measure(flat(120), flat(170)))).toBe('MOVING');
    expect(Array.from(grey(new Uint8ClampedArray([255, 255, 255, 255, 0, 0, 0, 255])))).toEqual([255, 0]);
  });
});

describe('frames', () => {
  it('are spread over the time and fitted to the limit', () => {
    expect(schedule(5, 1200)).toEqual([0, 300, 600, 900, 1200]);
    expect(schedule(1, 1200)).toEqual([0]);
    expect(fit(640, 480, 640)).toEqual({ width: 640, height: 480 });
    expect(fit(4000, 3000, 1280)).toEqual({ width: 1280, height: 960 });
    expect(fit(300, 200, 640)).toEqual({ width: 300, height: 200 });
  });
});

describe('faults', () => {
  it('of the camera have words of ours', () => {
    const named = (name: string) => cameraFault(new DOMException('', name));
    expect(named('NotAllowedError')).toBe('CAMERA_PERMISSION');
    expect(named('NotReadableError')).toBe('CAMERA_BUSY');
    expect(named('NotFoundError')).toBe('NO_CAMERA');
    expect(named('NotSupportedError')).toBe('DEVICE_UNSUPPORTED');
    expect(cameraFault(undefined)).toBe('DEVICE_UNSUPPORTED');
  });

  it('of a capture always say something', () => {
    expect(faultWords('SEVERAL_FACES').title).toBe('画面中有多张人脸');
    expect(faultWords('SOMETHING_NEW').title).toBe('照片不够清晰');
    expect(faultWords(undefined).advice).not.toBe('');
  });

  it('of a file are found before it is decoded', () => {
    const file = (size: number, type: string, name = 'x') => () => checkFile({ size, type, name });
    expect(file(1000, 'image/heic')).not.toThrow();
    expect(file(1000, '', 'IMG_1.HEIC')).not.toThrow();
    expect(file(1000, 'application/pdf', 'a.pdf')).toThrow(PhotoError);
    expect(file(0, 'image/png')).toThrow(PhotoError);
    expect(file(50 * 1024 * 1024, 'image/jpeg')).toThrow('40 MB');
  });
});

describe('a face check', () => {
  const inFive = new Date(Date.now() + 300_000).toISOString();
  const capture = { frames: [], offsetsMs: [] };
  const signal = new AbortController().signal;

  function check(answers: (Response | Error)[]) {
    const begun: string[] = [];
    const completed: string[] = [];
    globalThis.fetch = () => {
      const answer = answers.shift() ?? new Response('{}');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    document.cookie = 'shiming_csrf=t';
    const flow = createFaceFlow({
      begin: (consent) => {
        begun.push(consent.version);
        return Promise.resolve({ faceSessionId: `f${begun.length}`, captureToken: 't', expireTime: inFive });
      },
      complete: (id) => {
        completed.push(id);
        return Promise.resolve();
      },
    });
    return { flow, begun, completed };
  }
  const refused = (reason: string) => new Response(JSON.stringify({ reason }), { status: 422 });

  it('begins only with a consent', async () => {
    const { flow } = check([]);
    await expect(flow.submit(capture, signal)).rejects.toMatchObject({ reason: 'CONSENT_REQUIRED' });
  });

  it('keeps its session after a failed capture and takes a new one when it is over', async () => {
    const { flow, begun, completed } = check([refused('CAPTURE_QUALITY'), refused('FACE_SESSION_EXPIRED')]);
    flow.agree({ version: 'v1', textSha256: 'h' });
    await expect(flow.submit(capture, signal)).rejects.toBeInstanceOf(ApiError);
    await expect(flow.submit(capture, signal)).rejects.toMatchObject({ reason: 'FACE_SESSION_EXPIRED' });
    expect(begun).toHaveLength(1);
    await flow.submit(capture, signal);
    expect(begun).toHaveLength(2);
    expect(completed).toEqual(['f2']);
    expect(flow.agreed()).toBe(false);
  });

  it('goes on when it had passed and only the answer was lost', async () => {
    const { flow, completed } = check([new TypeError('network'), refused('FACE_ALREADY_FINISHED')]);
    flow.agree({ version: 'v1', textSha256: 'h' });
    await expect(flow.submit(capture, signal)).rejects.toMatchObject({ reason: 'NETWORK' });
    await flow.submit(capture, signal);
    expect(completed).toEqual(['f1']);
  });
});
