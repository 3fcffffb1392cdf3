/** A path of our own to go to afterwards, or the home page: never another site's address. */
export function ownPath(raw: unknown, fallback = '/'): string {
  const text = Array.isArray(raw) ? raw[0] : raw;
  if (typeof text !== 'string' || !/^\/(?![/\\])/.test(text)) return fallback;
  // Backslashes and control characters are read as slashes or dropped by browsers.
  if (/[\\\u0000-\u0020\u007f]/.test(text) || text.startsWith('/api')) return fallback;
  return text;
}
