import { computed, ref } from 'vue';

import { care } from './useCare';

const KEY = 'shiming.voice';

/** What the person chose; until then it is as 关怀模式 is. */
const chosen = ref<boolean | undefined>(read());
const voice = ref<SpeechSynthesisVoice>();

/** Whether this browser can speak Chinese. */
export const canSpeak = computed(() => voice.value !== undefined);
/** 语音提示: prompts are spoken as well. */
export const speaking = computed(() => chosen.value ?? care.value);

function read(): boolean | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === null ? undefined : kept === 'on';
  } catch {
    return undefined;
  }
}

export function toggleVoice() {
  chosen.value = !speaking.value;
  if (!chosen.value) hush();
  try {
    localStorage.setItem(KEY, chosen.value ? 'on' : 'off');
  } catch {
    // Private mode: it holds for this visit only.
  }
}

/** The voice that speaks best to people here: 普通话 before other Chinese, one of this device before one of a network. */
export function bestVoice(voices: readonly SpeechSynthesisVoice[]): SpeechSynthesisVoice | undefined {
  const rank = ({ lang, localService }: SpeechSynthesisVoice) => (/^(zh|cmn)[-_](Hans[-_])?CN/i.test(lang) ? 2 : 0) + (localService ? 1 : 0);
  const chinese = voices.filter(({ lang }) => /^(zh|cmn)\b/i.test(lang.replace('_', '-')));
  return chinese.sort((one, other) => rank(other) - rank(one))[0];
}

/** Looks for a voice; browsers load theirs late. */
export function findVoice() {
  if (!('speechSynthesis' in window)) return;
  const look = () => (voice.value = bestVoice(speechSynthesis.getVoices()));
  look();
  if (!voice.value) speechSynthesis.addEventListener?.('voiceschanged', look, { once: true });
}

/** Speaks at once, instead of what is being spoken. */
export function say(text: string) {
  if (!voice.value || !speaking.value) return;
  speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(text);
  words.voice = voice.value;
  words.lang = 'zh-CN';
  speechSynthesis.speak(words);
}

export function hush() {
  if ('speechSynthesis' in window) speechSynthesis.cancel();
}
