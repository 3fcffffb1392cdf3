//! Why a text is not the identifier it should be.

use shiming_kernel::FieldViolation;

/// Why a text was refused: a reason for programs and a sentence for people. Never the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentifierError {
    /// A GB 11643 number that has not 18 characters (15 in lookups).
    IdLength,
    /// A GB 11643 number with a character other than digits and a final X.
    IdCharacter,
    /// Unknown province prefix, or one that this document can't have.
    IdRegion,
    /// No real calendar date, or a date in the future.
    IdDate,
    /// The last character is not the check of the others.
    IdChecksum,
    /// A residence permit's number given as a resident ID, or the other way round.
    DocumentTypeMismatch,
    /// No known document type.
    DocumentTypeUnknown,
    /// A number that does not have this document's form.
    DocumentFormat,
    /// Not 18 characters.
    UsccLength,
    /// A character outside the alphabet of GB 32100 (which lacks I, O, S, V and Z).
    UsccCharacter,
    /// Neither a unified code nor a legacy taxpayer number.
    TaxpayerIdFormat,
    /// Not 9 characters of digits and capital letters.
    OrganisationCodeFormat,
    /// Not a mobile number of the configured ranges.
    MobileFormat,
    /// Empty or longer than 100 characters.
    NameLength,
    /// A character no name has: a digit, a control character, markup.
    NameCharacter,
    /// Not an e-mail address.
    EmailFormat,
    /// No code or name of GB/T 3304.
    EthnicityUnknown,
    /// No code of ISO 3166.
    NationalityUnknown,
}

impl IdentifierError {
    /// Upper snake case, stable, for programs.
    pub const fn reason(self) -> &'static str {
        self.texts().0
    }

    /// zh-CN, for people, beside the field.
    pub const fn message(self) -> &'static str {
        self.texts().1
    }

    /// The violation of `field`, ready for a `BadRequest`.
    pub fn violation(self, field: impl Into<String>) -> FieldViolation {
        FieldViolation::new(field, self.reason(), self.message())
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::IdLength => ("ID_LENGTH", "证件号码应为18位"),
            Self::IdCharacter => ("ID_CHARACTER", "证件号码只能包含数字，最后一位可以是X"),
            Self::IdRegion => ("ID_REGION", "证件号码的地区代码有误"),
            Self::IdDate => ("ID_DATE", "证件号码中的出生日期有误"),
            Self::IdChecksum => ("ID_CHECKSUM", "证件号码校验未通过，请核对后重新输入"),
            Self::DocumentTypeMismatch => ("DOCUMENT_TYPE_MISMATCH", "证件号码与所选证件类型不一致"),
            Self::DocumentTypeUnknown => ("DOCUMENT_TYPE_UNKNOWN", "不支持的证件类型"),
            Self::DocumentFormat => ("DOCUMENT_FORMAT", "证件号码格式有误，请核对后重新输入"),
            Self::UsccLength => ("USCC_LENGTH", "统一社会信用代码应为18位"),
            Self::UsccCharacter => {
                ("USCC_CHARACTER", "统一社会信用代码只能包含数字和大写字母（不含I、O、S、V、Z）")
            }
            Self::TaxpayerIdFormat => ("TAXPAYER_ID_FORMAT", "统一社会信用代码（纳税人识别号）格式有误"),
            Self::OrganisationCodeFormat => ("ORGANISATION_CODE_FORMAT", "组织机构代码应为9位数字或大写字母"),
            Self::MobileFormat => ("MOBILE_FORMAT", "请输入正确的手机号码"),
            Self::NameLength => ("NAME_LENGTH", "姓名应为1至100个字符"),
            Self::NameCharacter => ("NAME_CHARACTER", "姓名中含有不允许的字符"),
            Self::EmailFormat => ("EMAIL_FORMAT", "请输入正确的电子邮箱"),
            Self::EthnicityUnknown => ("ETHNICITY_UNKNOWN", "民族代码有误"),
            Self::NationalityUnknown => ("NATIONALITY_UNKNOWN", "国籍代码有误"),
        }
    }
}

impl std::fmt::Display for IdentifierError {
    /// The reason: the message is for people, a log is not.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for IdentifierError {}
