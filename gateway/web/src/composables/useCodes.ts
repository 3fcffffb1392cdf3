import { computed, onMounted, ref, shallowRef } from 'vue';

import { asApiError, type ApiError } from '@/api/problem';
import { codes as fetchCodes, type Codes } from '@/api/start';

const EMPTY: Codes = { documentTypes: [], ethnicities: [], nationalities: [], roles: [] };

/** The code tables for a page, empty until they have come. */
export function useCodes() {
  const codes = shallowRef<Codes>(EMPTY);
  const loading = ref(true);
  const failure = shallowRef<ApiError>();

  async function load() {
    loading.value = true;
    failure.value = undefined;
    try {
      codes.value = await fetchCodes();
    } catch (error) {
      failure.value = asApiError(error);
    } finally {
      loading.value = false;
    }
  }

  const label = (list: keyof Codes, code: string) => codes.value[list].find((entry) => entry.code === code)?.label ?? '';
  const roleLabel = (code: string) => label('roles', code) || '办税身份';
  const documentTypeLabel = (code: string) => label('documentTypes', code) || '证件';
  const ready = computed(() => !loading.value && !failure.value);

  onMounted(load);
  return { codes, loading, failure, load, ready, roleLabel, documentTypeLabel };
}
