import { describe, expect, it } from 'vitest';

import { badge, codeIn, fullTime, moment, today, validity } from './format';
import { isDate, isResidentId, normalise, normaliseMobile, typedDate } from './identifiers';
import { ownPath } from './next';
import * as rules from './rules';

describe('identifiers', () => {
  it('know a resident ID by its check digit and birth date', () => {
    expect(isResidentId('11010519491231002X')).toBe(true);
    expect(isResidentId('110105194912310021')).toBe(false);
    expect(isResidentId('11010519490231002X')).toBe(false);
    expect(isResidentId('440524188001010014')).toBe(true);
  });

  it('take what people type: full-width digits, spaces, small letters, prefixes', () => {
    expect(normalise('１１０１０５ 19491231００２ｘ')).toBe('11010519491231002X');
    expect(normaliseMobile('+86 138-0013-8000')).toBe('13800138000');
    expect(normaliseMobile('008613800138000')).toBe('13800138000');
  });

  it('put the dashes into a date', () => {
    expect(typedDate('2016')).toBe('2016');
    expect(typedDate('201603')).toBe('2016-03');
    expect(typedDate('20160307')).toBe('2016-03-07');
    expect(typedDate('2016/3/7')).toBe('2016-03-07');
    expect(typedDate('2016年3月7日')).toBe('2016-03-07');
    expect(isDate('2016-02-29')).toBe(true);
    expect(isDate('2015-02-29')).toBe(false);
  });
});

describe('rules', () => {
  it('refuse a wrong resident ID and let other documents be judged by the server', () => {
    expect(rules.documentNumber('DOCUMENT_TYPE_RESIDENT_ID')('110105194912310021')).toBe('证件号码有误，请核对后重新输入');
    expect(rules.documentNumber('DOCUMENT_TYPE_RESIDENT_ID')('11010519491231002x')).toBeUndefined();
    expect(rules.documentNumber('DOCUMENT_TYPE_HONG_KONG_MACAO_PERMIT')('H12345678')).toBeUndefined();
    expect(rules.documentNumber('DOCUMENT_TYPE_RESIDENT_ID')(' ')).toBe('请输入证件号码');
  });

  it('hold the dates of a document together', () => {
    const until = rules.validUntil('2016-03-07', false, '2026-11-23');
    expect(until('2036-03-07')).toBeUndefined();
    expect(until('2016-03-07')).toBe('证件有效期止应晚于证件有效期起');
    expect(until('2026-11-22')).toBe('证件已过有效期，请使用有效证件办理');
    expect(rules.validUntil('', true, '2026-11-23')('')).toBeUndefined();
    expect(rules.validFrom('2026-11-23')('2027-01-01')).toBe('证件有效期起不能晚于今天');
  });

  it('know the lengths of an enterprise’s numbers', () => {
    for (const good of ['91640100MA76000010', '640100000000001', '11010519491231002X01']) {
      expect(rules.enterpriseIdentifier(good), good).toBeUndefined();
    }
    expect(rules.enterpriseIdentifier('9164010')).toMatch('18 位');
    expect(rules.email('')).toBeUndefined();
    expect(rules.email('a@b')).toBeDefined();
    expect(rules.mobile('1380013800')).toBe('手机号码应为 11 位数字');
    expect(rules.smsCode('12345')).toBe('验证码为 6 位数字');
    expect(rules.personName('𠮷'.repeat(100))).toBeUndefined();
  });
});

describe('format', () => {
  const now = new Date(2026, 10, 23, 12, 0);
  const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

  it('says a moment by its distance', () => {
    expect(moment(at(2026, 10, 23, 11, 59), now)).toBe('1 分钟前');
    expect(moment(at(2026, 10, 23, 9, 5), now)).toBe('今天 09:05');
    expect(moment(at(2026, 10, 22, 23, 0), now)).toBe('昨天 23:00');
    expect(moment(at(2026, 2, 7, 8, 30), now)).toBe('3月7日 08:30');
    expect(moment(at(2025, 2, 7, 8, 30), now)).toBe('2025年3月7日');
    expect(moment('nonsense', now)).toBe('');
    expect(fullTime(at(2025, 2, 7, 8, 30))).toBe('2025年3月7日 08:30');
    expect(today(now)).toBe('2026-11-23');
  });

  it('keeps badges short and validity clear', () => {
    expect([badge(0), badge(-1), badge(7), badge(100)]).toEqual(['', '', '7', '99+']);
    expect([validity('', true), validity('2036-03-07', false), validity('', false)]).toEqual(['长期', '2036-03-07', '—']);
  });

  it('finds the code in a text message, not a part of a longer number', () => {
    expect(codeIn('您的验证码是 042195，5 分钟内有效。')).toBe('042195');
    expect(codeIn('电话 0951123456789')).toBeUndefined();
  });
});

describe('ownPath', () => {
  it('goes to paths of our own only', () => {
    expect(ownPath('/enterprise/manage?refresh=1')).toBe('/enterprise/manage?refresh=1');
    for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', '/a\\b', '/\tevil', 'javascript:alert(1)', '/api/logout', '', undefined]) {
      expect(ownPath(bad), String(bad)).toBe('/');
    }
    expect(ownPath(['/me', '/x'])).toBe('/me');
  });
});
