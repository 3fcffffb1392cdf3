import type { LivenessAction } from '@/api/contract';

/** What to do in one step: said and shown large, and how to do it so that it is seen. */
export interface Prompt {
  title: string;
  how: string;
}

/** Looking ahead, before the first action. */
export const LOOK: Prompt = { title: '请正对屏幕', how: '脸放在框内，保持自然' };

/** Left and right are the person's own. */
export const PROMPTS: Record<LivenessAction, Prompt> = {
  LIVENESS_ACTION_BLINK: { title: '请眨眨眼', how: '慢慢闭上双眼，再睁开' },
  LIVENESS_ACTION_OPEN_MOUTH: { title: '请张张嘴', how: '张大一些，再合上' },
  LIVENESS_ACTION_TURN_LEFT: { title: '请向左转头', how: '慢慢转过去，再转回来' },
  LIVENESS_ACTION_TURN_RIGHT: { title: '请向右转头', how: '慢慢转过去，再转回来' },
  LIVENESS_ACTION_NOD: { title: '请点点头', how: '低头，再抬起来' },
};

/** An action that only a newer server knows. */
const UNKNOWN: Prompt = { title: '请正对屏幕，缓缓移动头部', how: '动作慢一些' };

export function promptOf(action: string | undefined): Prompt {
  if (action === undefined) return LOOK;
  return PROMPTS[action as LivenessAction] ?? UNKNOWN;
}

/** The actions as nouns, and how to do better what was not seen. */
const MISSED: Record<LivenessAction, { name: string; better: string }> = {
  LIVENESS_ACTION_BLINK: { name: '眨眼', better: '看到提示后，慢慢闭上双眼约一秒，再睁开；请摘下反光的眼镜。' },
  LIVENESS_ACTION_OPEN_MOUTH: { name: '张嘴', better: '看到提示后，把嘴张大一些，停一下再合上；不要用手或口罩遮住嘴。' },
  LIVENESS_ACTION_TURN_LEFT: { name: '向左转头', better: '看到提示后，头慢慢转向您的左侧，能看到左肩即可，再转回来；身体不用动。' },
  LIVENESS_ACTION_TURN_RIGHT: { name: '向右转头', better: '看到提示后，头慢慢转向您的右侧，能看到右肩即可，再转回来；身体不用动。' },
  LIVENESS_ACTION_NOD: { name: '点头', better: '看到提示后，慢慢低头，再抬起来看屏幕；手机请拿稳，不要跟着动。' },
};

/** An action's short name, as clips, styles and the facts of a failure know it. */
export const shortName = (action: LivenessAction): string => action.replace('LIVENESS_ACTION_', '');

/** The action of a short name. */
export function actionCalled(name: string | undefined): LivenessAction | undefined {
  return (Object.keys(MISSED) as LivenessAction[]).find((action) => shortName(action) === name);
}

/** Words for LIVENESS_INCOMPLETE, as metadata.action names what was not seen. */
export function missedWords(name: string | undefined): { title: string; advice: string } {
  const action = actionCalled(name);
  const missed = action && MISSED[action];
  if (!missed) return { title: '没有看清您的动作', advice: '请看清提示，动作慢一些、大一些。' };
  return { title: `没有看到“${missed.name}”的动作`, advice: missed.better };
}

/** What is said between and around the steps. */
export const GUIDE_WORDS = {
  ASKING: '请准备',
  DONE: '好的',
  LAST: '动作完成',
  SENDING: '正在发送',
  JUDGING: '正在核验，请稍候',
  PASSED: '核验通过',
  INTERRUPTED: '识别已中断，请重新开始。',
} as const;

/** About how long the actions take; `calm` as in 关怀模式. */
export const durationOf = (calm: boolean) => `约 ${calm ? 15 : 10} 秒`;

/** Where a capture stands, such as 「第 1 步，共 3 步」. */
export const countOf = (step: number, of: number) => `第 ${step} 步，共 ${of} 步`;
