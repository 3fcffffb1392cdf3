import { describe, expect, it } from 'vitest';

import { faultWords } from '@/words/capture';

import { cameraFault } from './camera';
import { StalledError } from './fresh';
import { fit, grey, hintFor, measure } from './measure';
import { PhotoError, checkFile } from './photo';
import { placeHint } from './place';

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

describe('the place of a face', () => {
  const face = (x: number, y: number, size: number) => ({ x, y, width: size * 0.75, height: size });
  const hint = (...faces: ReturnType<typeof face>[]) => placeHint(faces, 640, 480);

  it('is judged within what the oval shows', () => {
    expect(hint()).toBe('NO_FACE');
    expect(hint(face(240, 140, 200))).toBeUndefined();
    expect(hint(face(240, 140, 200), face(10, 10, 60))).toBe('SEVERAL_FACES');
    expect(hint(face(300, 200, 90))).toBe('TOO_FAR');
    expect(hint(face(180, 30, 420))).toBe('TOO_NEAR');
    expect(hint(face(60, 140, 200))).toBe('OFF_CENTRE');
    expect(hint(face(240, 270, 200))).toBe('OFF_CENTRE');
    expect(placeHint([face(165, 220, 200)], 480, 640)).toBeUndefined();
  });
});

describe('frames', () => {
  it('are fitted to the limit', () => {
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
    expect(cameraFault(new StalledError())).toBe('CAMERA_BUSY');
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
