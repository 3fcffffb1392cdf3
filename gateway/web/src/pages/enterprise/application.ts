import { shallowReactive } from 'vue';

import type { Binding, Enterprise, Role } from '@/api/contract';

export const STEPS = ['填写代码', '确认企业', '提交申请'] as const;

/** The application being made, kept while the page lives. */
export const application = shallowReactive<{
  identifier: string;
  enterprise: Enterprise | undefined;
  role: Role | '';
  submitted: Binding | undefined;
}>({ identifier: '', enterprise: undefined, role: '', submitted: undefined });

export function forgetApplication() {
  Object.assign(application, { identifier: '', enterprise: undefined, role: '', submitted: undefined });
}
