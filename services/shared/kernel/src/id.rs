//! Opaque ids: UUID version 7 from the injected clock, one type per thing so that they can't be mixed up.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use uuid::timestamp::context::ContextV7;
use uuid::{NoContext, Timestamp, Uuid};

use crate::{Clock, SharedClock};

/// A text that is no id of this system.
///
/// Names neither the text nor the type: the place that parsed it knows the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hyphenated UUID")]
pub struct IdError;

/// Gives ids that ascend even within one millisecond, as rows of one batch need.
///
/// [`PersonId::new`] and its like are enough where the order within a millisecond does not matter.
pub struct IdSource {
    clock: SharedClock,
    context: Mutex<ContextV7>,
}

impl IdSource {
    /// A source that takes the time from `clock`.
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, context: Mutex::new(ContextV7::new()) }
    }

    /// The next id: greater than all before it from this source.
    pub fn next(&self) -> Uuid {
        let (seconds, nanos) = unix_parts(self.clock.now());
        Uuid::new_v7(Timestamp::from_unix(&self.context, seconds, nanos))
    }
}

impl std::fmt::Debug for IdSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdSource").finish_non_exhaustive()
    }
}

/// A fresh version 7 UUID at the clock's time.
pub fn uuid_at(clock: &dyn Clock) -> Uuid {
    let (seconds, nanos) = unix_parts(clock.now());
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos))
}

/// Reads the one spelling ids have on the wire: 36 characters with hyphens.
pub fn parse_uuid(text: &str) -> Result<Uuid, IdError> {
    if text.len() != 36 {
        return Err(IdError);
    }
    Uuid::try_parse(text).map_err(|_| IdError)
}

fn unix_parts(time: DateTime<Utc>) -> (u64, u32) {
    (u64::try_from(time.timestamp()).unwrap_or(0), time.timestamp_subsec_nanos().min(999_999_999))
}

/// Defines an opaque id: a newtype over a UUID with its conversions. Docs and attributes may stand before the name.
///
/// ```
/// shiming_kernel::define_id!(
///     /// One parcel.
///     ParcelId
/// );
/// let id = ParcelId::new(&shiming_kernel::SystemClock);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[macro_export]
macro_rules! define_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        ///
        /// Opaque UUID, version 7 when made here; 36 characters with hyphens on the wire. Safe in logs and URLs.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::macro_support::Uuid);

        impl $name {
            /// A fresh id at the clock's time.
            pub fn new(clock: &dyn $crate::Clock) -> Self {
                Self($crate::macro_support::uuid_at(clock))
            }

            /// The UUID, for a column or a key.
            pub const fn as_uuid(&self) -> $crate::macro_support::Uuid {
                self.0
            }
        }

        impl ::std::convert::From<$crate::macro_support::Uuid> for $name {
            fn from(uuid: $crate::macro_support::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl ::std::convert::From<$name> for $crate::macro_support::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::write!(f, "{}({})", ::std::stringify!($name), self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::macro_support::parse_uuid(text).map(Self)
            }
        }

        impl $crate::macro_support::serde::Serialize for $name {
            fn serialize<S: $crate::macro_support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::macro_support::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::macro_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macro_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::macro_support::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    };
}

define_id!(
    /// A natural person, however many documents they have.
    PersonId
);
define_id!(
    /// An enterprise of the tax registry.
    EnterpriseId
);
define_id!(
    /// One person's role in one enterprise, from application to end.
    BindingId
);
define_id!(
    /// The public name of a session; not the secret token.
    SessionId
);
define_id!(
    /// One run of 实名采集.
    CollectionId
);
define_id!(
    /// One face session of face-auth.
    FaceSessionId
);
define_id!(
    /// One message of an inbox.
    MessageId
);
define_id!(
    /// One to-do of a person.
    TodoId
);
define_id!(
    /// One event of an outbox: receivers drop repeats by it.
    EventId
);
define_id!(
    /// One intent of a client: repeating a mutation with the same id has no second effect.
    RequestId
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManualClock, SystemClock};
    use std::sync::Arc;

    fn noon() -> DateTime<Utc> {
        "2026-01-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn ids_carry_the_time_of_the_injected_clock() {
        let id = PersonId::new(&ManualClock::new(noon()));
        let (seconds, _) = id.as_uuid().get_timestamp().unwrap().to_unix();
        assert_eq!(i64::try_from(seconds).unwrap(), noon().timestamp());
        assert_eq!(id.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn a_source_ascends_within_one_millisecond() {
        let ids = IdSource::new(Arc::new(ManualClock::new(noon())));
        let batch: Vec<_> = (0..1000).map(|_| ids.next()).collect();
        assert!(batch.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn text_and_json_round_trip() {
        let id = EnterpriseId::new(&SystemClock);
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<EnterpriseId>(&json).unwrap(), id);
        assert_eq!(format!("{id:?}"), format!("EnterpriseId({id})"));
    }

    #[test]
    fn other_spellings_are_refused() {
        let id = RequestId::new(&SystemClock);
        for text in ["", "1", &id.as_uuid().simple().to_string(), &format!("{{{id}}}"), &format!("{id} ")] {
            assert_eq!(text.parse::<RequestId>(), Err(IdError), "{text}");
        }
    }

    #[test]
    fn a_clock_before_the_epoch_still_gives_ids() {
        let clock = ManualClock::new("1969-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(PersonId::new(&clock).as_uuid().get_version_num(), 7);
    }
}
