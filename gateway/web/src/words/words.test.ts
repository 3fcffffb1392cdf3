import { describe, expect, it } from 'vitest';

import type { LivenessAction } from '@/api/contract';
import { ApiError } from '@/api/problem';

import { attemptsLeft, failureWords } from './failure';
import { PROMPTS, countOf, missedWords, promptOf } from './liveness';
import { tipsFor } from './tips';

const NAMES = ['BLINK', 'OPEN_MOUTH', 'TURN_LEFT', 'TURN_RIGHT', 'NOD'];
const ACTIONS = NAMES.map((name) => `LIVENESS_ACTION_${name}` as LivenessAction);
const FAULTS = [
  'NO_FACE', 'SEVERAL_FACES', 'FACE_TOO_SMALL', 'FACE_CUT_OFF', 'TOO_BLURRED', 'TOO_DARK', 'TOO_BRIGHT', 'FACE_TURNED_AWAY', 'FACE_COVERED',
];
const failure = (reason: string, metadata: Record<string, string> = {}) => new ApiError(422, { reason, metadata, detail: '服务器的话。' });
const all = (words: object) => JSON.stringify(words);

describe('prompts', () => {
  it('are there for every action, the unknown included, without a foreign word', () => {
    expect(Object.keys(PROMPTS).sort()).toEqual([...ACTIONS].sort());
    for (const action of [...ACTIONS, undefined, 'SOMETHING_NEW']) {
      expect(promptOf(action).title).toMatch(/^请/);
      expect(`${promptOf(action).title}${promptOf(action).how}`).not.toMatch(/[A-Za-z]/);
    }
    expect(promptOf('LIVENESS_ACTION_TURN_LEFT').title).toBe('请向左转头');
    expect(countOf(1, 3)).toBe('第 1 步，共 3 步');
  });
});

describe('a failure', () => {
  it('of an action that was not seen names it and says how to do it better', () => {
    expect(failureWords(failure('LIVENESS_INCOMPLETE', { action: 'OPEN_MOUTH', step: '2' }))).toMatchObject({
      title: '没有看到“张嘴”的动作', soft: true, free: true, retry: true,
    });
    expect(new Set(NAMES.map((action) => missedWords(action).title)).size).toBe(5);
    expect(missedWords('SOMETHING_NEW').title).not.toMatch(/[A-Z]/);
    for (const action of NAMES) expect(tipsFor(failure('LIVENESS_INCOMPLETE', { action }))[0]?.picture).toBe(`LIVENESS_ACTION_${action}`);
  });

  it('of quality has words and two or three tips for every fault', () => {
    const titles = FAULTS.map((fault) => failureWords(failure('CAPTURE_QUALITY', { fault })).title);
    expect(new Set(titles).size).toBe(FAULTS.length);
    expect(titles).toContain('面部有遮挡');
    for (const fault of [...FAULTS, 'SOMETHING_NEW']) {
      const count = tipsFor(failure('CAPTURE_QUALITY', { fault })).length;
      expect(count === 2 || count === 3).toBe(true);
    }
  });

  it('by a suspected attack says nothing of the check that found it', () => {
    const suspected = failure('LIVENESS_ATTACK', { attempts_left: '2', check: 'PARALLAX' });
    const words = failureWords(suspected);
    expect(words.title).toBe('未能确认是本人在镜头前');
    expect(attemptsLeft(suspected)).toBe('2');
    expect(all(words) + all(tipsFor(suspected))).not.toMatch(/攻击|伪造|翻拍|活体|检测|PARALLAX/);
    expect(words).toMatchObject({ retry: true, free: false });
  });

  it('after which no attempt is left offers no other try but other ways', () => {
    for (const reason of ['FACE_NOT_SAME', 'LIVENESS_ATTACK']) {
      expect(failureWords(failure(reason, { attempts_left: '0' }))).toMatchObject({ retry: false, ways: true });
      expect(failureWords(failure(reason, { attempts_left: '1' }))).toMatchObject({ retry: true, ways: false });
    }
  });

  it('has words of its own for every reason, and a way on from each', () => {
    const reasons = [
      'FACE_NOT_SAME', 'LIVENESS_ATTACK', 'FACE_CHALLENGE_EXPIRED', 'FACE_LOCKED', 'FACE_RETRY_EXHAUSTED', 'PROVIDER_TEMPORARY',
      'PROVIDER_NOT_AUTHORISED', 'USER_CANCELLED', 'DEVICE_UNSUPPORTED', 'CAMERA_PERMISSION', 'NO_AUTHORITATIVE_PHOTO', 'NAME_ID_MISMATCH',
      'FACE_SESSION_EXPIRED', 'FACE_SESSION_NOT_FOUND', 'FACE_RESULT_REFUSED', 'FACE_NOT_FINISHED', 'NOT_AN_IMAGE', 'IMAGE_TOO_LARGE',
      'IDENTITY_LOCKED', 'OVERLOADED', 'NETWORK', 'TIMEOUT', 'TOO_MANY_REQUESTS', 'CONCURRENT_CHANGE',
    ];
    for (const reason of reasons) {
      const words = failureWords(failure(reason));
      expect(words.title, reason).not.toBe('未能完成识别');
      expect(words.title + words.advice, reason).not.toMatch(/[A-Za-z]/);
      expect(words.advice, reason).not.toBe('');
      expect(words.retry || words.ways, reason).toBe(true);
    }
    expect(failureWords(failure('FACE_LOCKED'))).toMatchObject({ retry: false, ways: true });
    expect(failureWords(failure('PROVIDER_TEMPORARY'))).toMatchObject({ retry: true, ways: true, free: true });
    expect(failureWords(failure('FACE_CHALLENGE_EXPIRED'))).toMatchObject({ retry: true, free: true });
    expect(failureWords(failure('SOMETHING_NEW')).advice).not.toBe('');
  });
});
