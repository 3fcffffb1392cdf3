import type { BindingState, Enterprise, EnterpriseStatus } from '@/api/contract';

type Tone = 'blue' | 'ok' | 'warn' | 'bad' | 'grey';

/** How a person's own binding stands. */
export const BINDING_STATES: Record<BindingState, { label: string; tone: Tone }> = {
  BINDING_STATE_PENDING: { label: '待审批', tone: 'warn' },
  BINDING_STATE_ACTIVE: { label: '已绑定', tone: 'ok' },
  BINDING_STATE_REJECTED: { label: '已拒绝', tone: 'bad' },
  BINDING_STATE_EXPIRED: { label: '已过期', tone: 'grey' },
  BINDING_STATE_SUSPENDED: { label: '已暂停', tone: 'grey' },
};

/** How an application stands for the one who decides; the manual's words. */
export const DECISIONS: Record<BindingState, { label: string; tone: Tone }> = {
  BINDING_STATE_PENDING: { label: '待审批', tone: 'warn' },
  BINDING_STATE_ACTIVE: { label: '已同意', tone: 'ok' },
  BINDING_STATE_REJECTED: { label: '已拒绝', tone: 'bad' },
  BINDING_STATE_EXPIRED: { label: '已过期', tone: 'grey' },
  BINDING_STATE_SUSPENDED: { label: '已暂停', tone: 'grey' },
};

export const STATUSES: Record<EnterpriseStatus, string> = {
  ENTERPRISE_STATUS_NORMAL: '正常',
  ENTERPRISE_STATUS_ABNORMAL: '非正常',
  ENTERPRISE_STATUS_CANCELLED: '注销',
  ENTERPRISE_STATUS_REVOKED: '吊销',
};

/** The number an enterprise is known by. */
export function identifierOf(enterprise: Enterprise): string {
  return enterprise.unifiedSocialCreditCode || enterprise.taxpayerId;
}

/** An enterprise's record, for confirming it. */
export function rowsOf(enterprise: Enterprise) {
  const { unifiedSocialCreditCode: code, taxpayerId } = enterprise;
  return [
    { name: '企业名称', value: enterprise.name },
    ...(code ? [{ name: '社会信用代码', value: code, number: true }] : []),
    ...(taxpayerId && taxpayerId !== code ? [{ name: '纳税人识别号', value: taxpayerId, number: true }] : []),
    { name: '法定代表人', value: enterprise.legalRepresentativeMasked },
    { name: '登记状态', value: STATUSES[enterprise.status] ?? '—' },
    { name: '主管税务机关', value: enterprise.taxAuthority },
    { name: '地址', value: enterprise.address },
  ];
}
