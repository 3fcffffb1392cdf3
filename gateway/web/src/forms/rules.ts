import { isDate, isResidentId, normalise, normaliseMobile } from './identifiers';

/** The words for a refused value, or undefined if it will do. */
export type Rule = (value: string) => string | undefined;

const required =
  (words: string): Rule =>
  (value) =>
    value.trim() === '' ? words : undefined;

/** Document types whose number is an 18-digit resident ID. */
const RESIDENT_TYPES = ['DOCUMENT_TYPE_RESIDENT_ID', 'DOCUMENT_TYPE_TEMPORARY_RESIDENT_ID'];

export const documentNumber =
  (documentType: string): Rule =>
  (value) => {
    const number = normalise(value);
    if (number === '') return '请输入证件号码';
    if (RESIDENT_TYPES.includes(documentType) && !isResidentId(number)) return '证件号码有误，请核对后重新输入';
    if (!/^[A-Z0-9]{5,18}$/.test(number)) return '证件号码有误，请核对后重新输入';
    return undefined;
  };

export const documentType = required('请选择证件类型');

export const personName: Rule = (value) => {
  const name = value.trim();
  if (name === '') return '请输入姓名';
  return Array.from(name).length > 100 ? '姓名过长，请核对' : undefined;
};

export const mobile: Rule = (value) => {
  const number = normaliseMobile(value);
  if (number === '') return '请输入手机号码';
  return /^1\d{10}$/.test(number) ? undefined : '手机号码应为 11 位数字';
};

export const smsCode: Rule = (value) => {
  const code = normalise(value);
  if (code === '') return '请输入短信验证码';
  return /^\d{6}$/.test(code) ? undefined : '验证码为 6 位数字';
};

export const captchaAnswer = required('请输入图形验证码');

export const email: Rule = (value) => {
  const address = value.trim();
  if (address === '') return undefined;
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) ? undefined : '电子邮箱格式有误，例如 name@example.cn';
};

export const nationality = required('请选择国籍');
export const ethnicity = required('请选择民族');
export const issuingAuthority = required('请输入证件签发机关');
export const address = required('请输入住址');

export const date =
  (what: string): Rule =>
  (value) => {
    if (value.trim() === '') return `请输入${what}`;
    return isDate(value) ? undefined : `${what}有误，请按 年-月-日 输入，例如 2016-03-07`;
  };

/** The end of a document's validity: after its start and not over yet, unless it is valid for good. */
export const validUntil =
  (validFrom: string, longTerm: boolean, today: string): Rule =>
  (value) => {
    if (longTerm) return undefined;
    const wrong = date('证件有效期止')(value);
    if (wrong) return wrong;
    if (isDate(validFrom) && value <= validFrom) return '证件有效期止应晚于证件有效期起';
    return value < today ? '证件已过有效期，请使用有效证件办理' : undefined;
  };

export const validFrom =
  (today: string): Rule =>
  (value) =>
    date('证件有效期起')(value) ?? (value > today ? '证件有效期起不能晚于今天' : undefined);

/** A unified social credit code (18) or an older taxpayer number (15, 17, 18, 20). */
export const enterpriseIdentifier: Rule = (value) => {
  const identifier = normalise(value);
  if (identifier === '') return '请输入社会信用代码（纳税人识别号）';
  return /^(?:[A-Z0-9]{15}|[A-Z0-9]{17,18}|[A-Z0-9]{20})$/.test(identifier)
    ? undefined
    : '社会信用代码为 18 位，纳税人识别号为 15、17、18 或 20 位';
};

export const role = required('请选择办税身份');
