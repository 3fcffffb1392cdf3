import type { Act } from './act';
import { get, post } from './client';
import type { Consent, ConsentText, ErasureProof, Page, ProcessingRecord, Withdrawal } from './types';

const query = (pageToken: string) => (pageToken ? `?pageToken=${encodeURIComponent(pageToken)}` : '');

export async function listConsents(pageToken: string): Promise<Page<Consent>> {
  const page = await get<{ consents: Consent[]; nextPageToken?: string }>(`/api/consents${query(pageToken)}`);
  return { items: page.consents, nextPageToken: page.nextPageToken ?? '' };
}

export const withdrawConsent = (consentId: string, act: Act) =>
  post<{ withdrawal: Withdrawal }>(`/api/consents/${encodeURIComponent(consentId)}/withdraw`, {}, { act });

/** The text of a version, in force or not. */
export const consentTextOf = (version: string) =>
  get<ConsentText>(`/api/consent/face?version=${encodeURIComponent(version)}`);

export async function listRecords(pageToken: string): Promise<Page<ProcessingRecord>> {
  const page = await get<{ records: ProcessingRecord[]; nextPageToken?: string }>(`/api/face-data/records${query(pageToken)}`);
  return { items: page.records, nextPageToken: page.nextPageToken ?? '' };
}

/** Where the proof is, for saving it as a file. */
export const proofPath = (erasureId: string) => `/api/face-data/erasures/${encodeURIComponent(erasureId)}/proof`;

export const getProof = (erasureId: string) => get<ErasureProof>(proofPath(erasureId));
