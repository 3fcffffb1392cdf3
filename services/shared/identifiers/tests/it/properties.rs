//! What must hold for any text a stranger sends.

use chrono::NaiveDate;
use proptest::prelude::*;
use shiming_identifiers::{
    DocumentNumber, DocumentType, EmailAddress, Mobile, OrganisationCode, PersonName, ResidentId, TaxpayerId,
    UnifiedSocialCreditCode, mask_address, mask_document, mask_email, mask_mobile, mask_name,
    td3_second_line_ok,
};

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

/// Any text, and text that comes close to being an identifier.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9０-９A-Zx+() -]{0,24}",
        "[0-9]{15,20}",
        "[1-8][1-7]0101(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]",
        "[\u{4E00}-\u{9FFF}·•．\u{20000}-\u{20100}省市区县旗路]{0,24}",
        "[a-z.@]{0,20}",
    ]
}

fn resident_number() -> impl Strategy<Value = String> {
    let day = (0..80_000_u64)
        .prop_map(|days| NaiveDate::from_ymd_opt(1800, 1, 1).unwrap() + chrono::Days::new(days));
    (prop::sample::select(vec!["110101", "640105", "810000", "830000"]), day, 0..1000_u32).prop_map(
        |(region, day, sequence)| {
            let body = format!("{region}{}{sequence:03}", day.format("%Y%m%d"));
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 =
                body.chars().zip(weights).map(|(c, weight)| c.to_digit(10).unwrap() * weight).sum();
            format!("{body}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn parsing_again_what_was_parsed_changes_nothing(text in text()) {
        if let Ok(id) = ResidentId::parse(&text) {
            prop_assert_eq!(ResidentId::parse(id.as_str()), Ok(id));
        }
        if let Ok(id) = ResidentId::parse_lookup(&text) {
            prop_assert_eq!(ResidentId::parse(id.as_str()), Ok(id));
        }
        for kind in DocumentType::ALL {
            if let Ok(number) = DocumentNumber::parse(kind, &text, today()) {
                prop_assert_eq!(DocumentNumber::parse(kind, number.as_str(), today()), Ok(number));
            }
        }
        if let Ok(code) = UnifiedSocialCreditCode::parse(&text) {
            prop_assert_eq!(UnifiedSocialCreditCode::parse(&code.to_string()), Ok(code));
        }
        if let Ok(code) = OrganisationCode::parse(&text) {
            prop_assert_eq!(OrganisationCode::parse(&code.to_string()), Ok(code));
        }
        if let Ok(id) = TaxpayerId::parse(&text) {
            prop_assert!(!id.readings().is_empty());
            prop_assert_eq!(TaxpayerId::parse(id.as_str()), Ok(id));
        }
        if let Ok(mobile) = Mobile::parse(&text) {
            prop_assert_eq!(Mobile::parse(mobile.as_str()), Ok(mobile));
        }
        if let Ok(email) = EmailAddress::parse(&text) {
            prop_assert_eq!(EmailAddress::parse(email.as_str()), Ok(email));
        }
        if let Ok(name) = PersonName::parse(&text) {
            let again = PersonName::parse(name.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), name.as_str());
            prop_assert!(again.matches(&name));
            prop_assert!(!name.matching_key().is_empty());
        }
    }

    #[test]
    fn masks_take_anything_and_hide_something(text in text()) {
        let _ = td3_second_line_ok(&text);
        let _ = (mask_address(&text), mask_email(&text));
        for mask in [mask_document, mask_mobile] {
            prop_assert_eq!(mask(&text).chars().count(), text.chars().count());
            prop_assert!(text.is_empty() || mask(&text).contains('*'));
        }
        prop_assert!(text.is_empty() || mask_name(&text).contains('*'));
    }

    #[test]
    fn every_well_made_number_is_accepted(number in resident_number()) {
        let id = ResidentId::parse(&number).unwrap();
        let stated = id.birth_date().format("%Y%m%d").to_string();
        prop_assert_eq!(&number[6..14], stated.as_str());
    }

    #[test]
    fn a_single_wrong_digit_never_passes(number in resident_number(), position in 0..17_usize, digit in 0..10_u8) {
        let mut altered = number.clone().into_bytes();
        altered[position] = b'0' + digit;
        let altered = String::from_utf8(altered).unwrap();
        prop_assert_eq!(ResidentId::parse(&altered).is_ok(), altered == number);
    }

    #[test]
    fn two_digits_in_the_wrong_order_never_pass(number in resident_number(), position in 0..16_usize) {
        let mut altered = number.clone().into_bytes();
        altered.swap(position, position + 1);
        let altered = String::from_utf8(altered).unwrap();
        prop_assert_eq!(ResidentId::parse(&altered).is_ok(), altered == number);
    }
}
