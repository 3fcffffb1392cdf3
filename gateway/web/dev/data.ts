/** What the stand-in gateway knows from the start. Invented people and enterprises; the numbers are well-formed and belong to nobody. */
export const CITIZENS = [
  { name: '马建国', documentType: 'RESIDENT_ID', documentNumber: '640101198001010015', mobile: '13800138001', note: '法定代表人：宁夏贺兰山葡萄酒有限公司' },
  { name: '王晓红', documentType: 'RESIDENT_ID', documentNumber: '640101199003070023', mobile: '13800138002', note: '办税员申请人' },
].map((citizen) => ({ ...citizen, documentNumber: withCheck(citizen.documentNumber) }));

function withCheck(number: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return number.slice(0, 17) + '10X98765432'[sum % 11];
}

const enterprise = (id: string, code: string, name: string, legal: string, status = 'NORMAL') => ({
  enterpriseId: id,
  unifiedSocialCreditCode: code,
  taxpayerId: code,
  name,
  status,
  legalRepresentativeMasked: `${legal[0]}**`,
  legal,
  taxAuthority: '国家税务总局银川市兴庆区税务局',
  address: '宁夏回族自治区银川市兴庆区北京东路 188 号',
  etag: `e-${id}`,
});

export const ENTERPRISES = [
  enterprise('e1', '91640100MA76000010', '宁夏贺兰山葡萄酒有限公司', '马建国'),
  enterprise('e2', '91640100MA76000029', '银川凤城建筑工程有限责任公司', '马建国'),
  enterprise('e3', '91640100MA76000037', '石嘴山市鸿远商贸有限公司', '李四', 'CANCELLED'),
];

export const CODES = {
  documentTypes: [
    ['RESIDENT_ID', '201', '居民身份证', true],
    ['TEMPORARY_RESIDENT_ID', '206', '临时居民身份证', false],
    ['HONG_KONG_MACAO_PERMIT', '210', '港澳居民来往内地通行证', false],
    ['TAIWAN_PERMIT', '213', '台湾居民来往大陆通行证', false],
    ['FOREIGN_PASSPORT', '208', '外国公民护照', false],
    ['FOREIGN_PERMANENT_RESIDENT_ID', '233', '外国人永久居留身份证', false],
  ].map(([code, taxCode, label, supportsFace]) => ({ code, taxCode, label, supportsFace })),
  ethnicities: '汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族'
    .split(' ')
    .map((label, index) => ({ code: String(index + 1).padStart(2, '0'), label })),
  nationalities: [
    { code: 'CN', label: '中国' },
    { code: 'HK', label: '中国香港' },
    { code: 'US', label: '美国' },
  ],
  roles: [
    ['LEGAL_REPRESENTATIVE', '法定代表人', false],
    ['FINANCE_OFFICER', '财务负责人', true],
    ['TAX_CLERK', '办税员', true],
    ['INVOICE_COLLECTOR', '领票人', true],
    ['INVOICE_ISSUER', '开票员', true],
    ['TAX_AGENT', '税务代理人', true],
    ['OTHER', '其他', true],
  ].map(([code, label, applicable]) => ({ code, label, applicable })),
};

export const CONSENT = {
  version: '2026-12',
  title: '人脸信息处理同意书',
  text: [
    '为核验您的身份，税务机关将采集您的人脸照片，并与权威机构留存的证件照片进行比对。',
    '处理目的：仅用于本次实名采集或身份核验，不用于其他用途。',
    '处理方式：照片经加密传输，在本单位内部系统完成比对；比对完成后不保存照片，只保存比对结果。',
    '您可以拒绝：不同意人脸识别，不影响您办税；您可携带有效证件到办税服务厅柜台办理，效力相同。',
    '您可以撤回：您可随时撤回本同意，撤回不影响此前已完成的核验。',
  ].join('\n'),
  textSha256: 'a'.repeat(64),
};

export const SAMPLE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 360" width="300" height="360"><rect width="300" height="360" fill="#9fb6d8"/><path d="M40 360c0-80 50-110 110-110s110 30 110 110z" fill="#e88b3c"/><ellipse cx="150" cy="150" rx="72" ry="92" fill="#f2cfae"/><path d="M74 150c-6-66 30-104 76-104s84 36 76 104c-6-26-16-40-24-48-36 14-84 12-108 0-8 8-16 24-20 48z" fill="#5a3a22"/><circle cx="122" cy="150" r="7" fill="#2b2b2b"/><circle cx="178" cy="150" r="7" fill="#2b2b2b"/><path d="M124 192c14 14 38 14 52 0" stroke="#a4553b" stroke-width="6" fill="none" stroke-linecap="round"/></svg>`;
