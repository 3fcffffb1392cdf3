import { ref } from 'vue';

const KEY = 'shiming.care';

/** 关怀模式: larger text and targets, remembered on this device. */
export const care = ref(read());

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
}

function apply() {
  document.documentElement.classList.toggle('care', care.value);
}

export function startCare() {
  apply();
}

export function toggleCare() {
  care.value = !care.value;
  apply();
  try {
    localStorage.setItem(KEY, care.value ? 'on' : 'off');
  } catch {
    // Private mode: it holds for this visit only.
  }
}
