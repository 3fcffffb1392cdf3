/** A random UUID, also where `crypto.randomUUID` is missing (plain http outside this machine). */
export function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * The idempotency keys of one button. Pressing it again gets a new key, unless the last press ended without a clear answer and asks
 * for the very same thing: then the key is kept, so that the work is done once.
 */
export class Act {
  private open: { key: string; body: string } | undefined;

  keyFor(body: string): string {
    if (this.open?.body === body) return this.open.key;
    this.open = { key: uuid(), body };
    return this.open.key;
  }

  /** Call when a clear answer came, good or bad. */
  settle(): void {
    this.open = undefined;
  }
}
