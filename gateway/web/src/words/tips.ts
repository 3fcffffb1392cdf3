import type { LivenessAction } from '@/api/contract';
import type { ApiError } from '@/api/problem';

import { actionCalled } from './liveness';

/** What `PictureTip` can draw; an action is drawn as in its step. */
export type TipPicture =
  | 'LIGHT' | 'BACKLIGHT' | 'DISTANCE' | 'STRAIGHT' | 'ALONE' | 'UNCOVERED' | 'STEADY' | 'CLEAN' | 'SETTINGS' | 'SELF' | LivenessAction;

/** One thing that makes a face check pass. */
export interface Tip {
  picture: TipPicture;
  title: string;
  text: string;
}

const TIPS: Record<TipPicture, Omit<Tip, 'picture'>> = {
  LIGHT: { title: '面向光亮', text: '到窗边或灯下，让光照在脸上。' },
  BACKLIGHT: { title: '不要背光', text: '身后不要有窗户或强灯，换个方向站。' },
  DISTANCE: { title: '距离约一臂', text: '手机离脸三四十厘米，脸占满框的大半。' },
  STRAIGHT: { title: '平视镜头', text: '手机举到与眼睛同高，正对屏幕。' },
  ALONE: { title: '只有您一人', text: '请他人离开画面，背景里不要有人像。' },
  UNCOVERED: { title: '露出全脸', text: '摘下口罩、墨镜、帽子，拨开头发。' },
  STEADY: { title: '拿稳手机', text: '双手握住，手肘靠着身体或桌面。' },
  CLEAN: { title: '擦净镜头', text: '用软布擦一擦屏幕上方的前置镜头。' },
  SETTINGS: { title: '允许摄像头', text: '在设置的应用权限中，打开“相机”。' },
  SELF: { title: '本人面对镜头', text: '由证件本人操作，直接面对镜头。' },
  LIVENESS_ACTION_BLINK: { title: '闭眼再睁开', text: '双眼一起慢慢闭上约一秒，再睁开。' },
  LIVENESS_ACTION_OPEN_MOUTH: { title: '嘴张大一些', text: '张开停一下，再自然合上。' },
  LIVENESS_ACTION_TURN_LEFT: { title: '转向您的左侧', text: '头转向箭头那边，再慢慢转回来。' },
  LIVENESS_ACTION_TURN_RIGHT: { title: '转向您的右侧', text: '头转向箭头那边，再慢慢转回来。' },
  LIVENESS_ACTION_NOD: { title: '低头再抬起', text: '只动头，手机不要跟着动。' },
};

const BY_FAULT: Record<string, TipPicture[]> = {
  NO_FACE: ['STRAIGHT', 'DISTANCE', 'LIGHT'],
  SEVERAL_FACES: ['ALONE', 'STRAIGHT'],
  FACE_TOO_SMALL: ['DISTANCE', 'STRAIGHT'],
  FACE_CUT_OFF: ['DISTANCE', 'STRAIGHT'],
  TOO_BLURRED: ['CLEAN', 'STEADY', 'LIGHT'],
  TOO_DARK: ['LIGHT', 'BACKLIGHT'],
  TOO_BRIGHT: ['BACKLIGHT', 'LIGHT'],
  FACE_TURNED_AWAY: ['STRAIGHT', 'STEADY'],
  FACE_COVERED: ['UNCOVERED', 'LIGHT'],
};

const BY_REASON: Record<string, TipPicture[]> = {
  FACE_NOT_SAME: ['SELF', 'LIGHT', 'UNCOVERED'],
  LIVENESS_ATTACK: ['SELF', 'LIGHT', 'UNCOVERED'],
  FACE_CHALLENGE_EXPIRED: ['STRAIGHT', 'STEADY'],
  NOT_AN_IMAGE: ['CLEAN', 'STEADY'],
  CAMERA_PERMISSION: ['SETTINGS'],
};

const USUAL: TipPicture[] = ['LIGHT', 'STRAIGHT', 'UNCOVERED'];

/** What helps after this failure; nothing where the person can do nothing better. */
export function tipsFor({ reason, metadata }: Pick<ApiError, 'reason' | 'metadata'>): Tip[] {
  return namesFor(reason, metadata).map((picture) => ({ picture, ...TIPS[picture] }));
}

function namesFor(reason: string, metadata: Record<string, string>): TipPicture[] {
  if (reason === 'CAPTURE_QUALITY') return BY_FAULT[metadata['fault'] ?? ''] ?? USUAL;
  if (reason === 'LIVENESS_INCOMPLETE') {
    const action = actionCalled(metadata['action']);
    return action ? [action, 'LIGHT', 'STEADY'] : ['STRAIGHT', 'LIGHT', 'STEADY'];
  }
  return BY_REASON[reason] ?? [];
}
