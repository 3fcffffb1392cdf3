//! Hand-written serde structs and their mapping, as the edge had them for every message before it read the contract.

use chrono::{DateTime, Utc};
use prost::Message as _;
use prost_types::Timestamp;
use serde::{Deserialize, Serialize};
use shiming_proto::{enterprise, identity, types};

use crate::Way;

macro_rules! wire_enum {
    ($name:ident = $wire:path { $($variant:ident),+ }) => {
        #[derive(Clone, Copy, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        enum $name {
            Unspecified,
            $($variant),+
        }

        impl From<i32> for $name {
            fn from(value: i32) -> Self {
                type Wire = $wire;
                match Wire::try_from(value) {
                    $(Ok(Wire::$variant) => Self::$variant,)+
                    Ok(Wire::Unspecified) | Err(_) => Self::Unspecified,
                }
            }
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> Self {
                type Wire = $wire;
                (match value {
                    $name::Unspecified => Wire::Unspecified,
                    $($name::$variant => Wire::$variant,)+
                }) as i32
            }
        }
    };
}

wire_enum!(
    DocumentType = types::v1::DocumentType {
        ResidentId,
        TemporaryResidentId,
        HongKongMacaoPermit,
        TaiwanPermit,
        ForeignPassport,
        ForeignPermanentResidentId,
        ChinesePassport,
        HongKongMacaoResidencePermit,
        TaiwanResidencePermit
    }
);
wire_enum!(Evidence = types::v1::EvidenceLevel { Sms, Face, FaceStrict });
wire_enum!(EnterpriseStatus = enterprise::v1::EnterpriseStatus { Normal, Abnormal, Cancelled, Revoked });
wire_enum!(
    Role = enterprise::v1::Role {
        LegalRepresentative,
        FinanceOfficer,
        TaxClerk,
        InvoiceCollector,
        InvoiceIssuer,
        TaxAgent,
        Administrator,
        Other
    }
);
wire_enum!(BindingState = enterprise::v1::BindingState { Pending, Active, Rejected, Expired, Suspended });

/// A struct for JSON and its two mappings: the same fields, some of them converted.
macro_rules! mapped {
    ($name:ident = $wire:path { $($field:ident: $kind:ty,)+ }) => {
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct $name {
            $($field: $kind,)+
        }

        impl Mapped<$wire> for $name {
            fn from_wire(wire: $wire) -> Self {
                Self { $($field: Mapped::from_wire(wire.$field),)+ }
            }

            fn into_wire(self) -> $wire {
                type Wire = $wire;
                Wire { $($field: self.$field.into_wire(),)+ }
            }
        }
    };
}

trait Mapped<W> {
    fn from_wire(wire: W) -> Self;
    fn into_wire(self) -> W;
}

impl Mapped<Self> for String {
    fn from_wire(wire: Self) -> Self {
        wire
    }
    fn into_wire(self) -> Self {
        self
    }
}

impl Mapped<Self> for bool {
    fn from_wire(wire: Self) -> Self {
        wire
    }
    fn into_wire(self) -> Self {
        self
    }
}

impl<E: From<i32> + Into<i32>> Mapped<i32> for E
where
    E: Copy,
{
    fn from_wire(wire: i32) -> Self {
        wire.into()
    }
    fn into_wire(self) -> i32 {
        self.into()
    }
}

impl Mapped<Option<Timestamp>> for Option<DateTime<Utc>> {
    fn from_wire(wire: Option<Timestamp>) -> Self {
        wire.and_then(|time| DateTime::from_timestamp(time.seconds, u32::try_from(time.nanos).ok()?))
    }
    fn into_wire(self) -> Option<Timestamp> {
        self.map(|time| Timestamp {
            seconds: time.timestamp(),
            nanos: time.timestamp_subsec_nanos().try_into().unwrap(),
        })
    }
}

impl Mapped<Option<enterprise::v1::Enterprise>> for Enterprise {
    fn from_wire(wire: Option<enterprise::v1::Enterprise>) -> Self {
        <Self as Mapped<enterprise::v1::Enterprise>>::from_wire(wire.unwrap())
    }
    fn into_wire(self) -> Option<enterprise::v1::Enterprise> {
        Some(Mapped::<enterprise::v1::Enterprise>::into_wire(self))
    }
}

impl<W, T: Mapped<W>> Mapped<Vec<W>> for Vec<T> {
    fn from_wire(wire: Vec<W>) -> Self {
        wire.into_iter().map(T::from_wire).collect()
    }
    fn into_wire(self) -> Vec<W> {
        self.into_iter().map(T::into_wire).collect()
    }
}

mapped!(
    Profile = identity::v1::Profile {
        person_id: String,
        name: String,
        document_type: DocumentType,
        document_number: String,
        mobile: String,
        email: String,
        nationality: String,
        nationality_name: String,
        ethnicity: String,
        ethnicity_name: String,
        birth_date: String,
        valid_from: String,
        valid_until: String,
        long_term: bool,
        issuing_authority: String,
        address: String,
        evidence: Evidence,
        evidence_time: Option<DateTime<Utc>>,
    }
);

mapped!(
    Enterprise = enterprise::v1::Enterprise {
        enterprise_id: String,
        unified_social_credit_code: String,
        taxpayer_id: String,
        name: String,
        status: EnterpriseStatus,
        legal_representative_masked: String,
        tax_authority: String,
        address: String,
        etag: String,
    }
);

mapped!(Binding = enterprise::v1::Binding {
    binding_id: String,
    enterprise: Enterprise,
    role: Role,
    state: BindingState,
    create_time: Option<DateTime<Utc>>,
    decide_time: Option<DateTime<Utc>>,
    expire_time: Option<DateTime<Utc>>,
    current: bool,
    from_registry: bool,
    etag: String,
});

mapped!(Bindings = enterprise::v1::ListBindingsResponse {
    bindings: Vec<Binding>,
    next_page_token: String,
});

pub(crate) fn profile() -> Way {
    Way {
        name: "structs by hand",
        to_json: Box::new(|wire| {
            let wire = identity::v1::GetProfileResponse::decode(wire).unwrap().profile.unwrap();
            serde_json::to_vec(&Profile::from_wire(wire)).unwrap()
        }),
        to_wire: Box::new(|json| {
            let profile = serde_json::from_slice::<Profile>(json).unwrap().into_wire();
            identity::v1::GetProfileResponse { profile: Some(profile) }.encode_to_vec()
        }),
    }
}

pub(crate) fn page() -> Way {
    Way {
        name: "structs by hand",
        to_json: Box::new(|wire| {
            let wire = enterprise::v1::ListBindingsResponse::decode(wire).unwrap();
            serde_json::to_vec(&Bindings::from_wire(wire)).unwrap()
        }),
        to_wire: Box::new(|json| {
            serde_json::from_slice::<Bindings>(json).unwrap().into_wire().encode_to_vec()
        }),
    }
}
