import { ref, shallowRef } from 'vue';

import { asApiError, type ApiError } from '@/api/problem';

/** A list that comes in pages: the first shows a skeleton, more are asked for, a failure can be retried. `of` finds it in a page. */
export function useList<Page extends { nextPageToken: string }, T>(fetchPage: (pageToken: string) => Promise<Page>, of: (page: Page) => T[]) {
  const items = shallowRef<T[]>([]);
  const loading = ref(true);
  const failure = shallowRef<ApiError>();
  const nextPageToken = ref('');
  let round = 0;

  async function read(pageToken: string) {
    const mine = ++round;
    loading.value = true;
    failure.value = undefined;
    try {
      const page = await fetchPage(pageToken);
      if (mine !== round) return;
      items.value = pageToken ? [...items.value, ...of(page)] : of(page);
      nextPageToken.value = page.nextPageToken;
    } catch (error) {
      if (mine === round) failure.value = asApiError(error);
    } finally {
      if (mine === round) loading.value = false;
    }
  }

  const reload = () => read('');
  const more = () => (nextPageToken.value && !loading.value ? read(nextPageToken.value) : Promise.resolve());

  return { items, loading, failure, nextPageToken, reload, more };
}
