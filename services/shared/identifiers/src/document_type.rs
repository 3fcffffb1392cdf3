//! The kinds of documents people prove themselves with.

use serde::{Deserialize, Serialize};

use crate::{DocumentCodes, IdentifierError};

/// 证件类型. Serialised by its snake-case name, which never changes; the tax systems' code is [`code`](Self::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    /// 居民身份证
    ResidentId,
    /// 军官证
    MilitaryOfficer,
    /// 武警警官证
    ArmedPoliceOfficer,
    /// 士兵证
    Soldier,
    /// 临时居民身份证: the resident ID's number, three months valid.
    TemporaryResidentId,
    /// 外国公民护照
    ForeignPassport,
    /// 港澳居民来往内地通行证
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证
    TaiwanPermit,
    /// 中国护照
    ChinesePassport,
    /// 外国人永久居留身份证, of 2017 or 2023.
    ForeignPermanentResidentId,
    /// 港澳居民居住证
    HongKongMacaoResidencePermit,
    /// 台湾居民居住证
    TaiwanResidencePermit,
}

impl DocumentType {
    /// Every type, in the order pages list them.
    pub const ALL: [Self; 12] = [
        Self::ResidentId,
        Self::TemporaryResidentId,
        Self::HongKongMacaoPermit,
        Self::TaiwanPermit,
        Self::HongKongMacaoResidencePermit,
        Self::TaiwanResidencePermit,
        Self::ForeignPassport,
        Self::ForeignPermanentResidentId,
        Self::ChinesePassport,
        Self::MilitaryOfficer,
        Self::ArmedPoliceOfficer,
        Self::Soldier,
    ];

    /// The tax systems' code by the checked-in table, e.g. `201`. A bureau with other codes loads its own [`DocumentCodes`].
    pub fn code(self) -> &'static str {
        DocumentCodes::checked_in().code(self).unwrap_or_default()
    }

    /// The type behind a code of the checked-in table.
    pub fn from_code(code: &str) -> Result<Self, IdentifierError> {
        DocumentCodes::checked_in().document_type(code)
    }

    /// The stable name the type is stored and serialised by, e.g. `resident_id`.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The type behind a stored name.
    pub fn from_name(name: &str) -> Result<Self, IdentifierError> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(IdentifierError::DocumentTypeUnknown)
    }

    /// Chinese name, as pages show it.
    pub const fn label(self) -> &'static str {
        self.row().1
    }

    /// Which documents share their numbers with this one.
    pub const fn family(self) -> DocumentFamily {
        self.row().2
    }

    /// Whether the authority has a photo to compare with, and face login is open: the resident ID alone.
    pub const fn supports_face(self) -> bool {
        matches!(self, Self::ResidentId)
    }

    const fn row(self) -> (&'static str, &'static str, DocumentFamily) {
        use DocumentFamily as F;
        match self {
            Self::ResidentId => ("resident_id", "居民身份证", F::Resident),
            Self::MilitaryOfficer => ("military_officer", "军官证", F::MilitaryOfficer),
            Self::ArmedPoliceOfficer => ("armed_police_officer", "武警警官证", F::ArmedPoliceOfficer),
            Self::Soldier => ("soldier", "士兵证", F::Soldier),
            Self::TemporaryResidentId => ("temporary_resident_id", "临时居民身份证", F::Resident),
            Self::ForeignPassport => ("foreign_passport", "外国公民护照", F::ForeignPassport),
            Self::HongKongMacaoPermit => {
                ("hong_kong_macao_permit", "港澳居民来往内地通行证", F::HongKongMacaoPermit)
            }
            Self::TaiwanPermit => ("taiwan_permit", "台湾居民来往大陆通行证", F::TaiwanPermit),
            Self::ChinesePassport => ("chinese_passport", "中国护照", F::ChinesePassport),
            Self::ForeignPermanentResidentId => {
                ("foreign_permanent_resident_id", "外国人永久居留身份证", F::ForeignPermanentResident)
            }
            Self::HongKongMacaoResidencePermit => {
                ("hong_kong_macao_residence_permit", "港澳居民居住证", F::ResidencePermit)
            }
            Self::TaiwanResidencePermit => ("taiwan_residence_permit", "台湾居民居住证", F::ResidencePermit),
        }
    }
}

/// Documents whose numbers come from one series: equal number and equal family mean the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentFamily {
    /// Resident ID and temporary resident ID.
    Resident,
    /// The residence permits of Hong Kong, Macao and Taiwan, told apart by their prefix.
    ResidencePermit,
    /// Both forms of the permanent resident's ID.
    ForeignPermanentResident,
    /// Permits of Hong Kong and Macao residents.
    HongKongMacaoPermit,
    /// Permits of Taiwan residents.
    TaiwanPermit,
    /// Passports of other countries. Numbers of different countries may meet: compare the name as well.
    ForeignPassport,
    /// Chinese passports.
    ChinesePassport,
    /// Officers of the army.
    MilitaryOfficer,
    /// Officers of the armed police.
    ArmedPoliceOfficer,
    /// Soldiers.
    Soldier,
}

impl DocumentFamily {
    /// The first part of an identity key. Blind indexes are made of it, so it never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::ResidencePermit => "residence-permit",
            Self::ForeignPermanentResident => "foreign-permanent-resident",
            Self::HongKongMacaoPermit => "hong-kong-macao-permit",
            Self::TaiwanPermit => "taiwan-permit",
            Self::ForeignPassport => "foreign-passport",
            Self::ChinesePassport => "chinese-passport",
            Self::MilitaryOfficer => "military-officer",
            Self::ArmedPoliceOfficer => "armed-police-officer",
            Self::Soldier => "soldier",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_listed_once_and_has_its_names() {
        for kind in DocumentType::ALL {
            assert_eq!(DocumentType::from_name(kind.name()), Ok(kind));
            assert_eq!(DocumentType::from_code(kind.code()), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        }
        assert_eq!(DocumentType::from_name("201"), Err(IdentifierError::DocumentTypeUnknown));
    }

    #[test]
    fn only_the_resident_id_supports_face() {
        let face: Vec<_> = DocumentType::ALL.into_iter().filter(|kind| kind.supports_face()).collect();
        assert_eq!(face, [DocumentType::ResidentId]);
    }
}
