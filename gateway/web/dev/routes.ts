import { randomUUID } from 'node:crypto';

import { enterpriseRoutes } from './enterprise.ts';
import { CITIZENS, CODES, CONSENT, SAMPLE } from './data.ts';
import { clipUrls, faceRoutes, ticket } from './face.ts';
import { faceDataRoutes } from './faceData.ts';
import { inboxRoutes } from './inbox.ts';
import { Refusal, type Call } from './plugin.ts';
import { later, maskDocument, maskMobile, maskName, memory, now, seed, sendSms, type Person } from './state.ts';

export interface Route {
  method: string;
  path: RegExp;
  /** The JSON to answer with; a string is sent as a picture; undefined means that the handler answers by itself. */
  handle: (call: Call, id: string) => unknown;
}

export const route = (method: string, path: RegExp, handle: Route['handle']): Route => ({ method, path, handle });

export function personOf(call: Call): Person {
  const session = memory.sessions.get(call.cookies['shiming_session'] ?? '');
  const person = memory.people.find((one) => one.personId === session?.personId);
  if (!person) throw new Refusal(401, 'SESSION_INVALID', '登录已失效，请重新登录。');
  return person;
}

export function sessionOf(call: Call) {
  personOf(call);
  return memory.sessions.get(call.cookies['shiming_session'] ?? '')!;
}

function sessionBody(call: Call, token = call.cookies['shiming_session'] ?? '') {
  const session = memory.sessions.get(token);
  const person = memory.people.find((one) => one.personId === session?.personId);
  if (!session || !person) throw new Refusal(401, 'SESSION_REQUIRED', '请先登录。');
  return { session: { ...session, nameMasked: maskName(person.name), idleExpireTime: later(30), absoluteExpireTime: later(720) } };
}

function collectionOf(call: Call) {
  const found = memory.collections.get(call.cookies['shiming_collection'] ?? '');
  if (!found) throw new Refusal(404, 'COLLECTION_NOT_FOUND', '本次采集已超时或不存在，请重新开始。');
  return found;
}

function collectionBody(call: Call) {
  const found = collectionOf(call);
  const birth = found.documentNumber.slice(6, 14);
  return {
    nextStep: found.nextStep,
    expireTime: later(15),
    documentMasked: maskDocument(found.documentNumber),
    nameMasked: maskName(found.name),
    birthDate: `${birth.slice(0, 4)}-${birth.slice(4, 6)}-${birth.slice(6)}`,
    documentType: found.documentType,
  };
}

function checkCode(mobile: unknown, code: unknown) {
  if (memory.sms.find((one) => one.mobile === mobile)?.code !== code) {
    throw new Refusal(400, 'CODE_WRONG', '验证码有误或已失效，请核对后重新输入，或重新获取。');
  }
}

const sent = { lifetimeSeconds: 300, resendAfterSeconds: 60 };
const optionally = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

export const routes: Route[] = [
  route('GET', /^\/api\/bootstrap$/, (call) => {
    if (!call.cookies['shiming_csrf']) call.setCookie('shiming_csrf', randomUUID(), true);
    return { demo: true, demoCitizens: CITIZENS, demoClips: clipUrls(), signedIn: optionally(() => personOf(call)) !== undefined, collection: optionally(() => collectionBody(call)) };
  }),
  route('GET', /^\/api\/codes$/, () => CODES),
  route('GET', /^\/api\/consent\/face$/, () => CONSENT),
  route('GET', /^\/api\/captcha$/, () => {
    const text = 'K7PX';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="48"><rect width="128" height="48" fill="#f3f6ff"/><path d="M0 30q32-30 64 0t64-10" stroke="#9db6f5" fill="none" stroke-width="2"/><text x="16" y="34" font-size="28" font-family="monospace" font-weight="700" letter-spacing="6" fill="#30529f">${text}</text></svg>`;
    return { captchaId: randomUUID(), image: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`, expireTime: later(5) };
  }),

  route('POST', /^\/api\/collection$/, (call) => {
    const { documentType, documentNumber, name } = call.body as Record<string, string>;
    if (documentType !== 'RESIDENT_ID') throw new Refusal(422, 'COUNTER_REQUIRED', '该证件类型需到办税服务厅柜台办理实名采集。');
    const token = randomUUID();
    memory.collections.set(token, { documentType, documentNumber: documentNumber!, name: name!, nextStep: 'FACE' });
    call.setCookie('shiming_collection', token);
    call.cookies['shiming_collection'] = token;
    return collectionBody(call);
  }),
  route('GET', /^\/api\/collection$/, collectionBody),
  route('POST', /^\/api\/collection\/face$/, (call) => (collectionOf(call), ticket())),
  ...faceRoutes(),
  route('POST', /^\/api\/collection\/face\/complete$/, (call) => {
    collectionOf(call).nextStep = 'PROFILE';
    return { nextStep: 'PROFILE', expireTime: later(15) };
  }),
  route('POST', /^\/api\/collection\/code$/, (call) => (sendSms(String(call.body['mobile'])), sent)),
  route('POST', /^\/api\/collection\/finish$/, (call) => {
    const { mobile, code, profile } = call.body as { mobile: string; code: string; profile: Record<string, unknown> };
    checkCode(mobile, code);
    const { nextStep: _, ...identity } = collectionOf(call);
    const person: Person = { ...identity, personId: randomUUID(), mobile, profile };
    memory.people.push(person);
    memory.collections.delete(call.cookies['shiming_collection'] ?? '');
    call.setCookie('shiming_collection', '');
    return { personId: person.personId };
  }),

  route('POST', /^\/api\/login\/code$/, (call) => (sendSms(String(call.body['mobile'])), sent)),
  route('POST', /^\/api\/login$/, (call) => {
    const { documentNumber, name, mobile, code } = call.body as Record<string, string>;
    const person = memory.people.find((one) => one.documentNumber === documentNumber && one.name === name && one.mobile === mobile);
    if (!person) {
      throw new Refusal(401, 'LOGIN_REFUSED', '登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。');
    }
    checkCode(mobile, code);
    const token = randomUUID();
    memory.sessions.set(token, { personId: person.personId, evidence: 'SMS' });
    call.setCookie('shiming_session', token);
    return sessionBody(call, token);
  }),
  route('POST', /^\/api\/logout$/, (call) => {
    memory.sessions.delete(call.cookies['shiming_session'] ?? '');
    call.setCookie('shiming_session', '');
    return {};
  }),
  route('GET', /^\/api\/session$/, (call) => sessionBody(call)),
  route('GET', /^\/api\/profile$/, (call) => {
    const person = personOf(call);
    const profile = person.profile as Record<string, string>;
    return {
      ...profile,
      personId: person.personId,
      name: maskName(person.name),
      documentType: person.documentType,
      documentNumber: maskDocument(person.documentNumber),
      mobile: maskMobile(person.mobile),
      email: profile['email'] ? 'm***@example.cn' : '',
      nationalityName: '中国',
      ethnicityName: CODES.ethnicities.find((one) => one.code === profile['ethnicity'])?.label,
      evidence: 'FACE',
    };
  }),
  route('POST', /^\/api\/step-up$/, (call) => (personOf(call), ticket())),
  route('POST', /^\/api\/step-up\/complete$/, (call) => {
    Object.assign(sessionOf(call), { evidence: 'FACE', stepUpTime: now() });
    return sessionBody(call);
  }),

  route('POST', /^\/api\/demo\/reference$/, () => ({})),
  route('GET', /^\/api\/demo\/sample-photo$/, () => SAMPLE),
  route('POST', /^\/api\/demo\/sms$/, (call) => ({
    messages: memory.sms.filter((one) => one.mobile === call.body['mobile']).slice(0, 10).map(({ text, sendTime }) => ({ text, sendTime })),
  })),

  // Not of the contract: for walking through the pages.
  route('POST', /^\/api\/mock\/fail$/, (call) => {
    memory.nextFailures.push(call.body as (typeof memory.nextFailures)[number]);
    return {};
  }),
  route('POST', /^\/api\/mock\/seed$/, (call) => {
    call.setCookie('shiming_session', seed());
    return {};
  }),
  ...enterpriseRoutes(),
  ...faceDataRoutes(),
  ...inboxRoutes(),
];
