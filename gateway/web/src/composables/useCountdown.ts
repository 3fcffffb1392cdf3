import { computed, onScopeDispose, ref } from 'vue';

/** Whole seconds until a moment, counted by the clock, so that a sleeping phone loses nothing. */
export function useCountdown() {
  const left = ref(0);
  let until = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick() {
    left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    if (left.value === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  function startUntil(moment: number) {
    until = moment;
    if (timer !== undefined) clearInterval(timer);
    timer = setInterval(tick, 500);
    tick();
  }

  function start(seconds: number) {
    startUntil(Date.now() + seconds * 1000);
  }

  onScopeDispose(() => clearInterval(timer));
  return { left, running: computed(() => left.value > 0), start, startUntil };
}
