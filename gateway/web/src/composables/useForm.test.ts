import { reactive } from 'vue';
import { expect, it } from 'vitest';

import { ApiError } from '@/api/problem';

import { fieldOf, useForm } from './useForm';

const make = () => {
  const values = reactive({ name: '', issuingAuthority: '某局' });
  return { values, form: useForm('t', values, () => ({ name: (value) => (value ? undefined : '请输入姓名') })) };
};

it('knows a violation’s field by its whole name or its last', () => {
  const values = { issuingAuthority: '', documentNumber: '', name: '' };
  expect(fieldOf('profile.issuingAuthority', values)).toBe('issuingAuthority');
  expect(fieldOf('document.number', values)).toBe('documentNumber');
  expect(fieldOf('document.name', values)).toBe('name');
  expect(fieldOf('document.other', values)).toBeUndefined();
});

it('marks what is wrong and keeps the values', () => {
  const { values, form } = make();
  expect(form.check()).toBe(false);
  expect(form.errors).toEqual({ name: '请输入姓名' });
  expect(values.issuingAuthority).toBe('某局');
});

it('puts violations beside their fields and everything else into the notice', () => {
  const { form } = make();
  const violations = [{ field: 'profile.issuingAuthority', reason: 'TOO_LONG', description: '证件签发机关过长' }];
  form.show(new ApiError(400, { reason: 'INVALID_FIELD', detail: '填写有误', violations }));
  expect(form.errors).toEqual({ issuingAuthority: '证件签发机关过长' });
  expect(form.notice.value).toBe('');
  form.show(new ApiError(422, { reason: 'MOBILE_IN_USE', detail: '该手机号码登记的人数已达上限。' }));
  expect(form.notice.value).toBe('该手机号码登记的人数已达上限。');
  form.show(new ApiError(400, { reason: 'INVALID_FIELD', detail: '填写有误', violations: [{ field: 'unknown', reason: 'X', description: 'x' }] }));
  expect(form.notice.value).toBe('填写有误');
});
