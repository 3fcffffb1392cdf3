import { post } from './client';
import { readProblem } from './problem';
import type { DemoCitizen } from './contract';

export function setReference({ document }: DemoCitizen, photo: Blob): Promise<Record<string, never>> {
  const body = new FormData();
  body.append('documentType', document.type);
  body.append('documentNumber', document.number);
  body.append('name', document.name);
  body.append('photo', photo, 'photo.jpg');
  return post('/api/demo/reference', body, { timeout: 60_000 });
}

export const SAMPLE_PHOTO = '/api/demo/sample-photo';

export async function samplePhoto(): Promise<Blob> {
  const response = await fetch(SAMPLE_PHOTO, { credentials: 'same-origin' });
  if (!response.ok) throw await readProblem(response);
  return response.blob();
}
