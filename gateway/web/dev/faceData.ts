import { randomUUID } from 'node:crypto';

import { CONSENT } from './data.ts';
import { Refusal } from './plugin.ts';
import { personOf, type Route } from './routes.ts';
import { later, memory, now } from './state.ts';

const consentBody = ({ personId: _, ...consent }: (typeof memory.consents)[number]) => ({ title: CONSENT.title, ...consent });
const COUNTS = { references: 1, evidence: 0, sessions: 2, counters: 3 };

const record = (minutes: number, purpose: string, result: string) => ({
  recordId: randomUUID(), processTime: later(-minutes), purpose, consentVersion: '2026-12', kinds: ['DOCUMENT', 'FACE_IMAGE', 'LIVENESS', 'REFERENCE'],
  provider: 'BUILT_IN', result, expireTime: later(1_500_000),
});

/** Consents, processing records, and a withdrawal that erases at once. */
export function faceDataRoutes(): Route[] {
  return [
    { method: 'GET', path: /^\/api\/consents$/, handle: (call) => ({ consents: memory.consents.filter((one) => one.personId === personOf(call).personId).map(consentBody), nextPageToken: '' }) },
    {
      method: 'POST',
      path: /^\/api\/consents\/([^/]+)\/withdraw$/,
      handle: (call, id) => {
        const mine = memory.consents.filter((one) => one.personId === personOf(call).personId);
        if (!mine.some((one) => one.consentId === id)) throw new Refusal(404, 'CONSENT_NOT_FOUND', '未找到该授权记录，请刷新后重试。');
        const withdrawal = { withdrawTime: now(), state: 'ERASED', erasureId: randomUUID(), eraseTime: now(), counts: COUNTS };
        for (const one of mine) one.withdrawal ??= withdrawal;
        return { withdrawal };
      },
    },
    { method: 'GET', path: /^\/api\/face-data\/records$/, handle: (call) => (personOf(call), { records: [record(58, 'STEP_UP', 'PASSED'), record(3000, 'COLLECTION', 'PASSED'), record(3001, 'COLLECTION', 'FACE_NOT_SAME')], nextPageToken: '' }) },
    { method: 'GET', path: /^\/api\/face-data\/erasures\/([^/]+)\/proof$/, handle: (call, id) => (personOf(call), { erasureId: id, eraseTime: now(), counts: COUNTS, proof: 'a.b.c' }) },
  ];
}
