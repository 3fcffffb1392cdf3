import { ref } from 'vue';

/** A short note at the bottom of the screen that goes by itself; also read out. */
export const note = ref('');

let timer: ReturnType<typeof setTimeout> | undefined;

export function notify(text: string, milliseconds = 3500) {
  note.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (note.value = ''), milliseconds);
}
