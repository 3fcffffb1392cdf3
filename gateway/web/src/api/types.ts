/** The shapes of the gateway's answers. Times are RFC 3339, dates YYYY-MM-DD. */

export interface Identity {
  documentType: string;
  documentNumber: string;
  name: string;
}

export type NextStep = 'FACE' | 'PROFILE' | 'DONE';

export interface Collection {
  nextStep: NextStep;
  expireTime: string;
  documentMasked: string;
  nameMasked: string;
  birthDate?: string;
  documentType?: string;
}

export interface DemoCitizen extends Identity {
  mobile: string;
  note: string;
}

export interface Bootstrap {
  demo: boolean;
  demoCitizens?: DemoCitizen[];
  /** Clips of a sample person for who has no camera: by action, `LOOK` for looking ahead. */
  demoClips?: Partial<Record<LivenessAction | 'LOOK', string>>;
  signedIn: boolean;
  collection?: Collection;
}

export interface CodeLabel {
  code: string;
  label: string;
}

export interface DocumentTypeLabel extends CodeLabel {
  taxCode: string;
  supportsFace: boolean;
}

export interface RoleLabel extends CodeLabel {
  applicable: boolean;
}

export interface Codes {
  documentTypes: DocumentTypeLabel[];
  ethnicities: CodeLabel[];
  nationalities: CodeLabel[];
  roles: RoleLabel[];
}

export interface ConsentText {
  version: string;
  title: string;
  text: string;
  textSha256: string;
}

export interface ConsentGiven {
  version: string;
  textSha256: string;
}

export interface FaceTicket {
  faceSessionId: string;
  captureToken: string;
  expireTime: string;
  /** Set when a provider shows a face check of its own. */
  hosted?: HostedCheck;
}

export interface HostedCheck {
  provider: string;
  /** To open; empty for WeChat. */
  url: string;
  /** For WeChat's own interface; empty for all others. */
  verifyId: string;
}

/** Something to do before the camera. Left and right are the person's own. */
export type LivenessAction = 'BLINK' | 'OPEN_MOUTH' | 'TURN_LEFT' | 'TURN_RIGHT' | 'NOD';

/** What the person must do, in this order; the first action is step 1. */
export interface Challenge {
  nonce: string;
  actions: LivenessAction[];
  expireTime: string;
  framesPerStep: number;
  stepMs: number;
}

export interface CodeSent {
  lifetimeSeconds: number;
  resendAfterSeconds: number;
}

export interface Captcha {
  captchaId: string;
  image: string;
  expireTime: string;
}

export interface ProfileInput {
  email: string;
  nationality: string;
  ethnicity: string;
  birthDate: string;
  validFrom: string;
  validUntil: string;
  longTerm: boolean;
  issuingAuthority: string;
  address: string;
}

export interface Profile extends Omit<ProfileInput, 'nationality' | 'ethnicity'> {
  personId: string;
  name: string;
  documentType: string;
  documentNumber: string;
  mobile: string;
  nationality: string;
  nationalityName: string;
  ethnicity: string;
  ethnicityName: string;
  evidence: Evidence;
}

export type Evidence = 'SMS' | 'FACE' | 'FACE_STRICT';

export interface Session {
  personId: string;
  nameMasked: string;
  evidence: Evidence;
  stepUpTime?: string;
  enterpriseId?: string;
  bindingId?: string;
  idleExpireTime: string;
  absoluteExpireTime: string;
}

export type EnterpriseStatus = 'NORMAL' | 'ABNORMAL' | 'CANCELLED' | 'REVOKED';

export interface Enterprise {
  enterpriseId: string;
  unifiedSocialCreditCode: string;
  taxpayerId: string;
  name: string;
  status: EnterpriseStatus;
  legalRepresentativeMasked: string;
  taxAuthority: string;
  address: string;
  etag: string;
}

export type BindingState = 'PENDING' | 'ACTIVE' | 'REJECTED' | 'EXPIRED' | 'SUSPENDED';

export interface Binding {
  bindingId: string;
  enterprise: Enterprise;
  role: string;
  state: BindingState;
  createTime: string;
  decideTime?: string;
  expireTime?: string;
  current: boolean;
  fromRegistry: boolean;
  etag: string;
}

export interface Application {
  bindingId: string;
  enterprise: Enterprise;
  applicantName: string;
  applicantDocumentType: string;
  applicantDocumentMasked: string;
  role: string;
  state: BindingState;
  createTime: string;
  decideTime?: string;
  etag: string;
}

export interface Message {
  messageId: string;
  title: string;
  body: string;
  read: boolean;
  createTime: string;
  link: string;
}

export interface Todo {
  todoId: string;
  title: string;
  detail: string;
  done: boolean;
  createTime: string;
  doneTime?: string;
  link: string;
}

export interface Counts {
  unreadMessages: number;
  openTodos: number;
}

export interface DemoSms {
  text: string;
  sendTime: string;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  nextPageToken: string;
}

/** How much of each kind was erased. */
export interface ErasedCounts {
  references: number;
  evidence: number;
  sessions: number;
  counters: number;
}

/** The end of a consent; what was erased is known once it is. */
export interface Withdrawal {
  withdrawTime: string;
  state: 'ERASING' | 'ERASED';
  erasureId?: string;
  eraseTime?: string;
  counts?: ErasedCounts;
}

export interface Consent {
  consentId: string;
  title: string;
  version: string;
  agreeTime: string;
  withdrawal?: Withdrawal;
}

export interface ErasureProof {
  erasureId: string;
  eraseTime: string;
  counts: ErasedCounts;
  proof: string;
}

export interface ProcessingRecord {
  recordId: string;
  processTime: string;
  purpose: string;
  consentVersion: string;
  kinds: string[];
  provider: string;
  result: string;
  evidenceExpireTime?: string;
  expireTime: string;
}
