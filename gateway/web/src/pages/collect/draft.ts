import { reactive } from 'vue';

/** What has been filled in so far, kept while the page lives and nowhere else. */
export const draft = reactive({
  mobile: '',
  code: '',
  email: '',
  nationality: 'CN',
  ethnicity: '',
  birthDate: '',
  validFrom: '',
  validUntil: '',
  longTerm: false,
  issuingAuthority: '',
  address: '',
});

const EMPTY = { ...draft };

/** Whose draft it is: another person's begins empty. */
let owner = '';

export function draftFor(documentMasked: string) {
  if (owner !== documentMasked) Object.assign(draft, EMPTY);
  owner = documentMasked;
  return draft;
}

export function forgetDraft() {
  Object.assign(draft, EMPTY);
  owner = '';
}
