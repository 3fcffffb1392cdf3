//! Every vector of `tests/vectors`: numbers from the standards and from public samples.

use chrono::NaiveDate;
use serde_json::Value;
use shiming_identifiers::{
    DocumentNumber, DocumentType, Ethnicity, IdentifierError, OrganisationCode, Province, ResidentId, Sex,
    TaxpayerId, UnifiedSocialCreditCode, td3_second_line_ok,
};

fn identifiers() -> Value {
    serde_json::from_str(include_str!("../vectors/identifiers.json")).unwrap()
}

fn codes() -> Value {
    serde_json::from_str(include_str!("../vectors/codes.json")).unwrap()
}

fn texts<'a>(all: &'a Value, name: &str) -> Vec<&'a str> {
    let list: Vec<_> = all[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(!list.is_empty(), "{name}");
    list
}

fn pairs<'a>(all: &'a Value, name: &str) -> Vec<(&'a str, &'a str)> {
    let map = all[name].as_object().unwrap();
    assert!(!map.is_empty(), "{name}");
    map.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect()
}

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

#[test]
fn gb11643_valid() {
    for text in texts(&identifiers(), "gb11643_valid") {
        assert_eq!(ResidentId::parse_on(text, today()).unwrap().as_str(), text);
    }
}

#[test]
fn gb11643_invalid() {
    for (text, why) in pairs(&identifiers(), "gb11643_invalid") {
        let expected = match why.split(' ').next().unwrap() {
            "checksum" => IdentifierError::IdChecksum,
            "region" => IdentifierError::IdRegion,
            "date" | "1900" | "future" => IdentifierError::IdDate,
            other => panic!("no reason known for {other}"),
        };
        assert_eq!(ResidentId::parse_on(text, today()), Err(expected), "{text}");
    }
}

#[test]
fn upgrade_15_18() {
    for (old, new) in pairs(&identifiers(), "upgrade_15_18") {
        assert_eq!(ResidentId::parse_lookup(old).unwrap().as_str(), new);
        assert_eq!(ResidentId::parse(old), Err(IdentifierError::IdLength));
    }
}

#[test]
fn foreign_permanent_residents() {
    let all = identifiers();
    let parse =
        |text: &str| DocumentNumber::parse(DocumentType::ForeignPermanentResidentId, text, today()).unwrap();
    for (text, what) in pairs(&all, "foreign_pr_2023_valid") {
        let number = parse(text);
        let parts: Vec<_> = what.split([',', ' ']).filter(|part| !part.is_empty()).collect();
        let sex = if parts.last() == Some(&"F") { Sex::Female } else { Sex::Male };
        assert_eq!(number.sex(), Some(sex));
        assert!(parts.contains(&number.nationality().unwrap().alpha3()), "{what}");
        assert_eq!(parts[0], Province::of_region(&text[1..]).unwrap().code());
    }
    for text in texts(&all, "foreign_pr_2017_valid") {
        assert!(parse(text).checksum_ok(), "{text}");
    }
}

#[test]
fn unified_codes() {
    let all = identifiers();
    for text in texts(&all, "uscc_valid") {
        let code = UnifiedSocialCreditCode::parse(text).unwrap();
        assert!(code.checksum_ok(), "{text}");
        assert_eq!(TaxpayerId::parse(text).unwrap().unified_code(), Some(code));
    }
    for text in texts(&all, "uscc_invalid") {
        assert!(!UnifiedSocialCreditCode::parse(text).is_ok_and(|code| code.checksum_ok()), "{text}");
    }
}

#[test]
fn organisation_codes_and_passport_lines() {
    let all = identifiers();
    for text in texts(&all, "gb11714_valid") {
        assert!(OrganisationCode::parse(text).unwrap().checksum_ok());
    }
    assert!(td3_second_line_ok(all["mrz_td3"].as_str().unwrap()));
}

#[test]
fn the_embedded_tables_are_those_of_the_vectors() {
    let all = codes();
    for (code, name) in pairs(&all, "ethnicity") {
        assert_eq!(Ethnicity::from_code(code).unwrap().name(), name);
    }
    assert_eq!(pairs(&all, "ethnicity").len(), Ethnicity::all().len());
    for (code, name) in pairs(&all, "province").into_iter().filter(|(code, _)| code.len() == 2) {
        assert_eq!(Province::of_region(code).unwrap().name(), name);
    }
    for (code, name) in pairs(&all, "uscc_authority") {
        let text = format!("{code}1640100MA75000124");
        assert_eq!(UnifiedSocialCreditCode::parse(&text).unwrap().authority(), Some(name));
    }
}

/// The page follows the manual's 外国公民护照; codes marked unverified are only checked for being known.
#[test]
fn document_codes() {
    let all = codes();
    for (code, name) in pairs(&all, "id_types") {
        match DocumentType::from_code(code) {
            Ok(DocumentType::ForeignPassport) => assert_eq!((code, name), ("208", "外国护照")),
            Ok(kind) => assert_eq!(kind.label(), name),
            // Kinds the manual does not offer.
            Err(_) => assert!(["216", "219", "220", "221"].contains(&code), "{code}"),
        }
    }
    for code in ["206", "237", "238"] {
        assert!(all["id_types_unverified"][code].is_string());
        assert!(DocumentType::from_code(code).is_ok());
    }
}
