import { shallowRef } from 'vue';

/** A question with two answers. */
export interface Question {
  title: string;
  text?: string;
  yes?: string;
  no?: string;
  /** Colours the yes as something that can't be taken back. */
  grave?: boolean;
}

interface Asked extends Question {
  answer: (yes: boolean) => void;
}

/** The question on the screen; the dialog in App.vue shows it. */
export const asked = shallowRef<Asked>();

/** Asks and resolves to whether the answer was yes. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = undefined;
        resolve(yes);
      },
    };
  });
}

/** Takes the question off the screen, as answered with no: the page it was about is left. */
export function dismiss() {
  asked.value?.answer(false);
}
