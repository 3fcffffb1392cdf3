import type { Act } from './act';
import { get, post } from './client';
import type { CaptchaAnswer } from './session';
import type { Application, Binding, BindingState, Enterprise, Page } from './types';

export async function listBindings(pageToken: string, state?: BindingState): Promise<Page<Binding>> {
  const query = new URLSearchParams({ pageSize: '50' });
  if (pageToken) query.set('pageToken', pageToken);
  if (state) query.set('state', state);
  const page = await get<{ bindings: Binding[]; nextPageToken?: string }>(`/api/bindings?${query}`);
  return { items: page.bindings, nextPageToken: page.nextPageToken ?? '' };
}

export const refreshBindings = (act: Act) => post<{ bindings: Binding[] }>('/api/bindings/refresh', {}, { act });

export const switchEnterprise = (bindingId: string, act: Act) =>
  post<{ binding: Binding }>(`/api/bindings/${encodeURIComponent(bindingId)}/switch`, {}, { act });

export const lookUpEnterprise = (identifier: string, captcha: CaptchaAnswer, act: Act) =>
  post<{ enterprise: Enterprise }>('/api/enterprises/lookup', { identifier, ...captcha }, { act });

export const submitApplication = (enterprise: Enterprise, role: string, act: Act) =>
  post<{ binding: Binding }>(
    '/api/applications',
    { enterpriseId: enterprise.enterpriseId, enterpriseEtag: enterprise.etag, role },
    { act },
  );

export async function listApplications(pageToken: string): Promise<Page<Application>> {
  const query = new URLSearchParams({ pageSize: '50' });
  if (pageToken) query.set('pageToken', pageToken);
  const page = await get<{ applications: Application[]; nextPageToken?: string }>(`/api/applications?${query}`);
  return { items: page.applications, nextPageToken: page.nextPageToken ?? '' };
}

export type Decision = 'APPROVE' | 'REJECT';

export const decideApplication = (application: Application, decision: Decision, act: Act) =>
  post<{ application: Application }>(
    `/api/applications/${encodeURIComponent(application.bindingId)}/decide`,
    { decision, etag: application.etag },
    { act },
  );
