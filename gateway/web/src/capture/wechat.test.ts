import { afterEach, describe, expect, it, vi } from 'vitest';

import { openWechatCheck } from './wechat';

afterEach(() => vi.unstubAllGlobals());

function wechat(codes: Record<string, number | string>) {
  const invoke = vi.fn((name: string, _: object, answer: (answer: object) => void) => answer({ err_code: codes[name] }));
  vi.stubGlobal('wx', { invoke });
  return invoke;
}

describe('WeChat’s own check', () => {
  it('is opened with its id where the device has it', async () => {
    const invoke = wechat({ checkIsSupportFaceDetect: 0, requestWxFacePictureVerify: '90004' });
    expect(await openWechatCheck('v-1')).toBe(90004);
    expect(invoke.mock.calls[1]?.slice(0, 2)).toEqual(['requestWxFacePictureVerify', { verify_id: 'v-1' }]);
  });

  it('says that the device has none, inside WeChat or outside', async () => {
    const invoke = wechat({ checkIsSupportFaceDetect: 90109 });
    expect(await openWechatCheck('v-1')).toBe(90109);
    expect(invoke).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
    expect(await openWechatCheck('v-1')).toBe(90001);
  });
});
