import { computed, ref } from 'vue';

import type { Act } from '@/api/act';
import type { SendLoginCodeResponse } from '@/api/contract';
import { asApiError } from '@/api/problem';
import { inSeconds } from '@/forms/format';

import { useCountdown } from './useCountdown';
import { useTask } from './useTask';

/** The mobile a code was last asked for in this page: the demo phone opens with it. */
export const lastMobile = ref('');

/** Asking for a code by text message, and the wait before asking again. */
export function useSmsCode(ask: (act: Act) => Promise<SendLoginCodeResponse>) {
  const { left, start } = useCountdown();
  const { busy, run } = useTask();
  const sent = ref(false);
  const minutes = ref(5);

  /** Throws what the asking throws; a wait that the server names is counted down. */
  async function send(mobile: string): Promise<void> {
    await run(async (act) => {
      try {
        const answer = await ask(act);
        lastMobile.value = mobile;
        sent.value = true;
        minutes.value = Math.max(1, Math.round(inSeconds(answer.lifetime) / 60));
        start(inSeconds(answer.resendAfter));
      } catch (error) {
        const failure = asApiError(error);
        if (failure.reason === 'CODE_TOO_SOON' && failure.retryAfterSeconds && failure.retryAfterSeconds <= 120) {
          start(failure.retryAfterSeconds);
        }
        throw failure;
      }
    });
  }

  const hint = computed(() => (sent.value ? `验证码已发送，${minutes.value} 分钟内有效` : ''));
  return { wait: left, busy, sent, hint, send };
}
