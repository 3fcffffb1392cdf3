//! Chinese identifiers: documents, resident ID, unified social credit code, mobile numbers, names, masks.
//!
//! Every type is a parsed value: having one means its rules held. Parsing is forgiving about form (full-width digits, spaces, `x`)
//! and strict about content; what the standards leave open (checksums that real codes break) is reported, not refused.
//!
//! Values about people print as `[redacted]`, have no `Display`, and are read by `as_str()`. What may be shown is made by the
//! functions of [`mask`]. Errors never repeat the value.
//!
//! Code tables are data files (`data/*.tsv`), not code.

mod check;
mod document;
mod document_codes;
mod document_rules;
mod document_type;
mod email;
mod error;
mod ethnicity;
mod fold;
mod identity;
pub mod mask;
mod mobile;
mod mrz;
mod name;
mod nationality;
mod organisation_code;
mod province;
mod resident;
mod table;
mod taxpayer;
mod uscc;

pub use document::DocumentNumber;
pub use document_codes::{CodeTableError, DocumentCodes};
pub use document_type::{DocumentFamily, DocumentType};
pub use email::EmailAddress;
pub use error::IdentifierError;
pub use ethnicity::Ethnicity;
pub use identity::Identity;
pub use mask::{MASKED_DATE, mask_address, mask_document, mask_email, mask_mobile, mask_name};
pub use mobile::{Mobile, MobileRule, MobileRuleError};
pub use mrz::td3_second_line_ok;
pub use name::PersonName;
pub use nationality::Nationality;
pub use organisation_code::OrganisationCode;
pub use province::Province;
pub use resident::{ResidentId, Sex};
pub use taxpayer::{TaxpayerId, TaxpayerReading};
pub use uscc::UnifiedSocialCreditCode;
