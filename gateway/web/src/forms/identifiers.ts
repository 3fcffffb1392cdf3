import type { DocumentType, IdentityDocument } from '@/api/contract';

/**
 * First checks of what people type, so that a slip is shown at once. The server decides; nothing here is stricter than the server.
 */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

/** Full-width characters become half-width, spaces go, letters become capitals. */
export function normalise(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000]/g, '')
    .toUpperCase();
}

/** A document and the name on it, as a form holds them. */
export interface TypedIdentity {
  documentType: DocumentType;
  documentNumber: string;
  name: string;
}

/** What was typed, as it is sent. */
export const documentOf = ({ documentType, documentNumber, name }: TypedIdentity): IdentityDocument => ({
  type: documentType,
  number: normalise(documentNumber),
  name: name.trim(),
});

/** Whether the text is an 18-digit resident ID with a real birth date and the right check digit (GB 11643). */
export function isResidentId(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text)) return false;
  const birth = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`;
  if (!isDate(birth)) return false;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(text[index]), 0);
  return CHECK[sum % 11] === text[17];
}

/** Whether the text is a day that exists, as YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** A mainland mobile number without prefix, spaces and dashes. */
export function normaliseMobile(text: string): string {
  return normalise(text)
    .replace(/[-()]/g, '')
    .replace(/^(\+86|0086)/, '');
}

/** Dates as typed, with the dashes put in: 20160307 becomes 2016-03-07. */
export function typedDate(text: string): string {
  const parts = normalise(text).split(/[^\d]+/).filter(Boolean);
  if (parts.length === 3 && parts[0]?.length === 4) {
    return [parts[0], parts[1]?.padStart(2, '0'), parts[2]?.padStart(2, '0')].join('-');
  }
  const digits = parts.join('').slice(0, 8);
  return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].filter(Boolean).join('-');
}
