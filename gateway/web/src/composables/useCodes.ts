import { computed } from 'vue';

import { codes as fetchCodes } from '@/api/start';
import type { Codes } from '@/api/contract';

import { useLoad } from './useLoad';

const EMPTY: Codes = { documentTypes: [], ethnicities: [], nationalities: [], roles: [] };

/** The code tables for a page, empty until they have come. */
export function useCodes() {
  const { found, loading, failure, load } = useLoad(fetchCodes);
  const codes = computed(() => found.value ?? EMPTY);

  const label = (list: keyof Codes, code: string) => codes.value[list].find((entry) => entry.code === code)?.label ?? '';
  const roleLabel = (code: string) => label('roles', code) || '办税身份';
  const documentTypeLabel = (code: string) => label('documentTypes', code) || '证件';
  const ready = computed(() => !loading.value && !failure.value);

  return { codes, loading, failure, load, ready, roleLabel, documentTypeLabel };
}
