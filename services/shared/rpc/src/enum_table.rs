//! One table for an enum of ours and the contract's that says the same: both directions, complete both ways, or it doesn't compile.

use shiming_identifiers::DocumentType;
use shiming_kernel::EvidenceLevel;
use shiming_proto::types::v1 as wire;

use crate::convert::{InvalidField, known_enum};

/// An enum that the contract has too. Made by [`enum_table!`](crate::enum_table).
pub trait Coded: Copy {
    /// The contract's.
    type Wire: TryFrom<i32> + Into<i32>;

    /// As the contract says it; `_UNSPECIFIED` for what it has no word for.
    fn to_wire(self) -> Self::Wire;

    /// What the contract says, unless it says nothing.
    fn from_wire(wire: Self::Wire) -> Option<Self>;
}

/// An enum field of a request: `_UNSPECIFIED` and unknown numbers are refused.
pub fn coded<T: Coded>(field: &str, number: i32) -> Result<T, InvalidField> {
    T::from_wire(known_enum(field, number)?).ok_or_else(|| InvalidField::malformed(field))
}

/// Implements [`Coded`]. Variants of the same name stand alone, others as `Ours = Theirs`; `unspoken` ones have no word in the contract.
///
/// ```ignore
/// enum_table!(Decision => wire::Decision { Approve, Reject });
/// ```
#[macro_export]
macro_rules! enum_table {
    ($ours:ty => $wire:ty { $($own:ident $(= $their:ident)?),+ $(,)? } $(unspoken { $($unspoken:ident),+ })?) => {
        impl $crate::Coded for $ours {
            type Wire = $wire;

            fn to_wire(self) -> $wire {
                type Wire = $wire;
                match self {
                    $(Self::$own => $crate::enum_table!(@theirs Wire, $own $(, $their)?),)+
                    $($(Self::$unspoken)|+ => Wire::Unspecified,)?
                }
            }

            fn from_wire(wire: $wire) -> Option<Self> {
                type Wire = $wire;
                match wire {
                    Wire::Unspecified => None,
                    $($crate::enum_table!(@theirs Wire, $own $(, $their)?) => Some(Self::$own),)+
                }
            }
        }
    };
    (@theirs $wire:ident, $own:ident) => { $wire::$own };
    (@theirs $wire:ident, $own:ident, $their:ident) => { $wire::$their };
}

enum_table!(EvidenceLevel => wire::EvidenceLevel { Sms, Face, FaceStrict });

enum_table!(DocumentType => wire::DocumentType {
    ResidentId,
    TemporaryResidentId,
    HongKongMacaoPermit,
    TaiwanPermit,
    ForeignPassport,
    ForeignPermanentResidentId,
    ChinesePassport,
    HongKongMacaoResidencePermit,
    TaiwanResidencePermit,
} unspoken { MilitaryOfficer, ArmedPoliceOfficer, Soldier });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_read_both_ways_and_refuse_the_unspecified() {
        assert_eq!(coded("type", wire::DocumentType::TaiwanPermit.into()), Ok(DocumentType::TaiwanPermit));
        assert_eq!(DocumentType::TaiwanPermit.to_wire(), wire::DocumentType::TaiwanPermit);
        assert_eq!(DocumentType::Soldier.to_wire(), wire::DocumentType::Unspecified);
        assert!(coded::<DocumentType>("type", 0).is_err() && coded::<DocumentType>("type", 99).is_err());
        assert_eq!(EvidenceLevel::from_wire(wire::EvidenceLevel::Unspecified), None);
    }
}
