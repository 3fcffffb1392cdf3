import { randomUUID } from 'node:crypto';

import { CITIZENS, ENTERPRISES } from './data.ts';

/** Somebody collected. */
export interface Person {
  personId: string;
  name: string;
  documentType: string;
  documentNumber: string;
  mobile: string;
  profile: Record<string, unknown>;
}

export interface Binding {
  bindingId: string;
  personId: string;
  enterprise: (typeof ENTERPRISES)[number];
  role: string;
  state: string;
  createTime: string;
  decideTime?: string;
  fromRegistry: boolean;
  etag: string;
}

interface Session {
  personId: string;
  evidence: string;
  stepUpTime?: string;
  bindingId?: string;
}

interface Collection {
  documentType: string;
  documentNumber: string;
  name: string;
  nextStep: string;
}

interface Consent {
  personId: string;
  consentId: string;
  version: string;
  agreeTime: string;
  withdrawal?: Record<string, unknown>;
}

interface InboxItem {
  personId: string;
  id: string;
  title: string;
  text: string;
  done: boolean;
  createTime: string;
  doneTime?: string;
  link: string;
  about?: string;
}

/** Everything the stand-in remembers; gone when the development server stops. */
export const memory = {
  people: [] as Person[],
  sessions: new Map<string, Session>(),
  collections: new Map<string, Collection>(),
  bindings: [] as Binding[],
  consents: [] as Consent[],
  messages: [] as InboxItem[],
  todos: [] as InboxItem[],
  sms: [] as { mobile: string; text: string; code: string; sendTime: string }[],
  /** Failures to answer the next captures and calls with, for walking through them. */
  nextFailures: [] as { path: string; status: number; body: Record<string, unknown> }[],
  /** Nonces of challenges that are open. */
  nonces: new Map<string, number>(),
  /** A provider's check for the next face sessions, to walk through it. */
  hosted: undefined as { provider: string; url: string; verifyId: string } | undefined,
  listeners: new Set<() => void>(),
};

export const now = () => new Date().toISOString();
export const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

export const maskDocument = (number: string) => `${number.slice(0, 6)}********${number.slice(-4)}`;
export const maskName = (name: string) => name[0] + '*'.repeat(Math.max(1, name.length - 1));
export const maskMobile = (mobile: string) => `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;

export function sendSms(mobile: string): void {
  const code = String(Math.floor(100_000 + Math.random() * 900_000));
  const text = `【实名办税】您的验证码是 ${code}，5 分钟内有效。请勿告诉他人。`;
  memory.sms.unshift({ mobile, text, code, sendTime: now() });
}

export function tell(personId: string, title: string, text: string, link: string): void {
  memory.messages.unshift({ personId, id: randomUUID(), title, text, done: false, createTime: now(), link });
  changed();
}

export function changed(): void {
  memory.listeners.forEach((listener) => listener());
}

/** A collected citizen with a session, enterprises, messages and to-dos, to look at full lists at once. */
export function seed(): string {
  memory.people = [];
  memory.bindings = [];
  memory.messages = [];
  memory.todos = [];
  memory.consents = [];
  memory.nextFailures = [];
  memory.hosted = undefined;
  const [boss, clerk] = CITIZENS.map((citizen) => {
    const person: Person = {
      ...citizen,
      personId: randomUUID(),
      profile: {
        email: 'ma@example.cn', nationality: 'CN', ethnicity: '03', birthDate: '1980-01-01', validFrom: '2016-03-07', validUntil: '2036-03-07',
        longTerm: false, issuingAuthority: '银川市公安局兴庆区分局', address: '宁夏回族自治区银川市兴庆区',
      },
    };
    memory.people.push(person);
    return person;
  }) as [Person, Person];
  const bind = (person: Person, at: number, role: string, state: string, fromRegistry = false) =>
    memory.bindings.unshift({
      bindingId: randomUUID(), personId: person.personId, enterprise: ENTERPRISES[at]!, role, state, createTime: later(-90 - at * 1500), fromRegistry, etag: randomUUID(),
    });
  bind(boss, 0, 'LEGAL_REPRESENTATIVE', 'ACTIVE', true);
  bind(boss, 1, 'LEGAL_REPRESENTATIVE', 'ACTIVE', true);
  bind(boss, 2, 'TAX_AGENT', 'REJECTED');
  bind(clerk, 0, 'TAX_CLERK', 'PENDING');
  bind(clerk, 1, 'INVOICE_ISSUER', 'REJECTED');
  memory.todos.push(
    { personId: boss.personId, id: 't1', title: '办税身份审批', text: '王晓红申请成为宁夏贺兰山葡萄酒有限公司的办税员，请审批。', done: false, createTime: later(-12), link: '/enterprise/review' },
    { personId: boss.personId, id: 't2', title: '办税身份审批', text: '王晓红申请成为银川凤城建筑工程有限责任公司的开票员。', done: true, createTime: later(-3000), doneTime: later(-1500), link: '/enterprise/review' },
  );
  memory.messages.push(
    { personId: boss.personId, id: 'm1', title: '收到新的办税身份申请', text: '王晓红申请成为宁夏贺兰山葡萄酒有限公司的办税员，请及时审批。', done: false, createTime: later(-12), link: '/enterprise/review' },
    { personId: boss.personId, id: 'm2', title: '办税身份已生效', text: '您已作为法定代表人绑定银川凤城建筑工程有限责任公司。', done: true, createTime: later(-2000), link: '/enterprise/manage' },
  );
  memory.consents.push(
    { personId: boss.personId, consentId: randomUUID(), version: '2026-12', agreeTime: later(-60) },
    { personId: boss.personId, consentId: randomUUID(), version: '2026-11', agreeTime: later(-30000) },
  );
  const token = randomUUID();
  memory.sessions.set(token, { personId: boss.personId, evidence: 'SMS', bindingId: memory.bindings.find((one) => one.personId === boss.personId && one.state === 'ACTIVE')!.bindingId });
  return token;
}
