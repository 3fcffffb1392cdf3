import { onMounted, ref, shallowRef } from 'vue';

import { asApiError, type ApiError } from '@/api/problem';

/** What a page shows once it has come; a failure can be retried. `open` asks for it with the page. */
export function useLoad<T>(fetch: () => Promise<T>, { open = true } = {}) {
  const found = shallowRef<T>();
  const loading = ref(open);
  const failure = shallowRef<ApiError>();

  async function load() {
    loading.value = true;
    failure.value = undefined;
    try {
      found.value = await fetch();
    } catch (error) {
      failure.value = asApiError(error);
    } finally {
      loading.value = false;
    }
  }

  if (open) onMounted(load);
  return { found, loading, failure, load };
}
