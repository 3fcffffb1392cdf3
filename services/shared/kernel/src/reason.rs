//! Why a call fails: every reason of the contract, with its kind and the words people read, said here once.
//!
//! `error_reason.proto` names the same reasons for everybody else; a test of the rpc crate holds the two equal. Words are whole
//! sentences that name a way on; an error that knows more (how many tries are left, until when) says so in words of its own.

use std::fmt;

use crate::ErrorKind;

macro_rules! reasons {
    ($($name:ident $variant:ident: $kind:ident, $words:literal;)*) => {
        /// What programs tell errors apart by, and what people are told of them.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $(#[doc = $words] $variant,)*
            /// One this build doesn't know: of a newer peer, or of a status that names none. Passed on as it came.
            Other {
                /// Upper snake case.
                name: Box<str>,
                /// The kind it came as.
                kind: ErrorKind,
            },
        }

        impl Reason {
            /// Every reason of the contract, for tables and tests that must cover each of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Upper snake case, as `error_reason.proto` spells it without its prefix.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                    Self::Other { name, .. } => name,
                }
            }

            /// What the caller may do about it.
            pub const fn kind(&self) -> ErrorKind {
                match self {
                    $(Self::$variant => ErrorKind::$kind,)*
                    Self::Other { kind, .. } => *kind,
                }
            }

            /// zh-CN for people; the manual's words where it has them.
            pub const fn words(&self) -> &'static str {
                match self {
                    $(Self::$variant => $words,)*
                    Self::Other { kind, .. } => words_of_kind(*kind),
                }
            }

            fn named(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

reasons! {
    INTERNAL Internal: Internal, "系统出了一点问题，请稍后再试。";
    OVERLOADED Overloaded: ResourceExhausted, "当前办理的人较多，请稍后再试。";
    DEADLINE_EXCEEDED DeadlineExceeded: DeadlineExceeded, "等待时间过长，请稍后再试。";
    UNAVAILABLE Unavailable: Unavailable, "服务暂时不可用，请稍后再试。";
    CALLER_NOT_ALLOWED CallerNotAllowed: PermissionDenied, "您没有办理此事项的权限。";
    CALLER_UNKNOWN CallerUnknown: Unauthenticated, "无法确认来访系统的身份，请联系系统管理员。";
    METHOD_UNKNOWN MethodUnknown: Unimplemented, "未找到您要的内容，请返回首页重新进入。";
    ENCODING_UNSUPPORTED EncodingUnsupported: Unimplemented, "暂不支持这种压缩方式，请联系系统管理员。";
    INVALID_FIELD InvalidField: InvalidArgument, "填写的内容有误，请检查后重试。";
    PAGE_TOKEN_INVALID PageTokenInvalid: InvalidArgument, "列表已更新，请重新打开。";
    REQUEST_ID_REUSED RequestIdReused: AlreadyExists, "请勿重复提交，请刷新后重试。";
    CONCURRENT_CHANGE ConcurrentChange: Aborted, "信息已被更新，请刷新后重试。";
    REQUEST_TOO_LARGE RequestTooLarge: InvalidArgument, "提交的内容过大，请缩小后重试。";

    SESSION_REQUIRED SessionRequired: Unauthenticated, "请先登录。";
    SESSION_INVALID SessionInvalid: Unauthenticated, "登录已失效，请重新登录。";
    STEP_UP_REQUIRED StepUpRequired: FailedPrecondition, "为保障安全，请先完成人脸识别。";
    CSRF_REFUSED CsrfRefused: PermissionDenied, "页面已过期，请刷新后重试。";
    CAPTCHA_WRONG CaptchaWrong: InvalidArgument, "图形验证码有误或已过期，请重新输入。";
    TOO_MANY_REQUESTS TooManyRequests: ResourceExhausted, "操作过于频繁，请稍后再试。";

    LOGIN_REFUSED LoginRefused: Unauthenticated,
        "登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。";
    CODE_WRONG CodeWrong: InvalidArgument, "验证码有误或已失效，请核对后重新输入，或重新获取。";
    CODE_TOO_SOON CodeTooSoon: ResourceExhausted, "验证码获取过于频繁，请稍后再试。";
    IDENTITY_LOCKED IdentityLocked: ResourceExhausted,
        "今天验证码输错次数过多，为保护您的信息安全，已暂停验证，请明天再试；如需当天办理，请本人携带有效证件原件，到就近的办税服务厅办理。";
    ALREADY_COLLECTED AlreadyCollected: AlreadyExists, "您已完成实名采集，无需重复采集，请直接登录。";
    COLLECTION_NOT_FOUND CollectionNotFound: NotFound, "本次实名采集已失效或已完成，请重新开始。";
    COLLECTION_STEP CollectionStep: FailedPrecondition, "请先完成上一步。";
    COUNTER_REQUIRED CounterRequired: FailedPrecondition,
        "该证件类型暂不支持在线实名采集，请本人携带有效证件原件，到就近的办税服务厅办理实名信息采集。";
    FACE_UNDER_AGE FaceUnderAge: FailedPrecondition,
        "未满十六周岁的，不进行人脸比对，请由监护人陪同，携带双方有效证件原件，到就近的办税服务厅办理。";
    GUARDIAN_CONSENT_REQUIRED GuardianConsentRequired: FailedPrecondition,
        "未满十四周岁的，须经监护人同意，请由监护人陪同，携带双方有效证件原件，到就近的办税服务厅办理。";
    CONSENT_REQUIRED ConsentRequired: FailedPrecondition,
        "请阅读最新的人脸信息处理同意书，并勾选“同意服务”后继续；不同意的，可到办税服务厅办理。";
    DOCUMENT_EXPIRED DocumentExpired: FailedPrecondition, "您的证件已过有效期，请换领新证件后再办理。";
    MOBILE_IN_USE MobileInUse: FailedPrecondition, "该手机号码登记的人数已达上限，请使用其他手机号码。";
    PERSON_NOT_FOUND PersonNotFound: NotFound, "未找到该人员的实名信息。";

    FACE_NOT_SAME FaceNotSame: Unauthenticated, "人脸比对未通过，请由本人正对镜头重试；也可到办税服务厅办理。";
    CAPTURE_QUALITY CaptureQuality: FailedPrecondition,
        "拍摄效果不佳，请摘下口罩、墨镜，在光线均匀处由本人单独正对镜头，保持稳定后重试。";
    FACE_SESSION_EXPIRED FaceSessionExpired: FailedPrecondition, "本次人脸识别已超时，请重新开始。";
    FACE_NOT_FINISHED FaceNotFinished: FailedPrecondition, "人脸识别尚未完成，请完成后再继续。";
    FACE_RETRY_EXHAUSTED FaceRetryExhausted: ResourceExhausted,
        "今天的人脸识别次数已用完，请明天再试，或到办税服务厅办理。";
    NO_AUTHORITATIVE_PHOTO NoAuthoritativePhoto: FailedPrecondition,
        "未查询到可用于比对的证件照片，请携带证件到办税服务厅办理。";
    NAME_ID_MISMATCH NameIdMismatch: FailedPrecondition,
        "姓名与证件号码不一致，请核对后重新填写；确认无误的，请携带证件到办税服务厅办理。";
    FACE_RESULT_REFUSED FaceResultRefused: PermissionDenied, "本次人脸识别结果无效或已使用，请重新进行人脸识别。";
    FACE_SESSION_NOT_FOUND FaceSessionNotFound: NotFound, "本次人脸识别已失效，请重新开始。";
    NOT_AN_IMAGE NotAnImage: InvalidArgument, "无法读取该图片，请上传 JPG、PNG 或 WebP 格式的照片。";
    IMAGE_TOO_LARGE ImageTooLarge: InvalidArgument, "图片过大，请缩小后重新上传。";
    FACE_ALREADY_FINISHED FaceAlreadyFinished: FailedPrecondition, "本次人脸识别已完成，请继续下一步。";
    LIVENESS_ATTACK LivenessAttack: PermissionDenied,
        "未能确认是本人在镜头前，请由本人在光线均匀处正对镜头重试；也可到办税服务厅办理。";
    LIVENESS_INCOMPLETE LivenessIncomplete: FailedPrecondition,
        "没有看清您的动作，请正对镜头，按提示重新完成。";
    FACE_CHALLENGE_EXPIRED FaceChallengeExpired: FailedPrecondition, "本次动作验证已失效，请重新开始。";
    FACE_LOCKED FaceLocked: ResourceExhausted,
        "该证件的人脸识别已被锁定，可使用短信验证码登录，或携带证件到办税服务厅办理。";
    PROVIDER_TEMPORARY ProviderTemporary: Unavailable,
        "人脸识别服务暂时不可用，本次不计入尝试次数，请稍后再试；已完成实名采集的可使用短信验证码登录，也可到办税服务厅办理。";
    PROVIDER_NOT_AUTHORISED ProviderNotAuthorised: Internal,
        "人脸识别服务暂时不可用，已完成实名采集的可使用短信验证码登录，也可到办税服务厅办理。";
    USER_CANCELLED UserCancelled: Aborted,
        "您已退出人脸识别，本次不计入尝试次数；如需继续，请重新开始人脸识别。";
    DEVICE_UNSUPPORTED DeviceUnsupported: FailedPrecondition,
        "当前设备不支持人脸识别，请更换手机重试；已完成实名采集的可使用短信验证码登录，也可到办税服务厅办理。";
    CAMERA_PERMISSION CameraPermission: FailedPrecondition,
        "未获得相机或麦克风权限，请在手机系统设置中允许微信使用相机和麦克风后重试；也可到办税服务厅办理。";
    FACE_DATA_NOT_FOUND FaceDataNotFound: NotFound, "未找到相关人脸信息，可能未保存、已到期或已删除。";
    CONSENT_NOT_FOUND ConsentNotFound: NotFound, "未找到该授权记录，请刷新后重试。";
    FACE_DATA_ERASED FaceDataErased: FailedPrecondition, "您已撤回同意，人脸信息已删除；重新同意后方可再次处理。";

    ENTERPRISE_NOT_FOUND EnterpriseNotFound: NotFound, "未查询到该企业，请核对社会信用代码（纳税人识别号）。";
    ENTERPRISE_STATUS EnterpriseStatus: FailedPrecondition, "该企业当前的登记状态不能办理企业绑定。";
    ENTERPRISE_CHANGED EnterpriseChanged: Aborted, "企业登记信息已更新，请重新确认。";
    ENTERPRISE_LOOKUPS_EXHAUSTED EnterpriseLookupsExhausted: ResourceExhausted,
        "您今天查询企业的次数已用完，请明天再试。";
    BINDING_EXISTS BindingExists: AlreadyExists, "您已拥有或已申请该企业的同一办税身份，无需重复申请。";
    BINDING_NOT_FOUND BindingNotFound: NotFound, "未找到该办税身份，请刷新后重试。";
    BINDING_NOT_ACTIVE BindingNotActive: PermissionDenied, "该办税身份当前不可用。";
    APPLICATION_DECIDED ApplicationDecided: FailedPrecondition, "该申请已被处理，请刷新查看结果。";
    APPROVER_IS_APPLICANT ApproverIsApplicant: PermissionDenied, "不能审批本人提交的申请。";
    APPLICATION_NOT_FOUND ApplicationNotFound: NotFound, "未找到该办税身份申请，请刷新后重试。";
    ROLE_NOT_APPLICABLE RoleNotApplicable: FailedPrecondition,
        "法定代表人以税务登记信息为准，不能申请，请使用“刷新”功能。";
    APPLICATION_COOL_DOWN ApplicationCoolDown: FailedPrecondition, "您的申请不久前被拒绝，请过一段时间再次申请。";
    MINOR_NOT_ALLOWED MinorNotAllowed: FailedPrecondition, "未满十八周岁的，不能担任企业的办税身份。";

    MESSAGE_NOT_FOUND MessageNotFound: NotFound, "该消息不存在或已删除。";
    SMS_PROVIDER SmsProvider: Unavailable, "短信暂时无法发送，本次不计入发送次数，请稍后再试，或到办税服务厅办理。";
    TEMPLATE_UNKNOWN TemplateUnknown: FailedPrecondition, "消息暂时无法送达，请稍后再试。";
}

const fn words_of_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument => "填写的内容有误，请检查后重试。",
        ErrorKind::Unauthenticated => "无法确认您的身份，请重新办理。",
        ErrorKind::PermissionDenied => "您没有办理此事项的权限。",
        ErrorKind::NotFound | ErrorKind::Unimplemented => "未找到您要的内容。",
        ErrorKind::AlreadyExists => "内容已存在，请刷新查看。",
        ErrorKind::FailedPrecondition => "当前状态不能办理，请刷新后重试。",
        ErrorKind::Aborted => "信息已被更新，请刷新后重试。",
        ErrorKind::ResourceExhausted => "操作过于频繁，请稍后再试。",
        ErrorKind::DeadlineExceeded => "等待时间过长，请稍后再试。",
        ErrorKind::Unavailable => "服务暂时不可用，请稍后再试。",
        ErrorKind::Internal => "系统出了一点问题，请稍后再试。",
    }
}

impl Reason {
    /// The reason a peer gave. A name that comes as another kind than here means something else there, so it stays foreign.
    pub fn read(name: &str, kind: ErrorKind) -> Self {
        Self::named(name)
            .filter(|known| known.kind() == kind)
            .unwrap_or_else(|| Self::Other { name: name.into(), kind })
    }

    /// For what failed without saying why.
    pub fn of_kind(kind: ErrorKind) -> Self {
        Self::read(kind.as_str(), kind)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// By its name, as callers of any language compare it.
impl PartialEq<&str> for Reason {
    fn eq(&self, name: &&str) -> bool {
        self.as_str() == *name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_back_as_itself() {
        for reason in Reason::ALL {
            assert_eq!(Reason::read(reason.as_str(), reason.kind()), *reason);
        }
    }

    #[test]
    fn what_a_newer_peer_means_is_kept_as_it_came() {
        let news = Reason::read("SOMETHING_NEW", ErrorKind::NotFound);
        assert_eq!((news.as_str(), news.kind()), ("SOMETHING_NEW", ErrorKind::NotFound));
        let changed = Reason::read("SESSION_INVALID", ErrorKind::NotFound);
        assert_eq!((changed.as_str(), changed.kind()), ("SESSION_INVALID", ErrorKind::NotFound));
        assert_ne!(changed, Reason::SessionInvalid);
        assert_eq!(Reason::of_kind(ErrorKind::Unavailable), Reason::Unavailable);
    }

    #[test]
    fn words_are_whole_sentences_in_chinese_punctuation() {
        let of_kinds = ErrorKind::ALL.map(words_of_kind);
        for words in Reason::ALL.iter().map(Reason::words).chain(of_kinds) {
            assert!(words.ends_with('。') && words.matches('。').count() == 1, "{words}");
            assert!(!words.contains([',', '.', ';', ':', '!', '?', '"', '\'', '(', ')', '！']), "{words}");
            assert!(!words.contains("稍后重试") && !words.contains("今日"), "one way to say it: {words}");
        }
    }
}
