import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue';

import type { Capture } from '@/api/capture';
import type { LivenessChallenge } from '@/api/contract';
import { CANCELLED, asApiError } from '@/api/problem';
import { guide, type Moment } from '@/capture/guide';
import { StalledError } from '@/capture/fresh';
import type { CaptureSource } from '@/capture/source';
import { GUIDE_WORDS, promptOf } from '@/words/liveness';

import { care } from './useCare';
import { hush, say } from './useVoice';

export type GuideStage = 'idle' | 'asking' | 'guiding' | 'sending' | 'judging' | 'passed';

/** What the page does with a challenge and its frames; both show their own failures. */
export interface GuideActs {
  /** None: there is nothing to capture, or it failed. */
  challenge: (signal: AbortSignal) => Promise<LivenessChallenge | undefined>;
  /** Whether the face has passed. */
  submit: (capture: Capture, signal: AbortSignal, onSent: (part: number) => void) => Promise<boolean>;
  onStalled: (error: StalledError) => void;
}

const BUZZ = 60;
const BUZZ_DONE = [40, 60, 40];

/** Leads from the press of the button to the judgement, and can be broken off at any time before the frames are sent. */
export function useGuide({ challenge, submit, onStalled }: GuideActs) {
  const stage = ref<GuideStage>('idle');
  const moment = shallowRef<Moment>();
  const sent = ref(0);
  const interrupted = ref('');
  let run: AbortController | undefined;

  async function begin(source: CaptureSource | undefined) {
    if (!source || stage.value !== 'idle') return;
    const mine = new AbortController();
    run = mine;
    interrupted.value = '';
    stage.value = 'asking';
    try {
      const found = await challenge(mine.signal);
      if (!found || mine.signal.aborted) return;
      stage.value = 'guiding';
      const capture = await guide(source, found, { calm: care.value, signal: mine.signal, onMoment: tell });
      sent.value = 0;
      stage.value = 'sending';
      // The page goes on from here by itself, and says so until it has gone.
      if (await submit(capture, mine.signal, onSent)) stage.value = 'passed';
    } catch (error) {
      if (error instanceof StalledError) onStalled(error);
      else if (!mine.signal.aborted && asApiError(error).reason !== CANCELLED) interrupted.value = GUIDE_WORDS.INTERRUPTED;
    } finally {
      if (run === mine && stage.value !== 'passed') settle();
    }
  }

  function tell(now: Moment) {
    const before = moment.value;
    moment.value = now;
    if (before?.step === now.step && before.phase === now.phase) return;
    if (now.phase === 'act') say(promptOf(now.step.action).title);
    buzz(now.phase === 'act' ? BUZZ : BUZZ_DONE);
  }

  function onSent(part: number) {
    sent.value = part;
    if (part >= 1 && stage.value === 'sending') {
      stage.value = 'judging';
      say(GUIDE_WORDS.JUDGING);
    }
  }

  function settle() {
    run = undefined;
    moment.value = undefined;
    stage.value = 'idle';
  }

  /** Breaks off; `words` say why, if it was not the person. */
  function cancel(words = '') {
    if (!run) return;
    run.abort();
    hush();
    interrupted.value = words;
    settle();
  }

  /** Pictures stop in the background, and nobody reads the prompts there. */
  function onVisibility() {
    if (document.hidden && (stage.value === 'asking' || stage.value === 'guiding')) cancel(GUIDE_WORDS.INTERRUPTED);
  }

  onMounted(() => document.addEventListener('visibilitychange', onVisibility));
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', onVisibility);
    cancel();
  });

  return { stage, moment, sent, interrupted, begin, cancel, busy: computed(() => stage.value !== 'idle') };
}

function buzz(pattern: number | number[]) {
  try {
    navigator.vibrate?.(pattern);
  } catch {
    // An extra only.
  }
}
