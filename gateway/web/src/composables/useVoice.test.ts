import { describe, expect, it } from 'vitest';

import { bestVoice } from './useVoice';

const voice = (lang: string, localService = true) => ({ lang, localService }) as SpeechSynthesisVoice;

describe('the voice of prompts', () => {
  it('is 普通话 before other Chinese, and of this device before one of a network', () => {
    const [us, hongKong, far, near] = [voice('en-US'), voice('zh-HK'), voice('zh-CN', false), voice('zh_CN')];
    expect(bestVoice([us, hongKong, far, near])).toBe(near);
    expect(bestVoice([us, hongKong, far])).toBe(far);
    expect(bestVoice([us, hongKong])).toBe(hongKong);
    expect(bestVoice([us])).toBeUndefined();
  });
});
