import { nextTick, reactive, ref, watch } from 'vue';

import { asApiError, type ApiError } from '@/api/problem';
import type { Rule } from '@/forms/rules';

type Rules<T> = { [K in keyof T & string]?: Rule | undefined };

/** Which of a form's fields a violation means: `document.number` is known as `documentNumber`, `profile.email` as `email`. */
export function fieldOf(path: string, values: object): string | undefined {
  const whole = path.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [whole, path.split('.').pop() ?? path].find((name) => name in values);
}

/**
 * The errors of a form: beside the field where a field is to blame, in `notice` otherwise. Values stay as they are.
 * `id` prefixes the ids of the inputs, so that the first wrong one can be focused.
 */
export function useForm<T extends Record<string, unknown>>(id: string, values: T, rules: () => Rules<T>) {
  const errors = reactive<Record<string, string>>({});
  const notice = ref('');

  function clear(field?: string) {
    if (field) delete errors[field];
    else for (const name of Object.keys(errors)) delete errors[name];
    notice.value = '';
  }

  function check(fields: (keyof T & string)[] = Object.keys(rules()) as (keyof T & string)[]): boolean {
    notice.value = '';
    const now = rules();
    for (const field of fields) {
      const words = now[field]?.(String(values[field] ?? ''));
      if (words) errors[field] = words;
      else delete errors[field];
    }
    const ok = fields.every((field) => !errors[field]);
    if (!ok) void focusFirst();
    return ok;
  }

  /** Puts a failed call's words where they belong, and returns the failure. */
  function show(error: unknown): ApiError {
    const failure = asApiError(error);
    let placed = false;
    for (const violation of failure.violations) {
      const field = fieldOf(violation.field, values);
      if (field === undefined) continue;
      errors[field] = violation.description;
      placed = true;
    }
    if (placed) void focusFirst();
    else notice.value = failure.message;
    return failure;
  }

  /** The first wrong field as it stands on the page. */
  async function focusFirst() {
    await nextTick();
    const wrong = Object.keys(errors)
      .map((field) => document.getElementById(`${id}-${field}`))
      .filter((element) => element !== null)
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    wrong[0]?.focus();
  }

  // A field that is being mended is no longer marked as wrong.
  for (const field of Object.keys(values)) {
    watch(
      () => values[field],
      () => delete errors[field],
    );
  }

  return { id, values, errors, notice, clear, check, show };
}
