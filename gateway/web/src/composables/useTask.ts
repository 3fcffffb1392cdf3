import { ref } from 'vue';

import { Act } from '@/api/act';

/** A button's work: busy while it runs, never twice at once, one idempotency key per press. */
export function useTask() {
  const busy = ref(false);
  const act = new Act();

  async function run(work: (act: Act) => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    try {
      await work(act);
    } finally {
      busy.value = false;
    }
  }

  return { busy, run };
}
