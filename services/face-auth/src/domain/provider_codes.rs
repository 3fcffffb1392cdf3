//! What the vendors' codes mean.
//!
//! A code of no table means nothing: whoever reads it takes it for a fault of the provider and sounds the alarm; it is never a pass.

use std::collections::BTreeMap;

use super::authority::ProviderOutcome::{
    self, AlreadyFinished, CameraPermission, CaptureQuality, DeviceUnsupported, FaceNotFinished, FaceNotSame,
    FaceRetryExhausted, FaceSessionExpired, LivenessAttack, NameIdMismatch, NoAuthoritativePhoto, Passed,
    ProviderNotAuthorised, ProviderTemporary, UserCancelled,
};

type Row = (&'static [i64], ProviderOutcome);

/// Tencent FaceID, `Text.ErrCode` of `GetDetectInfoEnhanced`.
const TENCENT: &[Row] = &[
    (&[0], Passed),
    (&[14, 17], FaceNotFinished),
    (&[15], FaceSessionExpired),
    (&[16], FaceRetryExhausted),
    (&[203, 204], ProviderNotAuthorised),
    (&[1002], LivenessAttack),
    (&[1001, 1006, 1008, 2001], ProviderTemporary),
    (&[2006], NameIdMismatch),
    (&[2005, 2007, 2008, 2009], NoAuthoritativePhoto),
    (&[2016], FaceNotSame),
    (&[2010, 1102, 1201, 1202, 1203, 1204, 1205], CaptureQuality),
];

/// WeChat, `verify_ret` of `queryverifyinfo` and the code its page gives to the browser.
const WECHAT: &[Row] = &[
    (&[10000], Passed),
    (&[10002, 90011], CaptureQuality),
    (&[10003], NameIdMismatch),
    (&[10004], FaceNotSame),
    (&[90007, 90012, 90017, 90018, 90107], ProviderTemporary),
    (&[90002, 90003, 90004, 90005, 90006], UserCancelled),
    (&[90001, 90109], DeviceUnsupported),
    (&[90008, 90009, 90010], CameraPermission),
];

/// WeChat, `errcode` of every call; 0 says only that there is an answer.
const WECHAT_CALLS: &[Row] = &[
    (&[-1, 45009, 45011], ProviderTemporary),
    (&[40013, 40125, 40164, 41002, 41004, 48001, 50002], ProviderNotAuthorised),
];

/// Aliyun: no adapter yet; the table says what one would answer.
#[cfg_attr(not(test), expect(dead_code, reason = "read by its test, until there is an adapter"))]
const ALIYUN: &[Row] = &[
    (&[200], Passed),
    (&[424], FaceNotFinished),
    (&[403], AlreadyFinished),
    (&[418], FaceRetryExhausted),
    (&[205], LivenessAttack),
    (&[201], NameIdMismatch),
    (&[202, 203, 417], NoAuthoritativePhoto),
    (&[204], FaceNotSame),
];

/// A vendor's codes, with what configuration adds or says differently.
#[derive(Clone, Debug)]
pub(crate) struct CodeTable(BTreeMap<i64, ProviderOutcome>);

impl CodeTable {
    /// Tencent FaceID.
    pub(crate) fn tencent() -> Self {
        Self::of(TENCENT)
    }

    /// WeChat's face check.
    pub(crate) fn wechat() -> Self {
        Self::of(WECHAT)
    }

    /// WeChat's calls as such.
    pub(crate) fn wechat_calls() -> Self {
        Self::of(WECHAT_CALLS)
    }

    fn of(rows: &[Row]) -> Self {
        let codes = rows.iter().flat_map(|(codes, outcome)| codes.iter().map(|code| (*code, *outcome)));
        Self(codes.collect())
    }

    /// With rows from the configuration. They can't make a pass of anything.
    #[must_use]
    pub(crate) fn with(mut self, more: &BTreeMap<i64, ProviderOutcome>) -> Self {
        let rows = more.iter().filter(|(_, outcome)| **outcome != Passed);
        self.0.extend(rows.map(|(code, outcome)| (*code, *outcome)));
        self
    }

    /// What the code means; `None` for one that stands in no table.
    pub(crate) fn read(&self, code: i64) -> Option<ProviderOutcome> {
        self.0.get(&code).copied()
    }
}

/// What the browser says it was told, once the provider itself has said "not finished". It only tells why, and never that the face passed,
/// failed or is over.
pub(crate) fn told_to_browser(code: i64) -> ProviderOutcome {
    match CodeTable::wechat().read(code) {
        Some(why @ (UserCancelled | DeviceUnsupported | CameraPermission)) => why,
        _ => FaceNotFinished,
    }
}

#[cfg(test)]
pub(super) const ALL_OUTCOMES: [ProviderOutcome; 15] = [
    Passed,
    FaceNotFinished,
    AlreadyFinished,
    FaceSessionExpired,
    FaceRetryExhausted,
    ProviderNotAuthorised,
    LivenessAttack,
    ProviderTemporary,
    NameIdMismatch,
    NoAuthoritativePhoto,
    FaceNotSame,
    CaptureQuality,
    UserCancelled,
    DeviceUnsupported,
    CameraPermission,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tencents_codes_mean_what_the_table_says() {
        let table = CodeTable::tencent();
        let expected: [(&[i64], ProviderOutcome); 11] = [
            (&[0], Passed),
            (&[17, 14], FaceNotFinished),
            (&[15], FaceSessionExpired),
            (&[16], FaceRetryExhausted),
            (&[203, 204], ProviderNotAuthorised),
            (&[1002], LivenessAttack),
            (&[1001, 1006, 1008, 2001], ProviderTemporary),
            (&[2006], NameIdMismatch),
            (&[2005, 2007, 2008, 2009], NoAuthoritativePhoto),
            (&[2016], FaceNotSame),
            (&[2010, 1102, 1201, 1202, 1203, 1204, 1205], CaptureQuality),
        ];
        for (codes, outcome) in expected {
            for code in codes {
                assert_eq!(table.read(*code), Some(outcome), "{code}");
            }
        }
    }

    #[test]
    fn wechats_and_aliyuns_codes_mean_what_the_table_says() {
        let wechat = CodeTable::wechat();
        let expected: [(&[i64], ProviderOutcome); 5] = [
            (&[10000], Passed),
            (&[90007, 90012, 90017, 90107], ProviderTemporary),
            (&[90002, 90003, 90004, 90005, 90006], UserCancelled),
            (&[90001, 90109], DeviceUnsupported),
            (&[90008, 90009, 90010], CameraPermission),
        ];
        for (codes, outcome) in expected {
            for code in codes {
                assert_eq!(wechat.read(*code), Some(outcome), "{code}");
            }
        }
        let aliyun = CodeTable::of(ALIYUN);
        let read = |codes: &[i64]| codes.iter().map(|code| aliyun.read(*code)).collect::<Vec<_>>();
        assert_eq!(
            read(&[200, 424, 403, 418]),
            [Passed, FaceNotFinished, AlreadyFinished, FaceRetryExhausted].map(Some)
        );
        assert_eq!(read(&[205, 201, 204]), [LivenessAttack, NameIdMismatch, FaceNotSame].map(Some));
        assert_eq!(read(&[202, 203, 417]), [NoAuthoritativePhoto; 3].map(Some));
    }

    #[test]
    fn exactly_one_code_of_each_vendor_passes_and_an_unknown_one_means_nothing() {
        for (table, pass) in [(TENCENT, 0), (WECHAT, 10000), (ALIYUN, 200)] {
            let table = CodeTable::of(table);
            let passing: Vec<_> =
                (-100_000..200_000).filter(|code| table.read(*code) == Some(Passed)).collect();
            assert_eq!(passing, [pass]);
            assert_eq!(table.read(77_777), None);
        }
        assert!((-100_000..100_000).all(|code| CodeTable::wechat_calls().read(code) != Some(Passed)));
    }

    #[test]
    fn configuration_adds_codes_but_no_pass() {
        let more = BTreeMap::from([(10300, FaceNotFinished), (10005, Passed)]);
        let table = CodeTable::wechat().with(&more);
        assert_eq!(table.read(10300), Some(FaceNotFinished));
        assert_eq!(table.read(10005), None);
    }

    #[test]
    fn the_browser_is_believed_only_why_it_stopped() {
        let told = |codes: std::ops::RangeInclusive<i64>| codes.map(told_to_browser).collect::<Vec<_>>();
        assert_eq!(told(90002..=90006), [UserCancelled; 5]);
        assert_eq!(told(90008..=90010), [CameraPermission; 3]);
        assert_eq!([told_to_browser(90001), told_to_browser(90109)], [DeviceUnsupported; 2]);
        for code in [0, 10000, 10004, 90007, 1, -1] {
            assert_eq!(told_to_browser(code), FaceNotFinished, "{code}");
        }
    }
}
