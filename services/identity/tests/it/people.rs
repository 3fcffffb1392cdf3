//! Somebody to collect.

use shiming_proto::identity::v1::ProfileInput;
use shiming_proto::types::v1::{DocumentType, IdentityDocument};

/// A citizen with a resident ID and a phone.
#[derive(Clone, Debug)]
pub(crate) struct Citizen {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) mobile: String,
    pub(crate) birth_date: String,
}

/// The `index`th citizen, born on 7 March 1990.
pub(crate) fn citizen(index: u32) -> Citizen {
    born("1990-03-07", index)
}

/// The `index`th citizen born on a day.
pub(crate) fn born(birth_date: &str, index: u32) -> Citizen {
    let body = format!("640101{}{:03}", birth_date.replace('-', ""), index % 1000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432"[sum as usize % 11];
    Citizen {
        number: format!("{body}{}", char::from(check)),
        name: "张三".into(),
        mobile: format!("138{index:08}"),
        birth_date: birth_date.into(),
    }
}

impl Citizen {
    pub(crate) fn document(&self) -> IdentityDocument {
        IdentityDocument {
            r#type: DocumentType::ResidentId.into(),
            number: self.number.clone(),
            name: self.name.clone(),
        }
    }

    pub(crate) fn profile(&self) -> ProfileInput {
        ProfileInput {
            email: "zhang@x.cn".into(),
            nationality: "CN".into(),
            ethnicity: "03".into(),
            birth_date: self.birth_date.clone(),
            valid_from: "2020-01-01".into(),
            valid_until: "2040-01-01".into(),
            long_term: false,
            issuing_authority: "银川市公安局兴庆区分局".into(),
            address: "宁夏回族自治区银川市兴庆区某街1号".into(),
        }
    }
}
