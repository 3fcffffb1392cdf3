import type { ApiError } from '@/api/problem';

import { CAMERA_WORDS, faultWords, type CaptureWords } from './capture';
import { missedWords } from './liveness';

/** What is shown when a face check did not pass. */
export interface FailureWords extends CaptureWords {
  /** Nothing is wrong with the person: shown calmly. */
  soft: boolean;
  /** It does not count as an attempt, and the page says so. */
  free: boolean;
  /** Whether trying again can help. */
  retry: boolean;
  /** Whether the other ways are shown at once. */
  ways: boolean;
}

type Failure = Pick<ApiError, 'reason' | 'message' | 'metadata'>;
type Case = Partial<FailureWords> & { title: string };

const FREE = { soft: true, free: true } as const;
const FINAL = { retry: false, ways: true } as const;

/** Titles and ways on, by reason; the advice is the server's where none stands here. */
const CASES: Record<string, Case> = {
  FACE_NOT_SAME: { title: '人脸比对未通过', advice: '请确认由本人操作，正对屏幕后再试。' },
  LIVENESS_ATTACK: { title: '未能确认是本人在镜头前', advice: '请由本人在明亮处直接面对镜头，按提示完成动作。也可以改用其他方式办理。' },
  FACE_CHALLENGE_EXPIRED: { title: '用时有些长', advice: '请重新开始，看到提示后跟着做动作即可。', ...FREE },
  FACE_SESSION_EXPIRED: { title: '本次识别已超时', advice: '请重新开始。', ...FREE },
  FACE_SESSION_NOT_FOUND: { title: '本次识别已超时', advice: '请重新开始。', ...FREE },
  FACE_RESULT_REFUSED: { title: '本次识别结果已失效', advice: '请重新识别。', soft: true },
  FACE_NOT_FINISHED: { title: '还没有收到识别结果', advice: '如果您已完成识别，请稍后再查询；如未完成，请重新识别。', soft: true },
  NOT_AN_IMAGE: { title: '画面没有拍好', advice: '请重新识别；若仍不行，请换一个浏览器。', ...FREE },
  IMAGE_TOO_LARGE: { title: '画面没有拍好', advice: '请重新识别；若仍不行，请换一个浏览器。', ...FREE },
  USER_CANCELLED: { title: '您已退出人脸识别', advice: '需要继续办理时，请重新识别。', ...FREE },
  CAMERA_PERMISSION: { ...CAMERA_WORDS.CAMERA_PERMISSION, advice: '请在手机或微信的设置中允许使用摄像头，再重新识别。', ...FREE, ways: true },
  PROVIDER_TEMPORARY: { title: '人脸识别服务暂时不可用', advice: '请过几分钟再试，或改用其他方式办理。', ...FREE, ways: true },
  PROVIDER_NOT_AUTHORISED: { title: '人脸识别服务暂时不可用', advice: '请改用其他方式办理，给您带来不便，敬请谅解。', ...FREE, ...FINAL },
  DEVICE_UNSUPPORTED: { title: '当前设备不支持人脸识别', advice: '请换一台设备，或改用其他方式办理。', ...FREE, ...FINAL },
  FACE_LOCKED: { title: '人脸识别已暂停使用', advice: '为保护您的身份安全，暂时不能用人脸识别办理，请改用其他方式。', ...FINAL },
  FACE_RETRY_EXHAUSTED: { title: '今日识别次数已用完', ...FINAL },
  IDENTITY_LOCKED: { title: '今日尝试次数过多', ...FINAL },
  NO_AUTHORITATIVE_PHOTO: { title: '没有可供比对的证件照片', ...FINAL },
  NAME_ID_MISMATCH: { title: '身份信息不一致', ...FINAL },
  FACE_UNDER_AGE: { title: '未满十六周岁不进行人脸比对', ...FINAL },
  COUNTER_REQUIRED: { title: '请到柜台办理', ...FINAL },
  CONCURRENT_CHANGE: { title: '上一次识别还在进行', advice: '请稍等片刻，再重新识别。', ...FREE },
  NETWORK: { title: '网络连接不上', advice: '请检查网络后重新识别。', soft: true },
  TIMEOUT: { title: '等待时间过长', advice: '请换到信号好的地方后重新识别。', soft: true },
  OVERLOADED: { title: '当前办理的人较多', advice: '请稍等一会儿再重新识别。', ...FREE },
  UNAVAILABLE: { title: '服务暂时不可用', advice: '请稍后再试。', soft: true },
  TOO_MANY_REQUESTS: { title: '操作过于频繁', advice: '请过几分钟再试。', soft: true },
};

/** The words for a failed face check, whatever its reason. */
export function failureWords({ reason, message, metadata }: Failure): FailureWords {
  const base = { advice: message, soft: false, free: false, retry: true, ways: false };
  if (reason === 'CAPTURE_QUALITY') return { ...base, ...FREE, ...faultWords(metadata['fault']) };
  if (reason === 'LIVENESS_INCOMPLETE') return { ...base, ...FREE, ...missedWords(metadata['action']) };
  const words = { ...base, title: '未能完成识别', ...CASES[reason] };
  return attemptsLeft({ metadata }) === '0' ? { ...words, ...FINAL, advice: '今日次数已用完，请明天再试，或改用其他方式办理。' } : words;
}

/** How many attempts are left today, as the server says. */
export function attemptsLeft({ metadata }: Pick<Failure, 'metadata'>): string | undefined {
  return metadata['attempts_left'] ?? metadata['attemptsLeft'];
}
