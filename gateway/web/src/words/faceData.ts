import type { ErasedCounts, FaceProvider, FacePurpose, ProcessedKind, ProcessingRecord } from '@/api/contract';
import { fullTime } from '@/forms/format';

type Tone = 'blue' | 'ok' | 'warn' | 'bad' | 'grey';

const PURPOSES: Record<FacePurpose, string> = { FACE_PURPOSE_COLLECTION: '实名采集', FACE_PURPOSE_STEP_UP: '刷脸验证' };

const KINDS: Record<ProcessedKind, string> = {
  PROCESSED_KIND_DOCUMENT: '证件信息和姓名',
  PROCESSED_KIND_FACE_IMAGE: '人脸图像',
  PROCESSED_KIND_LIVENESS: '面部动作',
  PROCESSED_KIND_REFERENCE: '证件照片特征值',
};

const PROVIDERS: Record<FaceProvider, string> = {
  FACE_PROVIDER_BUILT_IN: '税务机关自有系统',
  FACE_PROVIDER_EXTERNAL: '权威部门核验系统',
  FACE_PROVIDER_WECHAT: '微信人脸核身',
  FACE_PROVIDER_TENCENT: '腾讯云人脸核身',
};

const RESULTS: Record<string, string> = {
  PASSED: '核验通过',
  FACE_NOT_SAME: '比对未通过',
  LIVENESS_ATTACK: '未通过活体检测',
  LIVENESS_INCOMPLETE: '动作未完成',
  CAPTURE_QUALITY: '图像不清晰',
  NO_AUTHORITATIVE_PHOTO: '没有可比对的证件照片',
  NAME_ID_MISMATCH: '姓名与证件号码不一致',
};

export const purposeWords = (purpose: FacePurpose): string => PURPOSES[purpose] ?? '人脸核验';

/** How a check ended; its colour only repeats what the word says. */
export function resultWords(result: string): { label: string; tone: Tone } {
  if (result === 'PASSED') return { label: '核验通过', tone: 'ok' };
  return { label: RESULTS[result] ?? '未通过', tone: 'grey' };
}

/** A record as names and values. */
export function recordRows(record: ProcessingRecord) {
  const kinds = record.kinds.map((kind) => KINDS[kind]).filter(Boolean);
  const kept = record.evidenceExpireTime ? `加密留存一张，${fullTime(record.evidenceExpireTime)}前删除` : '未留存，得出结果后已删除';
  return [
    { name: '处理内容', value: kinds.join('、') },
    { name: '处理方', value: PROVIDERS[record.provider] ?? '' },
    { name: '人脸图像', value: kept },
    { name: '同意书版本', value: record.consentVersion, number: true },
  ];
}

/** A proof's number as people read it out: no dashes, large letters. */
export const proofNumber = (erasureId = ''): string => erasureId.replaceAll('-', '').toUpperCase();

/** What was erased, in words: nothing of a kind is not mentioned. */
export function erasedWords(counts: ErasedCounts | undefined): string {
  if (!counts) return '';
  const parts = [
    [counts.references, '人脸特征值', '份'],
    [counts.evidence, '留存图像', '张'],
    [counts.sessions, '核验会话', '次'],
    [counts.counters, '历史计数', '条'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, name, unit]) => `${name}${count}${unit}`);
  return told.join('、') || '没有留存的人脸信息';
}
