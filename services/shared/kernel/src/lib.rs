//! The words every crate shares: ids, clock, calendar, redaction, error reasons, callers, notices, pages.
//!
//! This crate sits at the bottom of the import graph: it knows no transport, no database and no async runtime, so that a
//! domain module may name it freely.

mod calendar;
mod call;
mod clock;
mod error;
mod id;
mod notice;
mod page;
mod reason;
mod redacted;

pub use calendar::{age_on, china_date, china_time, rest_of_china_day};
pub use call::{CallContext, Caller, ClientInfo, EvidenceLevel, RequestMeta, Session};
pub use clock::{Clock, ManualClock, SharedClock, SystemClock};
pub use error::{ErrorKind, Facts, FieldViolation, ServiceError};
pub use id::{
    BindingId, CollectionId, EnterpriseId, EventId, FaceSessionId, IdError, IdSource, MessageId, PersonId,
    RequestId, SessionId, TodoId,
};
pub use notice::{MessageDraft, Notice, Params, TodoDraft, TodoWithdrawal};
pub use page::AskedPage;
pub use reason::Reason;
pub use redacted::Redacted;

#[doc(hidden)]
pub mod macro_support {
    //! What `define_id!` expands to; no interface of its own.
    pub use crate::id::{parse_uuid, uuid_at};
    pub use serde;
    pub use uuid::Uuid;
}
