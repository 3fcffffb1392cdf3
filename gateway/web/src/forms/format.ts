/** Times and numbers as people read them. */

const two = (value: number) => String(value).padStart(2, '0');

/** Today in this place, as YYYY-MM-DD. */
export function today(now: Date = new Date()): string {
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** A moment in words that grow with the distance: 刚刚, 5 分钟前, 今天 09:30, 昨天 09:30, 3月7日 09:30, 2025年3月7日. */
export function moment(time: string, now: Date = new Date()): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return '';
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
  if (minutes >= 0 && minutes < 1) return '刚刚';
  if (minutes >= 1 && minutes < 60) return `${minutes} 分钟前`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const days = Math.round((Date.parse(today(now)) - Date.parse(today(at))) / 86_400_000);
  if (days === 0) return `今天 ${clock}`;
  if (days === 1) return `昨天 ${clock}`;
  const day = `${at.getMonth() + 1}月${at.getDate()}日`;
  return at.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${at.getFullYear()}年${day}`;
}

/** A moment in full, for detail pages. */
export function fullTime(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return '';
  return `${at.getFullYear()}年${at.getMonth() + 1}月${at.getDate()}日 ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A count for a badge: nothing for zero, 99+ beyond. */
export function badge(count: number): string {
  if (count <= 0) return '';
  return count > 99 ? '99+' : String(count);
}

/** A date of a document, or 长期. */
export function validity(date: string, longTerm: boolean): string {
  return longTerm ? '长期' : date || '—';
}

/** The six digits in a text message. */
export function codeIn(text: string): string | undefined {
  // Without look-behind, which older phones do not know.
  return /(?:^|\D)(\d{6})(?!\d)/.exec(text)?.[1];
}

/** A duration of the contract, such as "300s", in seconds. */
export const inSeconds = (duration: string): number => Number.parseFloat(duration) || 0;
