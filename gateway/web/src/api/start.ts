/** What the gateway says by itself, without the contract. */
import { get } from './client';
import type { DocumentType, GetCollectionResponse, Role } from './contract';

/** Somebody of the demo. */
export interface DemoCitizen {
  documentType: DocumentType;
  documentNumber: string;
  name: string;
  mobile: string;
  note: string;
}

/** Where the visitor stands. */
export interface Bootstrap {
  demo: boolean;
  demoCitizens?: DemoCitizen[];
  /** Clips of a sample person for who has no camera: by action, such as `TURN_LEFT`, and `LOOK` for looking ahead. */
  demoClips?: Record<string, string>;
  signedIn: boolean;
  collection?: GetCollectionResponse;
}

export interface CodeLabel {
  code: string;
  label: string;
}

export interface DocumentTypeLabel extends CodeLabel {
  code: DocumentType;
  taxCode: string;
  supportsFace: boolean;
}

export interface RoleLabel extends CodeLabel {
  code: Role;
  applicable: boolean;
}

/** The tables that forms offer. */
export interface Codes {
  documentTypes: DocumentTypeLabel[];
  ethnicities: CodeLabel[];
  nationalities: CodeLabel[];
  roles: RoleLabel[];
}

/** A picture to answer. */
export interface Captcha {
  captchaId: string;
  image: string;
  expireTime: string;
}

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
