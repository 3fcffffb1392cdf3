import type { Act } from './act';
import { get, post } from './client';
import type { CodeSent, Identity, Profile, Session } from './types';

export interface LoginIdentity extends Identity {
  mobile: string;
}

export interface CaptchaAnswer {
  captchaId: string;
  captchaAnswer: string;
}

export const sendLoginCode = (identity: LoginIdentity, captcha: CaptchaAnswer | undefined, act: Act) =>
  post<CodeSent>('/api/login/code', { ...identity, ...captcha }, { act });

export const logIn = (identity: LoginIdentity, code: string, act: Act) =>
  post<{ session: Session }>('/api/login', { ...identity, code }, { act });

export const logOut = () => post<Record<string, never>>('/api/logout', {}, { quiet: true });

export const getSession = () => get<{ session: Session }>('/api/session', { quiet: true });

export const getProfile = () => get<Profile>('/api/profile');
