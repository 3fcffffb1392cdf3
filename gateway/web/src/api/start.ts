/** What the gateway says by itself. */
import { get } from './client';
import type { Bootstrap, Captcha, Codes } from './contract';

export const bootstrap = () => get<Bootstrap>('/api/bootstrap', { quiet: true });

export const newCaptcha = () => get<Captcha>('/api/captcha');

let known: Promise<Codes> | undefined;

/** The code tables, asked for once; a failure is forgotten, so that the next page asks again. */
export function codes(): Promise<Codes> {
  known ??= get<Codes>('/api/codes').catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}
