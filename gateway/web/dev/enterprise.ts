import { randomUUID } from 'node:crypto';

import { ENTERPRISES } from './data.ts';
import { Refusal, type Call } from './plugin.ts';
import { personOf, sessionOf, type Route } from './routes.ts';
import { changed, later, maskDocument, memory, now, tell, type Binding } from './state.ts';

const ROLES: Record<string, string> = { TAX_CLERK: '办税员', FINANCE_OFFICER: '财务负责人' };
const roleOf = (binding: Binding) => ROLES[binding.role] ?? '办税人员';
const shown = (enterprise: Binding['enterprise']) => ({ ...enterprise, legal: undefined });

function body(call: Call, binding: Binding) {
  return { ...binding, enterprise: shown(binding.enterprise), current: sessionOf(call).bindingId === binding.bindingId, expireTime: later(43_200) };
}

function applicationBody(binding: Binding) {
  const applicant = memory.people.find((one) => one.personId === binding.personId)!;
  return {
    ...binding,
    enterprise: shown(binding.enterprise),
    applicantName: applicant.name,
    applicantDocumentType: applicant.documentType,
    applicantDocumentMasked: maskDocument(applicant.documentNumber),
  };
}

function managed(call: Call): Binding[] {
  const person = personOf(call);
  const mine = memory.bindings.filter((one) => one.personId === person.personId && one.state === 'ACTIVE' && one.role === 'LEGAL_REPRESENTATIVE');
  const others = memory.bindings.filter((one) => one.personId !== person.personId && mine.some((own) => own.enterprise === one.enterprise));
  return [...others].sort((a, b) => Number(b.state === 'PENDING') - Number(a.state === 'PENDING'));
}

function add(personId: string, enterprise: Binding['enterprise'], role: string, state: string): Binding {
  const binding: Binding = { bindingId: randomUUID(), personId, enterprise, role, state, createTime: now(), fromRegistry: state === 'ACTIVE', etag: randomUUID() };
  memory.bindings.unshift(binding);
  return binding;
}

function submit(call: Call) {
  const person = personOf(call);
  const { enterpriseId, role } = call.body as Record<string, string>;
  const enterprise = ENTERPRISES.find((one) => one.enterpriseId === enterpriseId)!;
  if (memory.bindings.some((one) => one.personId === person.personId && one.enterprise === enterprise && one.role === role && ['PENDING', 'ACTIVE'].includes(one.state))) {
    throw new Refusal(409, 'BINDING_EXISTS', '您已拥有或已申请该企业的同一办税身份，请勿重复申请。');
  }
  const binding = add(person.personId, enterprise, role!, 'PENDING');
  for (const boss of memory.bindings.filter((one) => one.enterprise === enterprise && one.role === 'LEGAL_REPRESENTATIVE' && one.state === 'ACTIVE')) {
    const text = `${person.name}申请成为${enterprise.name}的${roleOf(binding)}，请审批。`;
    memory.todos.unshift({ personId: boss.personId, id: randomUUID(), title: '办税身份审批', text, done: false, createTime: now(), link: '/enterprise/review', about: binding.bindingId });
  }
  changed();
  return { binding: body(call, binding) };
}

function decide(call: Call, id: string) {
  const binding = managed(call).find((one) => one.bindingId === id);
  if (!binding) throw new Refusal(404, 'APPLICATION_NOT_FOUND', '未找到该申请，请刷新后重试。');
  if (binding.state !== 'PENDING') throw new Refusal(422, 'APPLICATION_DECIDED', '该申请已被处理，请刷新查看结果。');
  const approve = call.body['decision'] === 'APPROVE';
  Object.assign(binding, { state: approve ? 'ACTIVE' : 'REJECTED', decideTime: now() });
  const todo = memory.todos.find((one) => one.about === id) ?? memory.todos.find((one) => !one.done);
  if (todo) Object.assign(todo, { done: true, doneTime: now() });
  tell(binding.personId, approve ? '办税身份申请已通过' : '办税身份申请未通过', `您申请成为${binding.enterprise.name}的${roleOf(binding)}，${approve ? '已获同意' : '已被拒绝'}。`, '/enterprise/apply');
  return { application: applicationBody(binding) };
}

export function enterpriseRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/api\/bindings$/,
      handle: (call) => {
        const person = personOf(call);
        const state = call.query.get('state');
        const mine = memory.bindings.filter((one) => one.personId === person.personId && (!state || one.state === state));
        return { bindings: mine.map((one) => body(call, one)), nextPageToken: '' };
      },
    },
    {
      method: 'POST',
      path: /^\/api\/bindings\/refresh$/,
      handle: (call) => {
        const person = personOf(call);
        if (!sessionOf(call).stepUpTime) throw new Refusal(422, 'STEP_UP_REQUIRED', '为保障安全，请先进行人脸识别。');
        const mine = ENTERPRISES.filter((one) => one.legal === person.name && !memory.bindings.some((old) => old.personId === person.personId && old.enterprise === one));
        return { bindings: mine.map((one) => body(call, add(person.personId, one, 'LEGAL_REPRESENTATIVE', 'ACTIVE'))) };
      },
    },
    {
      method: 'POST',
      path: /^\/api\/bindings\/([^/]+)\/switch$/,
      handle: (call, id) => {
        sessionOf(call).bindingId = id;
        return { binding: body(call, memory.bindings.find((one) => one.bindingId === id)!) };
      },
    },
    {
      method: 'POST',
      path: /^\/api\/enterprises\/lookup$/,
      handle: (call) => {
        personOf(call);
        if (String(call.body['captchaAnswer']).toUpperCase() !== 'K7PX') throw new Refusal(400, 'CAPTCHA_WRONG', '图形验证码有误或已过期，请重新输入。');
        const found = ENTERPRISES.find((one) => one.unifiedSocialCreditCode === call.body['identifier']);
        if (!found) throw new Refusal(404, 'ENTERPRISE_NOT_FOUND', '未查询到该企业，请核对社会信用代码（纳税人识别号）。');
        if (found.status !== 'NORMAL') throw new Refusal(422, 'ENTERPRISE_STATUS', '该企业已注销，不能申请办税身份。');
        return { enterprise: shown(found) };
      },
    },
    { method: 'POST', path: /^\/api\/applications$/, handle: submit },
    { method: 'GET', path: /^\/api\/applications$/, handle: (call) => ({ applications: managed(call).filter((one) => one.role !== 'LEGAL_REPRESENTATIVE').map(applicationBody), nextPageToken: '' }) },
    { method: 'POST', path: /^\/api\/applications\/([^/]+)\/decide$/, handle: decide },
  ];
}
