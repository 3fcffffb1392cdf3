// Made from the contract (proto/shiming) by `make contract`. Changes belong there.
//
// Times are RFC 3339, durations seconds such as "300s". A request's fields may be left out unless they are needed; what an answer may lack
// has a question mark.

import { addressOf, call, read, watch, type CallOptions, type PictureCode, type Watcher } from './client';

/** Role is what a person does for an enterprise. */
export type Role =
  /** ROLE_LEGAL_REPRESENTATIVE is 法定代表人; from the registry only. */
  | 'ROLE_LEGAL_REPRESENTATIVE'
  /** ROLE_FINANCE_OFFICER is 财务负责人. */
  | 'ROLE_FINANCE_OFFICER'
  /** ROLE_TAX_CLERK is 办税员. */
  | 'ROLE_TAX_CLERK'
  /** ROLE_INVOICE_COLLECTOR is 领票人. */
  | 'ROLE_INVOICE_COLLECTOR'
  /** ROLE_INVOICE_ISSUER is 开票员. */
  | 'ROLE_INVOICE_ISSUER'
  /** ROLE_TAX_AGENT is 税务代理人. */
  | 'ROLE_TAX_AGENT'
  /** ROLE_ADMINISTRATOR is 管理员. */
  | 'ROLE_ADMINISTRATOR'
  /** ROLE_OTHER is 其他. */
  | 'ROLE_OTHER';

/** EnterpriseStatus is the registration's state. */
export type EnterpriseStatus =
  /** ENTERPRISE_STATUS_NORMAL is 正常. */
  | 'ENTERPRISE_STATUS_NORMAL'
  /** ENTERPRISE_STATUS_ABNORMAL is 非正常. */
  | 'ENTERPRISE_STATUS_ABNORMAL'
  /** ENTERPRISE_STATUS_CANCELLED is 注销. */
  | 'ENTERPRISE_STATUS_CANCELLED'
  /** ENTERPRISE_STATUS_REVOKED is 吊销. */
  | 'ENTERPRISE_STATUS_REVOKED';

/** BindingState is where a binding stands. */
export type BindingState =
  /** BINDING_STATE_PENDING: applied for, not decided. */
  | 'BINDING_STATE_PENDING'
  /** BINDING_STATE_ACTIVE: the person may act for the enterprise. */
  | 'BINDING_STATE_ACTIVE'
  /** BINDING_STATE_REJECTED: the approver refused. */
  | 'BINDING_STATE_REJECTED'
  /** BINDING_STATE_EXPIRED: not decided in time. */
  | 'BINDING_STATE_EXPIRED'
  /** BINDING_STATE_SUSPENDED: the registry no longer names the person. */
  | 'BINDING_STATE_SUSPENDED';

/** DocumentType is the kind of an identity document; the comments give the tax administration's code. */
export type DocumentType =
  /** DOCUMENT_TYPE_RESIDENT_ID is 居民身份证 (201). */
  | 'DOCUMENT_TYPE_RESIDENT_ID'
  /** DOCUMENT_TYPE_TEMPORARY_RESIDENT_ID is 临时居民身份证 (206). */
  | 'DOCUMENT_TYPE_TEMPORARY_RESIDENT_ID'
  /** DOCUMENT_TYPE_HONG_KONG_MACAO_PERMIT is 港澳居民来往内地通行证 (210). */
  | 'DOCUMENT_TYPE_HONG_KONG_MACAO_PERMIT'
  /** DOCUMENT_TYPE_TAIWAN_PERMIT is 台湾居民来往大陆通行证 (213). */
  | 'DOCUMENT_TYPE_TAIWAN_PERMIT'
  /** DOCUMENT_TYPE_FOREIGN_PASSPORT is 外国公民护照 (208). */
  | 'DOCUMENT_TYPE_FOREIGN_PASSPORT'
  /** DOCUMENT_TYPE_FOREIGN_PERMANENT_RESIDENT_ID is 外国人永久居留身份证 (233). */
  | 'DOCUMENT_TYPE_FOREIGN_PERMANENT_RESIDENT_ID'
  /** DOCUMENT_TYPE_CHINESE_PASSPORT is 中国护照 (227). */
  | 'DOCUMENT_TYPE_CHINESE_PASSPORT'
  /** DOCUMENT_TYPE_HONG_KONG_MACAO_RESIDENCE_PERMIT is 港澳居民居住证 (237). */
  | 'DOCUMENT_TYPE_HONG_KONG_MACAO_RESIDENCE_PERMIT'
  /** DOCUMENT_TYPE_TAIWAN_RESIDENCE_PERMIT is 台湾居民居住证 (238). */
  | 'DOCUMENT_TYPE_TAIWAN_RESIDENCE_PERMIT';

/** Decision on an application. */
export type Decision =
  /** DECISION_APPROVE is 同意. */
  | 'DECISION_APPROVE'
  /** DECISION_REJECT is 拒绝. */
  | 'DECISION_REJECT';

/** LivenessAction is something to do before the camera. Left and right are the person's own. */
export type LivenessAction =
  /** LIVENESS_ACTION_BLINK: both eyes, closed and opened again. */
  | 'LIVENESS_ACTION_BLINK'
  /** LIVENESS_ACTION_OPEN_MOUTH: opened wide and closed again. */
  | 'LIVENESS_ACTION_OPEN_MOUTH'
  /** LIVENESS_ACTION_TURN_LEFT: the head turned to its own left. */
  | 'LIVENESS_ACTION_TURN_LEFT'
  /** LIVENESS_ACTION_TURN_RIGHT: the head turned to its own right. */
  | 'LIVENESS_ACTION_TURN_RIGHT'
  /** LIVENESS_ACTION_NOD: the head bowed and raised again. */
  | 'LIVENESS_ACTION_NOD';

/** CollectionStep is the next thing a collection needs. */
export type CollectionStep =
  /** COLLECTION_STEP_FACE: consent and face. */
  | 'COLLECTION_STEP_FACE'
  /** COLLECTION_STEP_PROFILE: profile and one-time code. */
  | 'COLLECTION_STEP_PROFILE'
  /** COLLECTION_STEP_DONE: the person is collected. */
  | 'COLLECTION_STEP_DONE';

/** FaceProvider is who compares the face. */
export type FaceProvider =
  /** FACE_PROVIDER_BUILT_IN: the references kept here, compared by our own engine. */
  | 'FACE_PROVIDER_BUILT_IN'
  /** FACE_PROVIDER_EXTERNAL: an authority that compares over gRPC (`ComparisonService`). */
  | 'FACE_PROVIDER_EXTERNAL'
  /** FACE_PROVIDER_WECHAT: WeChat 人脸核身 2.0. */
  | 'FACE_PROVIDER_WECHAT'
  /** FACE_PROVIDER_TENCENT: Tencent Cloud FaceID. */
  | 'FACE_PROVIDER_TENCENT';

/** ConsentPurpose is what personal data is processed for. */
export type ConsentPurpose =
  /** CONSENT_PURPOSE_FACE_VERIFICATION: comparing the face with the authority's reference. */
  | 'CONSENT_PURPOSE_FACE_VERIFICATION';

/** WithdrawalState says how far the erasure is. */
export type WithdrawalState =
  /** WITHDRAWAL_STATE_ERASING: the consent is withdrawn, the erasure is under way. */
  | 'WITHDRAWAL_STATE_ERASING'
  /** WITHDRAWAL_STATE_ERASED: the face data is erased. */
  | 'WITHDRAWAL_STATE_ERASED';

/** FacePurpose is what a face session is for; a result serves no other. */
export type FacePurpose =
  /** FACE_PURPOSE_COLLECTION: 实名采集. */
  | 'FACE_PURPOSE_COLLECTION'
  /** FACE_PURPOSE_STEP_UP: a sensitive act in a session. */
  | 'FACE_PURPOSE_STEP_UP';

/** ProcessedKind is a kind of personal data. */
export type ProcessedKind =
  /** PROCESSED_KIND_DOCUMENT: type and number of the document, and the name. */
  | 'PROCESSED_KIND_DOCUMENT'
  /** PROCESSED_KIND_FACE_IMAGE: pictures of the face, taken for this check. */
  | 'PROCESSED_KIND_FACE_IMAGE'
  /** PROCESSED_KIND_LIVENESS: the movements before the camera. */
  | 'PROCESSED_KIND_LIVENESS'
  /** PROCESSED_KIND_REFERENCE: the template of the authority's photo. */
  | 'PROCESSED_KIND_REFERENCE';

/** EvidenceLevel is how strongly a session or a verification is backed. */
export type EvidenceLevel =
  /** EVIDENCE_LEVEL_SMS: a one-time code to the collected mobile. */
  | 'EVIDENCE_LEVEL_SMS'
  /** EVIDENCE_LEVEL_FACE: a face compared with the authority's reference. */
  | 'EVIDENCE_LEVEL_FACE'
  /** EVIDENCE_LEVEL_FACE_STRICT: the same, at the stricter of the models' thresholds. */
  | 'EVIDENCE_LEVEL_FACE_STRICT';

/** SubmitApplicationRequest applies. */
export interface SubmitApplicationRequest {
  /** enterpriseId looked up before. */
  enterpriseId: string;
  /** enterpriseEtag as shown to the person. */
  enterpriseEtag: string;
  /** role applied for; not 法定代表人. */
  role: Role;
}

/** SubmitApplicationResponse carries the pending binding. */
export interface SubmitApplicationResponse {
  /** binding in state PENDING. */
  binding: Binding;
}

/** Binding ties a person to an enterprise in a role; an application is a binding in state PENDING. */
export interface Binding {
  /** bindingId of the binding: opaque. */
  bindingId: string;
  /** enterprise bound to. */
  enterprise: Enterprise;
  /** role of the person. */
  role: Role;
  /** state of the binding. */
  state: BindingState;
  /** createTime of the binding. */
  createTime: string;
  /** decideTime is when it was approved or rejected; absent before. */
  decideTime?: string;
  /** expireTime is when a pending one lapses; absent otherwise. */
  expireTime?: string;
  /** current says whether the caller's session acts by this binding. */
  current: boolean;
  /** fromRegistry says that the registry, and nobody's approval, is the ground. */
  fromRegistry: boolean;
  /** etag changes with the binding. */
  etag: string;
}

/** Enterprise is a registry record, fit to be shown: names of natural persons masked. */
export interface Enterprise {
  /** enterpriseId of the record: opaque. */
  enterpriseId: string;
  /** unifiedSocialCreditCode, 18 characters (GB 32100); empty for a taxpayer without one. */
  unifiedSocialCreditCode: string;
  /** taxpayerId, the tax administration's number; often equal to the code. */
  taxpayerId: string;
  /** name of the enterprise. */
  name: string;
  /** status in the registry. */
  status: EnterpriseStatus;
  /** legalRepresentativeMasked, such as 王*. */
  legalRepresentativeMasked: string;
  /** taxAuthority in charge. */
  taxAuthority: string;
  /** address of the enterprise. */
  address: string;
  /** etag changes with the record. */
  etag: string;
}

/** ListApplicationsRequest asks for a page. */
export interface ListApplicationsRequest {
  /** pageSize from 1 to 200; 0 means 50. */
  pageSize?: number;
  /** pageToken of the page before; empty for the first. */
  pageToken?: string;
  /** enterpriseId to list; empty for every enterprise the caller manages. */
  enterpriseId?: string;
}

/** ListApplicationsResponse is a page. */
export interface ListApplicationsResponse {
  /** applications of the page. */
  applications: Application[];
  /** nextPageToken; empty on the last page. */
  nextPageToken: string;
}

/** Application is a binding as its approver sees it. */
export interface Application {
  /** bindingId of the application. */
  bindingId: string;
  /** enterprise applied for. */
  enterprise: Enterprise;
  /** applicantName in full, for the approver to know them by. */
  applicantName: string;
  /** applicantDocumentType of the applicant. */
  applicantDocumentType: DocumentType;
  /** applicantDocumentMasked, such as 640101********0015. */
  applicantDocumentMasked: string;
  /** role applied for. */
  role: Role;
  /** state of the application. */
  state: BindingState;
  /** createTime of the application. */
  createTime: string;
  /** decideTime; absent while pending. */
  decideTime?: string;
  /** etag to decide with. */
  etag: string;
}

/** DecideApplicationRequest decides. */
export interface DecideApplicationRequest {
  /** bindingId of the application. */
  bindingId: string;
  /** decision on it. */
  decision: Decision;
  /** etag as listed; another one means somebody was faster. */
  etag: string;
}

/** DecideApplicationResponse carries the decided application. */
export interface DecideApplicationResponse {
  /** application as decided. */
  application: Application;
}

/** ListBindingsRequest asks for a page. */
export interface ListBindingsRequest {
  /** pageSize from 1 to 200; 0 means 50. */
  pageSize?: number;
  /** pageToken of the page before; empty for the first. */
  pageToken?: string;
  /** states to list; empty for all. */
  states?: BindingState[];
}

/** ListBindingsResponse is a page. */
export interface ListBindingsResponse {
  /** bindings of the page. */
  bindings: Binding[];
  /** nextPageToken; empty on the last page. */
  nextPageToken: string;
}

/** RefreshBindingsRequest asks for a refresh. */
export type RefreshBindingsRequest = Record<string, never>;

/** RefreshBindingsResponse tells what is new. */
export interface RefreshBindingsResponse {
  /** bindings that came into being. */
  bindings: Binding[];
}

/** SwitchEnterpriseRequest names the binding. */
export interface SwitchEnterpriseRequest {
  /** bindingId to act by. */
  bindingId: string;
}

/** SwitchEnterpriseResponse carries the new token. */
export interface SwitchEnterpriseResponse {
  /** binding the session acts by now. */
  binding: Binding;
}

/** LookUpEnterpriseRequest gives the identifier. */
export interface LookUpEnterpriseRequest {
  /** identifier is a unified social credit code or a taxpayer id, as typed. */
  identifier: string;
}

/** LookUpEnterpriseResponse carries the record. */
export interface LookUpEnterpriseResponse {
  /** enterprise found. */
  enterprise: Enterprise;
}

/** IssueChallengeRequest asks for a challenge. */
export interface IssueChallengeRequest {
  /** faceSessionId of the session. */
  faceSessionId: string;
  /** captureToken of the session. */
  captureToken: string;
}

/** IssueChallengeResponse hands it out. */
export interface IssueChallengeResponse {
  /** challenge to answer. */
  challenge: LivenessChallenge;
}

/** LivenessChallenge is what the person must do, in this order. */
export interface LivenessChallenge {
  /** nonce to send with the frames; it serves one capture. */
  nonce: string;
  /** actions in order; each is one step of the capture, beginning with step 1. */
  actions: LivenessAction[];
  /** expireTime is until when the frames must be there. */
  expireTime: string;
  /** framesPerStep is how many frames a step should have: at least four, this many are enough. */
  framesPerStep: number;
  /** stepTime is about how long a step takes, for the page to spread its frames over. */
  stepTime: string;
}

/** CheckHostedFaceRequest names a session whose face check a provider shows. */
export interface CheckHostedFaceRequest {
  /** faceSessionId of the session. */
  faceSessionId: string;
  /** captureToken of the session. */
  captureToken: string;
  /**
   * clientCode is what the provider's page said to the browser; it only tells a cancelled check from one that must be
   * asked for again.
   */
  clientCode?: number;
}

/** CheckHostedFaceResponse says that the face passed; everything else is an error. */
export interface CheckHostedFaceResponse {
  /** faceSessionId that passed. */
  faceSessionId: string;
  /** resultExpireTime is until when the result can be redeemed. */
  resultExpireTime: string;
}

/** StartCollectionRequest names the person to collect. */
export interface StartCollectionRequest {
  /** document the person shows. */
  document: IdentityDocumentInput;
}

/** IdentityDocument is who somebody says they are: the document's type and number, and the name on it. */
export interface IdentityDocumentInput {
  /** type of the document. */
  type: DocumentType;
  /** number of the document, as typed; normalised by the server (full-width digits, spaces, lower-case x). */
  number: string;
  /** name on the document, as typed. */
  name: string;
}

/** StartCollectionResponse hands out the collection. */
export interface StartCollectionResponse {
  /** expireTime is when the collection ends unless another step is taken. */
  expireTime: string;
  /** nextStep of the collection. */
  nextStep: CollectionStep;
  /** documentMasked is the document number as it may be shown, such as 640101********0015. */
  documentMasked: string;
  /** nameMasked is the name as it may be shown, such as 张*. */
  nameMasked: string;
}

/** GetCollectionRequest names a collection. */
export type GetCollectionRequest = Record<string, never>;

/** GetCollectionResponse says where the collection stands. */
export interface GetCollectionResponse {
  /** nextStep of the collection. */
  nextStep: CollectionStep;
  /** expireTime is when the collection ends unless another step is taken. */
  expireTime: string;
  /** documentMasked is the document number as it may be shown. */
  documentMasked: string;
  /** nameMasked is the name as it may be shown. */
  nameMasked: string;
  /** birthDate as it may be shown, ****-**-**, when the document number states it: then the profile needs none. */
  birthDate: string;
  /** documentType of the collection. */
  documentType: DocumentType;
}

/** BeginCollectionFaceRequest asks for a face session. */
export interface BeginCollectionFaceRequest {
  /** consent the person has ticked. */
  consent: ConsentGiven;
}

/** ConsentGiven says which text a person has ticked. */
export interface ConsentGiven {
  /** version of the text that was shown. */
  version: string;
  /** textSha256 of the text that was shown. */
  textSha256: string;
}

/** BeginCollectionFaceResponse hands out the face session. */
export interface BeginCollectionFaceResponse {
  /** faceSession to submit the capture to. */
  faceSession: FaceSessionTicket;
}

/** FaceSessionTicket lets one browser submit one capture, or sends it to a provider's face check. */
export interface FaceSessionTicket {
  /** faceSessionId of the session. */
  faceSessionId: string;
  /** captureToken is the secret that submits frames to this session. */
  captureToken: string;
  /** expireTime of the session. */
  expireTime: string;
  /** hosted is set when a provider shows a face check of its own; then there is nothing to capture. */
  hosted?: HostedCheck;
}

/** HostedCheck is a face check on a provider's own page. */
export interface HostedCheck {
  /** provider that shows it. */
  provider: FaceProvider;
  /** url to open; empty for WeChat, which is opened by its JS-SDK. */
  url: string;
  /** verifyId for WeChat's JS-SDK; empty for all others. */
  verifyId: string;
}

/** CompleteCollectionFaceRequest redeems the face session. */
export interface CompleteCollectionFaceRequest {
  /** faceSessionId that passed. */
  faceSessionId: string;
}

/** CompleteCollectionFaceResponse says what comes next. */
export interface CompleteCollectionFaceResponse {
  /** nextStep of the collection. */
  nextStep: CollectionStep;
  /** expireTime is when the collection ends unless another step is taken. */
  expireTime: string;
}

/** SendCollectionCodeRequest asks for a one-time code. */
export interface SendCollectionCodeRequest {
  /** mobile to send the code to: a mainland number. */
  mobile: string;
}

/** SendCollectionCodeResponse says how long the code lives. */
export interface SendCollectionCodeResponse {
  /** lifetime of the code. */
  lifetime: string;
  /** resendAfter is how long to wait before asking for another. */
  resendAfter: string;
}

/** FinishCollectionRequest gives the profile and the code. */
export interface FinishCollectionRequest {
  /** mobile the code was sent to. */
  mobile: string;
  /** code of six digits. */
  code: string;
  /** profile as filled in; document and name come from the collection. */
  profile: ProfileInput;
}

/** ProfileInput is what a person fills in. */
export interface ProfileInput {
  /** email address; may be empty. */
  email?: string;
  /** nationality is an ISO 3166-1 alpha-2 code; CN for a resident ID. */
  nationality: string;
  /** ethnicity is a GB/T 3304 code, 01 to 56, 97 or 98. */
  ethnicity?: string;
  /** birthDate, YYYY-MM-DD; must agree with the document number. Empty: as the document number states it. */
  birthDate?: string;
  /** validFrom is the first day of the document's validity, YYYY-MM-DD. */
  validFrom: string;
  /** validUntil is the last day of the document's validity, YYYY-MM-DD; empty when longTerm. */
  validUntil?: string;
  /** longTerm says that the document is valid for good (长期). */
  longTerm?: boolean;
  /** issuingAuthority of the document. */
  issuingAuthority: string;
  /** address of residence. */
  address: string;
}

/** FinishCollectionResponse names the collected person. */
export interface FinishCollectionResponse {
  /** personId of the new person: opaque. */
  personId: string;
}

/** GetConsentTextRequest names the purpose. */
export interface GetConsentTextRequest {
  /** purpose of the consent. */
  purpose: ConsentPurpose;
  /** version of the text; empty: the one in force. */
  version?: string;
}

/** GetConsentTextResponse carries the text. */
export interface GetConsentTextResponse {
  /** text in force. */
  text: ConsentText;
}

/** ConsentText is what a person agrees to. */
export interface ConsentText {
  /** purpose the consent is for. */
  purpose: ConsentPurpose;
  /** version of the text, such as 2026-12. */
  version: string;
  /** title of the text. */
  title: string;
  /** text in full, in paragraphs separated by newlines. */
  text: string;
  /** textSha256 is the lower-case hex SHA-256 of the text. */
  textSha256: string;
}

/** ListConsentsRequest asks for a page. */
export interface ListConsentsRequest {
  /** pageSize: 0 = 50, at most 200. */
  pageSize?: number;
  /** pageToken of the page before. */
  pageToken?: string;
}

/** ListConsentsResponse is a page. */
export interface ListConsentsResponse {
  /** consents, the newest first. */
  consents: ConsentRecord[];
  /** nextPageToken; empty on the last page. */
  nextPageToken: string;
}

/** ConsentRecord is one entry of the consent ledger. */
export interface ConsentRecord {
  /** consentId of the entry. */
  consentId: string;
  /** purpose it is for. */
  purpose: ConsentPurpose;
  /** version of the text. */
  version: string;
  /** title of the text. */
  title: string;
  /** textSha256 of the text, lower-case hex. */
  textSha256: string;
  /** agreeTime is when the person agreed. */
  agreeTime: string;
  /** withdrawal that ended it; absent while it holds. */
  withdrawal?: ConsentWithdrawal;
}

/** ConsentWithdrawal is the end of a consent, and what was erased with it. */
export interface ConsentWithdrawal {
  /** withdrawalId of the withdrawal. */
  withdrawalId: string;
  /** withdrawTime of the withdrawal. */
  withdrawTime: string;
  /** state of the erasure. */
  state: WithdrawalState;
  /** erasureId names the proof of erasure; empty until erased. */
  erasureId: string;
  /** eraseTime of the erasure; absent until erased. */
  eraseTime?: string;
  /** counts of what was erased; absent until erased. */
  counts?: ErasedCounts;
}

/** ErasedCounts says how much of each kind was erased. */
export interface ErasedCounts {
  /** references: templates of the authority's photo. */
  references: number;
  /** evidence: pictures kept of passed sessions. */
  evidence: number;
  /** sessions, with the sealed document and name in them. */
  sessions: number;
  /** counters of past days. */
  counters: number;
}

/** WithdrawConsentRequest names the consent. */
export interface WithdrawConsentRequest {
  /** consentId of the ledger's entry. */
  consentId: string;
}

/** WithdrawConsentResponse shows the withdrawal. */
export interface WithdrawConsentResponse {
  /** withdrawal as it stands; absent when it was only checked. */
  withdrawal: ConsentWithdrawal;
}

/** GetErasureProofRequest names the erasure. */
export interface GetErasureProofRequest {
  /** erasureId of the withdrawal. */
  erasureId: string;
}

/** GetErasureProofResponse carries the proof. */
export interface GetErasureProofResponse {
  /** erasure with its proof. */
  erasure: Erasure;
}

/** Erasure is what was erased, and the proof of it. */
export interface Erasure {
  /** erasureId names it. */
  erasureId: string;
  /** eraseTime of the commit. */
  eraseTime: string;
  /** counts of what was erased. */
  counts: ErasedCounts;
  /**
   * proof is a JWS (RFC 7515, compact, EdDSA, typ `shiming-erasure+jwt`) that anybody with the public key can check and
   * keep.
   */
  proof: string;
}

/** ListFaceProcessingRequest asks for a page. */
export interface ListFaceProcessingRequest {
  /** pageSize: 0 = 50, at most 200. */
  pageSize?: number;
  /** pageToken of the page before. */
  pageToken?: string;
}

/** ListFaceProcessingResponse is a page. */
export interface ListFaceProcessingResponse {
  /** records, the newest first. */
  records: ProcessingRecord[];
  /** nextPageToken; empty on the last page. */
  nextPageToken: string;
}

/** ProcessingRecord is one processing of a person's face (PIPL art. 54–56). */
export interface ProcessingRecord {
  /** recordId of the record. */
  recordId: string;
  /** processTime of the decision. */
  processTime: string;
  /** purpose of the face session. */
  purpose: FacePurpose;
  /** consentId of the consent it was done on. */
  consentId: string;
  /** consentVersion of its text. */
  consentVersion: string;
  /** kinds of data that were processed. */
  kinds: ProcessedKind[];
  /** provider that processed them. */
  provider: FaceProvider;
  /** result: PASSED, or the reason why not, as an ErrorReason's name. */
  result: string;
  /** evidenceExpireTime is until when a picture was to be kept; absent: none was kept. */
  evidenceExpireTime?: string;
  /** expireTime of this record. */
  expireTime?: string;
}

/** SendLoginCodeRequest says who wants to log in. */
export interface SendLoginCodeRequest {
  /** document of the person. */
  document: IdentityDocumentInput;
  /** mobile the person was collected with. */
  mobile: string;
}

/** SendLoginCodeResponse says how long the code lives. */
export interface SendLoginCodeResponse {
  /** lifetime of the code. */
  lifetime: string;
  /** resendAfter is how long to wait before asking for another. */
  resendAfter: string;
}

/** LogInRequest gives the code. */
export interface LogInRequest {
  /** document of the person. */
  document: IdentityDocumentInput;
  /** mobile the code was sent to. */
  mobile: string;
  /** code of six digits. */
  code: string;
}

/** LogInResponse opens the session. */
export interface LogInResponse {
  /** session as opened. */
  session: Session;
}

/** Session is a person's presence in one browser. */
export interface Session {
  /** sessionId is opaque and no secret. */
  sessionId: string;
  /** personId of the person. */
  personId: string;
  /** evidence the session rests on. */
  evidence: EvidenceLevel;
  /** stepUpTime is when the person last passed a face check in this session; absent if never. */
  stepUpTime?: string;
  /** enterpriseId the session acts for; empty when for nobody. */
  enterpriseId: string;
  /** bindingId by which it acts. */
  bindingId: string;
  /** createTime of the session. */
  createTime: string;
  /** idleExpireTime is when it ends if unused. */
  idleExpireTime: string;
  /** absoluteExpireTime is when it ends in any case. */
  absoluteExpireTime: string;
  /** nameMasked of the person, such as 张*. */
  nameMasked: string;
}

/** GetProfileRequest is empty: the session says whose. */
export type GetProfileRequest = Record<string, never>;

/** GetProfileResponse carries the record. */
export interface GetProfileResponse {
  /** profile of the caller, masked. */
  profile: Profile;
}

/** Profile is a person's record, masked: fit to be shown to that person. */
export interface Profile {
  /** personId of the person: opaque. */
  personId: string;
  /** name, such as 张*. */
  name: string;
  /** documentType of the person's document. */
  documentType: DocumentType;
  /** documentNumber, such as 640101********0015. */
  documentNumber: string;
  /** mobile, such as 138****8000. */
  mobile: string;
  /** email, such as a***@x.cn; empty when none was given. */
  email: string;
  /** nationality is an ISO 3166-1 alpha-2 code. */
  nationality: string;
  /** nationalityName in Chinese. */
  nationalityName: string;
  /** ethnicity is a GB/T 3304 code. */
  ethnicity: string;
  /** ethnicityName in Chinese. */
  ethnicityName: string;
  /** birthDate as it may be shown: ****-**-**, for it is what the document number hides. */
  birthDate: string;
  /** validFrom is the first day of the document's validity, YYYY-MM-DD. */
  validFrom: string;
  /** validUntil is the last day of the document's validity, YYYY-MM-DD; empty when longTerm. */
  validUntil: string;
  /** longTerm says that the document is valid for good. */
  longTerm: boolean;
  /** issuingAuthority of the document. */
  issuingAuthority: string;
  /** address, to the district. */
  address: string;
  /** evidence the record rests on. */
  evidence: EvidenceLevel;
  /** evidenceTime is since when it does. */
  evidenceTime: string;
}

/** GetEvidenceRequest is empty: the session says whose. */
export type GetEvidenceRequest = Record<string, never>;

/** GetEvidenceResponse says what the record rests on. */
export interface GetEvidenceResponse {
  /** evidence the record rests on. */
  evidence: EvidenceLevel;
  /** evidenceTime is since when it does. */
  evidenceTime: string;
  /** documentValid says whether the document is valid today. */
  documentValid: boolean;
  /**
   * documentDaysLeft is how many days the document is still valid, today included; absent when it is valid for good.
   */
  documentDaysLeft?: number;
}

/** GetSessionRequest is empty: the token stands in the metadata. */
export type GetSessionRequest = Record<string, never>;

/** GetSessionResponse carries the session. */
export interface GetSessionResponse {
  /** session of the caller. */
  session: Session;
}

/** LogOutRequest names the session to end. */
export type LogOutRequest = Record<string, never>;

/** LogOutResponse is empty. */
export type LogOutResponse = Record<string, never>;

/** BeginStepUpRequest carries the consent. */
export interface BeginStepUpRequest {
  /** consent the person has ticked. */
  consent: ConsentGiven;
}

/** BeginStepUpResponse hands out the face session. */
export interface BeginStepUpResponse {
  /** faceSession to submit the capture to. */
  faceSession: FaceSessionTicket;
}

/** CompleteStepUpRequest redeems the face session. */
export interface CompleteStepUpRequest {
  /** faceSessionId that passed. */
  faceSessionId: string;
}

/** CompleteStepUpResponse carries the raised session. */
export interface CompleteStepUpResponse {
  /** session as it is now. */
  session: Session;
}

/** ListDemoSmsRequest names the mobile. */
export interface ListDemoSmsRequest {
  /** mobile of the demo phone. */
  mobile: string;
}

/** ListDemoSmsResponse carries the text messages. */
export interface ListDemoSmsResponse {
  /** messages, the newest first. */
  messages: DemoSms[];
}

/** DemoSms is a text message of the demo. */
export interface DemoSms {
  /** text of the message. */
  text: string;
  /** sendTime of the message. */
  sendTime: string;
}

/** ListMessagesRequest asks for a page. */
export interface ListMessagesRequest {
  /** pageSize from 1 to 200; 0 means 50. */
  pageSize?: number;
  /** pageToken of the page before; empty for the first. */
  pageToken?: string;
}

/** ListMessagesResponse is a page. */
export interface ListMessagesResponse {
  /** messages of the page. */
  messages: Message[];
  /** nextPageToken; empty on the last page. */
  nextPageToken: string;
}

/** Message is one message in somebody's inbox. */
export interface Message {
  /** messageId of the message: opaque. */
  messageId: string;
  /** title of the message. */
  title: string;
  /** body of the message: plain text. */
  body: string;
  /** read says whether it was opened. */
  read: boolean;
  /** createTime of the message. */
  createTime: string;
  /** link to the page it is about: one of the whitelisted paths of the pages, or empty. */
  link: string;
}

/** ReadMessageRequest names the message. */
export interface ReadMessageRequest {
  /** messageId of the message. */
  messageId: string;
}

/** ReadMessageResponse carries the message. */
export interface ReadMessageResponse {
  /** message, now read. */
  message: Message;
}

/** ListTodosRequest asks for a page. */
export interface ListTodosRequest {
  /** pageSize from 1 to 200; 0 means 50. */
  pageSize?: number;
  /** pageToken of the page before; empty for the first. */
  pageToken?: string;
}

/** ListTodosResponse is a page. */
export interface ListTodosResponse {
  /** todos of the page. */
  todos: Todo[];
  /** nextPageToken; empty on the last page. */
  nextPageToken: string;
}

/** Todo is one task on somebody's list. */
export interface Todo {
  /** todoId of the to-do: opaque. */
  todoId: string;
  /** title of the to-do. */
  title: string;
  /** detail of the to-do: plain text. */
  detail: string;
  /** done says whether it is done, by whomever. */
  done: boolean;
  /** createTime of the to-do. */
  createTime: string;
  /** doneTime; absent while open. */
  doneTime?: string;
  /** link to the page where it is done: one of the whitelisted paths of the pages. */
  link: string;
}

/** GetCountsRequest is empty. */
export type GetCountsRequest = Record<string, never>;

/** GetCountsResponse carries the counts. */
export interface GetCountsResponse {
  /** counts of the caller. */
  counts: Counts;
}

/** Counts of what waits. */
export interface Counts {
  /** unreadMessages of the person. */
  unreadMessages: number;
  /** openTodos of the person. */
  openTodos: number;
}

/** WatchCountsRequest is empty. */
export type WatchCountsRequest = Record<string, never>;

/** WatchCountsResponse carries the counts. */
export interface WatchCountsResponse {
  /** counts of the caller now. */
  counts: Counts;
}

/** Bootstrap is where a visitor stands: `GET /api/bootstrap`. */
export interface Bootstrap {
  /** demo says whether this is the demo. */
  demo: boolean;
  /** demoCitizens are those of the demo authority; none outside the demo. */
  demoCitizens: DemoCitizen[];
  /**
   * demoClips says where the sample person's clips are, by what they show (`LOOK`: looking ahead); empty where there is
   * no such person.
   */
  demoClips: Record<string, string>;
  /** signedIn says whether a session is open. */
  signedIn: boolean;
  /** collection that is going on; absent when there is none. */
  collection?: GetCollectionResponse;
}

/** DemoCitizen is a person who doesn't exist. */
export interface DemoCitizen {
  /** document of the person, and the name on it. */
  document: IdentityDocument;
  /** mobile is the demo phone's number. */
  mobile: string;
  /** note says what to try with this person, zh-CN. */
  note: string;
}

/** IdentityDocument is who somebody says they are: the document's type and number, and the name on it. */
export interface IdentityDocument {
  /** type of the document. */
  type: DocumentType;
  /** number of the document, as typed; normalised by the server (full-width digits, spaces, lower-case x). */
  number: string;
  /** name on the document, as typed. */
  name: string;
}

/** Codes are the tables that forms offer: `GET /api/codes`. */
export interface Codes {
  /** documentTypes in the order to offer them. */
  documentTypes: DocumentTypeLabel[];
  /** ethnicities by GB/T 3304. */
  ethnicities: CodeLabel[];
  /** nationalities by ISO 3166-1 alpha-2. */
  nationalities: CodeLabel[];
  /** roles in an enterprise, in the order to offer them. */
  roles: RoleLabel[];
}

/** DocumentTypeLabel is a kind of document and what to show for it. */
export interface DocumentTypeLabel {
  /** code is what a request says. */
  code: DocumentType;
  /** label is what to show, zh-CN. */
  label: string;
  /** taxCode is the tax systems' code. */
  taxCode: string;
  /** supportsFace says whether its holder can be recognised by face. */
  supportsFace: boolean;
}

/** CodeLabel is a code and what to show for it. */
export interface CodeLabel {
  /** code is what a request says. */
  code: string;
  /** label is what to show, zh-CN. */
  label: string;
}

/** RoleLabel is a role in an enterprise and what to show for it. */
export interface RoleLabel {
  /** code is what a request says. */
  code: Role;
  /** label is what to show, zh-CN. */
  label: string;
  /** applicable says whether the role can be applied for. */
  applicable: boolean;
}

/** Captcha is a picture to answer: `GET /api/captcha`. */
export interface Captcha {
  /** captchaId goes back with the answer, as X-Captcha-Id. */
  captchaId: string;
  /** image is a data: URL of a PNG. */
  image: string;
  /** expireTime is when the picture no longer counts. */
  expireTime: string;
}

/** Problem is an error (RFC 9457). */
export interface Problem {
  /** type is urn:shiming:error: and the reason. */
  type: string;
  /** title says what sort of problem it is, zh-CN. */
  title: string;
  /** status is that of HTTP. */
  status: number;
  /** detail is what to show, zh-CN. */
  detail: string;
  /** reason in upper snake case; programs tell errors apart by it. */
  reason: string;
  /** requestId is what the log calls this request. */
  requestId: string;
  /** violations are the refused fields. */
  violations: Violation[];
  /** metadata are facts for programs. */
  metadata: Record<string, string>;
  /** retryAfterSeconds is the shortest wait before a repeat; absent where none is known. */
  retryAfterSeconds?: number;
}

/** Violation is a refused field. */
export interface Violation {
  /** field is its path in the request's JSON, such as document.number. */
  field: string;
  /** reason in upper snake case. */
  reason: string;
  /** description is what to show beside the field, zh-CN. */
  description: string;
}

/** SetDemoReferenceResponse is empty. */
export type SetDemoReferenceResponse = Record<string, never>;

/** SubmitCaptureResponse says that the face passed; everything else is an error. */
export interface SubmitCaptureResponse {
  /** faceSessionId that passed. */
  faceSessionId: string;
  /** resultExpireTime is until when the result can be redeemed. */
  resultExpireTime: string;
}

// shiming.enterprise.v1.ApplicationService

/**
 * SubmitApplication applies for a role in an enterprise; its managers get a to-do.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, ENTERPRISE_NOT_FOUND, BINDING_EXISTS,
 * ENTERPRISE_CHANGED, REQUEST_ID_REUSED, APPLICATION_COOL_DOWN, DOCUMENT_EXPIRED, ENTERPRISE_STATUS, MINOR_NOT_ALLOWED,
 * ROLE_NOT_APPLICABLE. Done once per key.
 */
export const submitApplication = (request: SubmitApplicationRequest, options?: CallOptions) =>
  call<SubmitApplicationResponse>('shiming.enterprise.v1.ApplicationService/SubmitApplication', request, options);

/**
 * ListApplications returns the applications the caller may decide or has seen decided: pending first, then the newest.
 *
 * Refused with INVALID_FIELD, PAGE_TOKEN_INVALID, SESSION_INVALID, SESSION_REQUIRED.
 */
export const listApplications = (request: ListApplicationsRequest = {}, options?: CallOptions) =>
  read<ListApplicationsResponse>('shiming.enterprise.v1.ApplicationService/ListApplications', request, options);

/**
 * DecideApplication approves or rejects. The approver's own right is checked at commit: an active 法定代表人, 财务负责人 or 管理员
 * of that enterprise, never the applicant.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, APPROVER_IS_APPLICANT, BINDING_NOT_ACTIVE,
 * APPLICATION_NOT_FOUND, CONCURRENT_CHANGE, REQUEST_ID_REUSED, APPLICATION_DECIDED, DOCUMENT_EXPIRED,
 * ENTERPRISE_STATUS. Done once per key.
 */
export const decideApplication = (request: DecideApplicationRequest, options?: CallOptions) =>
  call<DecideApplicationResponse>('shiming.enterprise.v1.ApplicationService/DecideApplication', request, options);

// shiming.enterprise.v1.BindingService

/**
 * ListBindings returns the caller's bindings and applications, the newest first.
 *
 * Refused with INVALID_FIELD, PAGE_TOKEN_INVALID, SESSION_INVALID, SESSION_REQUIRED.
 */
export const listBindings = (request: ListBindingsRequest = {}, options?: CallOptions) =>
  read<ListBindingsResponse>('shiming.enterprise.v1.BindingService/ListBindings', request, options);

/**
 * RefreshBindings (刷新) binds the caller to every enterprise whose registry record names this very person (name,
 * document type and number) as 法定代表人 or 财务负责人, those aside that are 注销 or 吊销. It needs a face step-up of the last ten
 * minutes.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, REQUEST_ID_REUSED, MINOR_NOT_ALLOWED,
 * STEP_UP_REQUIRED. Done once per key.
 */
export const refreshBindings = (options?: CallOptions) =>
  call<RefreshBindingsResponse>('shiming.enterprise.v1.BindingService/RefreshBindings', {}, options);

/**
 * SwitchEnterprise makes the session act by one of the caller's active bindings. The session gets a new token.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, BINDING_NOT_ACTIVE, BINDING_NOT_FOUND,
 * REQUEST_ID_REUSED. Done once per key.
 */
export const switchEnterprise = (request: SwitchEnterpriseRequest, options?: CallOptions) =>
  call<SwitchEnterpriseResponse>('shiming.enterprise.v1.BindingService/SwitchEnterprise', request, options);

// shiming.enterprise.v1.RegistryService

/**
 * LookUpEnterprise finds an enterprise by its code or taxpayer id.
 *
 * Refused with CAPTCHA_WRONG, INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, ENTERPRISE_NOT_FOUND,
 * ENTERPRISE_STATUS, ENTERPRISE_LOOKUPS_EXHAUSTED.
 */
export const lookUpEnterprise = (request: LookUpEnterpriseRequest, options: CallOptions & { pictureCode: PictureCode }) =>
  call<LookUpEnterpriseResponse>('shiming.enterprise.v1.RegistryService/LookUpEnterprise', request, options);

// shiming.face.v1.FaceSessionService

/**
 * IssueChallenge tells what the person must do before the camera: a random order of acts, for one capture within a
 * minute. A later challenge ends the one before.
 *
 * Refused with INVALID_FIELD, FACE_SESSION_NOT_FOUND, REQUEST_ID_REUSED, FACE_ALREADY_FINISHED, FACE_SESSION_EXPIRED,
 * FACE_LOCKED, FACE_RETRY_EXHAUSTED. Done once per key.
 */
export const issueChallenge = (request: IssueChallengeRequest, options?: CallOptions) =>
  call<IssueChallengeResponse>('shiming.face.v1.FaceSessionService/IssueChallenge', request, options);

/**
 * CheckHostedFace asks the provider that showed its own face check (`HostedCheck`) what came of it. Only this query
 * decides; what the browser says is no proof. FACE_NOT_FINISHED means: ask again.
 *
 * Refused with IMAGE_TOO_LARGE, INVALID_FIELD, NOT_AN_IMAGE, FACE_NOT_SAME, LIVENESS_ATTACK, FACE_SESSION_NOT_FOUND,
 * REQUEST_ID_REUSED, USER_CANCELLED, CAMERA_PERMISSION, CAPTURE_QUALITY, DEVICE_UNSUPPORTED, FACE_ALREADY_FINISHED,
 * FACE_CHALLENGE_EXPIRED, FACE_NOT_FINISHED, FACE_SESSION_EXPIRED, LIVENESS_INCOMPLETE, NAME_ID_MISMATCH,
 * NO_AUTHORITATIVE_PHOTO, FACE_LOCKED, FACE_RETRY_EXHAUSTED, OVERLOADED, PROVIDER_TEMPORARY. Done once per key.
 */
export const checkHostedFace = (request: CheckHostedFaceRequest, options?: CallOptions) =>
  call<CheckHostedFaceResponse>('shiming.face.v1.FaceSessionService/CheckHostedFace', request, options);

// shiming.identity.v1.CollectionService

/**
 * StartCollection begins a collection and answers the same for everybody with a well-formed document, collected or not.
 *
 * Refused with INVALID_FIELD, REQUEST_ID_REUSED, COUNTER_REQUIRED, FACE_UNDER_AGE, GUARDIAN_CONSENT_REQUIRED. Done once
 * per key.
 */
export const startCollection = (request: StartCollectionRequest, options?: CallOptions) =>
  call<StartCollectionResponse>('shiming.identity.v1.CollectionService/StartCollection', request, options);

/**
 * GetCollection says where a collection stands, to resume it.
 *
 * Refused with INVALID_FIELD, COLLECTION_NOT_FOUND.
 */
export const getCollection = (options?: CallOptions) =>
  read<GetCollectionResponse>('shiming.identity.v1.CollectionService/GetCollection', {}, options);

/**
 * BeginCollectionFace records the consent and opens a face session for the collection's identity.
 *
 * Refused with INVALID_FIELD, COLLECTION_NOT_FOUND, REQUEST_ID_REUSED, COLLECTION_STEP, CONSENT_REQUIRED,
 * FACE_RETRY_EXHAUSTED. Done once per key.
 */
export const beginCollectionFace = (request: BeginCollectionFaceRequest, options?: CallOptions) =>
  call<BeginCollectionFaceResponse>('shiming.identity.v1.CollectionService/BeginCollectionFace', request, options);

/**
 * CompleteCollectionFace redeems the passed face session; it must be the one this collection opened. The collection
 * gets a new token: whoever knew the old one before the face was shown is left behind.
 *
 * Refused with INVALID_FIELD, FACE_RESULT_REFUSED, COLLECTION_NOT_FOUND, ALREADY_COLLECTED, REQUEST_ID_REUSED,
 * FACE_NOT_FINISHED. Done once per key.
 */
export const completeCollectionFace = (request: CompleteCollectionFaceRequest, options?: CallOptions) =>
  call<CompleteCollectionFaceResponse>('shiming.identity.v1.CollectionService/CompleteCollectionFace', request, options);

/**
 * SendCollectionCode sends a one-time code to the mobile that is to be collected. A new code kills the old one.
 *
 * Refused with INVALID_FIELD, COLLECTION_NOT_FOUND, REQUEST_ID_REUSED, COLLECTION_STEP, CODE_TOO_SOON, IDENTITY_LOCKED,
 * SMS_PROVIDER. Done once per key.
 */
export const sendCollectionCode = (request: SendCollectionCodeRequest, options?: CallOptions) =>
  call<SendCollectionCodeResponse>('shiming.identity.v1.CollectionService/SendCollectionCode', request, options);

/**
 * FinishCollection checks the code and the profile and creates the person.
 *
 * Refused with CODE_WRONG, INVALID_FIELD, COLLECTION_NOT_FOUND, ALREADY_COLLECTED, REQUEST_ID_REUSED, COLLECTION_STEP,
 * DOCUMENT_EXPIRED, MOBILE_IN_USE, IDENTITY_LOCKED. Done once per key.
 */
export const finishCollection = (request: FinishCollectionRequest, options?: CallOptions) =>
  call<FinishCollectionResponse>('shiming.identity.v1.CollectionService/FinishCollection', request, options);

// shiming.identity.v1.ConsentService

/**
 * GetConsentText returns the text in force for a purpose, or an earlier version of it.
 *
 * Refused with INVALID_FIELD, CONSENT_NOT_FOUND.
 */
export const getConsentText = (request: GetConsentTextRequest, options?: CallOptions) =>
  read<GetConsentTextResponse>('shiming.identity.v1.ConsentService/GetConsentText', request, options);

/**
 * ListConsents returns what the person of the session consented to, the newest first.
 *
 * Refused with INVALID_FIELD, PAGE_TOKEN_INVALID, SESSION_INVALID, SESSION_REQUIRED.
 */
export const listConsents = (request: ListConsentsRequest = {}, options?: CallOptions) =>
  read<ListConsentsResponse>('shiming.identity.v1.ConsentService/ListConsents', request, options);

/**
 * WithdrawConsent withdraws the consent and with it all earlier ones of the same purpose, and has the face data erased.
 * The withdrawal holds at once; an erasure that can't be done now (WITHDRAWAL_STATE_ERASING) is done as soon as it can,
 * and no new face check begins before it is done.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, CONSENT_NOT_FOUND, REQUEST_ID_REUSED. Done once per
 * key.
 */
export const withdrawConsent = (request: WithdrawConsentRequest, options?: CallOptions) =>
  call<WithdrawConsentResponse>('shiming.identity.v1.ConsentService/WithdrawConsent', request, options);

/**
 * GetErasureProof returns the proof that the person's face data was erased.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, FACE_DATA_NOT_FOUND.
 */
export const getErasureProof = (request: GetErasureProofRequest, options?: CallOptions) =>
  read<GetErasureProofResponse>('shiming.identity.v1.ConsentService/GetErasureProof', request, options);
/** Where browsers find the answer of getErasureProof as a file. */
export const getErasureProofAddress = (request: GetErasureProofRequest) => addressOf('shiming.identity.v1.ConsentService/GetErasureProof', request);

/**
 * ListFaceProcessing returns how the person's face was processed, the newest first.
 *
 * Refused with INVALID_FIELD, PAGE_TOKEN_INVALID, SESSION_INVALID, SESSION_REQUIRED, UNAVAILABLE.
 */
export const listFaceProcessing = (request: ListFaceProcessingRequest = {}, options?: CallOptions) =>
  read<ListFaceProcessingResponse>('shiming.identity.v1.ConsentService/ListFaceProcessing', request, options);

// shiming.identity.v1.LoginService

/**
 * SendLoginCode sends a code if document, name and mobile belong to one collected person, and answers the same if not.
 *
 * Refused with CAPTCHA_WRONG, INVALID_FIELD, REQUEST_ID_REUSED, CODE_TOO_SOON, IDENTITY_LOCKED, SMS_PROVIDER. Done once
 * per key.
 */
export const sendLoginCode = (request: SendLoginCodeRequest, options?: CallOptions) =>
  call<SendLoginCodeResponse>('shiming.identity.v1.LoginService/SendLoginCode', request, options);

/**
 * LogIn checks the code and opens a session. A wrong code is LOGIN_REFUSED like an unknown person, for no code is ever
 * sent to one; CODE_WRONG says only that the code asked for has expired or is dead.
 *
 * Refused with CODE_WRONG, INVALID_FIELD, LOGIN_REFUSED, REQUEST_ID_REUSED, IDENTITY_LOCKED. Done once per key.
 */
export const logIn = (request: LogInRequest, options?: CallOptions) =>
  call<LogInResponse>('shiming.identity.v1.LoginService/LogIn', request, options);

// shiming.identity.v1.PersonService

/**
 * GetProfile returns the caller's own record, masked.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED.
 */
export const getProfile = (options?: CallOptions) =>
  read<GetProfileResponse>('shiming.identity.v1.PersonService/GetProfile', {}, options);

/**
 * GetEvidence returns what the caller's record rests on, and how long the document behind it is good for.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED.
 */
export const getEvidence = (options?: CallOptions) =>
  read<GetEvidenceResponse>('shiming.identity.v1.PersonService/GetEvidence', {}, options);

// shiming.identity.v1.SessionService

/**
 * GetSession returns the caller's session and counts as use of it.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED.
 */
export const getSession = (options?: CallOptions) =>
  read<GetSessionResponse>('shiming.identity.v1.SessionService/GetSession', {}, options);

/**
 * LogOut ends a session on every replica at once; ending it again succeeds.
 *
 * Refused with INVALID_FIELD, REQUEST_ID_REUSED. Done once per key.
 */
export const logOut = (options?: CallOptions) =>
  call<LogOutResponse>('shiming.identity.v1.SessionService/LogOut', {}, options);

// shiming.identity.v1.StepUpService

/**
 * BeginStepUp records the consent and opens a face session for the person of the session.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, REQUEST_ID_REUSED, CONSENT_REQUIRED, COUNTER_REQUIRED,
 * FACE_UNDER_AGE, FACE_RETRY_EXHAUSTED. Done once per key.
 */
export const beginStepUp = (request: BeginStepUpRequest, options?: CallOptions) =>
  call<BeginStepUpResponse>('shiming.identity.v1.StepUpService/BeginStepUp', request, options);

/**
 * CompleteStepUp redeems the passed face session. The session gets a new token and FACE evidence.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, FACE_RESULT_REFUSED, REQUEST_ID_REUSED,
 * FACE_NOT_FINISHED. Done once per key.
 */
export const completeStepUp = (request: CompleteStepUpRequest, options?: CallOptions) =>
  call<CompleteStepUpResponse>('shiming.identity.v1.StepUpService/CompleteStepUp', request, options);

// shiming.messaging.v1.DemoSmsService

/**
 * ListDemoSms returns the last ten text messages to a mobile, the newest first.
 *
 * Refused with INVALID_FIELD.
 */
export const listDemoSms = (request: ListDemoSmsRequest, options?: CallOptions) =>
  call<ListDemoSmsResponse>('shiming.messaging.v1.DemoSmsService/ListDemoSms', request, options);

// shiming.messaging.v1.InboxService

/**
 * ListMessages returns the caller's messages: unread first, each part newest first.
 *
 * Refused with INVALID_FIELD, PAGE_TOKEN_INVALID, SESSION_INVALID, SESSION_REQUIRED.
 */
export const listMessages = (request: ListMessagesRequest = {}, options?: CallOptions) =>
  read<ListMessagesResponse>('shiming.messaging.v1.InboxService/ListMessages', request, options);

/**
 * ReadMessage returns one message and marks it read.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED, MESSAGE_NOT_FOUND, REQUEST_ID_REUSED. Done once per
 * key.
 */
export const readMessage = (request: ReadMessageRequest, options?: CallOptions) =>
  call<ReadMessageResponse>('shiming.messaging.v1.InboxService/ReadMessage', request, options);

/**
 * ListTodos returns the caller's to-dos: open first, each part newest first.
 *
 * Refused with INVALID_FIELD, PAGE_TOKEN_INVALID, SESSION_INVALID, SESSION_REQUIRED.
 */
export const listTodos = (request: ListTodosRequest = {}, options?: CallOptions) =>
  read<ListTodosResponse>('shiming.messaging.v1.InboxService/ListTodos', request, options);

/**
 * GetCounts returns how many messages are unread and to-dos open.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED.
 */
export const getCounts = (options?: CallOptions) =>
  read<GetCountsResponse>('shiming.messaging.v1.InboxService/GetCounts', {}, options);

/**
 * WatchCounts sends the counts now and after every change, until the stream's five minutes are over or the session
 * ends.
 *
 * Refused with INVALID_FIELD, SESSION_INVALID, SESSION_REQUIRED.
 */
export const watchCounts = (watcher: Watcher<WatchCountsResponse>) =>
  watch<WatchCountsResponse>('shiming.messaging.v1.InboxService/WatchCounts', {}, watcher);
