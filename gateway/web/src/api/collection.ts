import type { Act } from './act';
import { get, post } from './client';
import type { CodeSent, Collection, ConsentGiven, FaceTicket, Identity, NextStep, ProfileInput } from './types';

export const startCollection = (identity: Identity, act: Act) =>
  post<Collection>('/api/collection', identity, { act });

export const getCollection = () => get<Collection>('/api/collection', { quiet: true });

export const beginCollectionFace = (consent: ConsentGiven, act: Act) =>
  post<FaceTicket>('/api/collection/face', { consent }, { act });

export const completeCollectionFace = (faceSessionId: string, act: Act) =>
  post<{ nextStep: NextStep; expireTime: string }>('/api/collection/face/complete', { faceSessionId }, { act });

export const sendCollectionCode = (mobile: string, act: Act) =>
  post<CodeSent>('/api/collection/code', { mobile }, { act });

export const finishCollection = (mobile: string, code: string, profile: ProfileInput, act: Act) =>
  post<{ personId: string }>('/api/collection/finish', { mobile, code, profile }, { act });
