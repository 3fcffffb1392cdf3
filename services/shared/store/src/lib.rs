//! sea-orm on SQLite and PostgreSQL: transactions, audit chain, outbox, idempotency, pages.
//!
//! One transaction holds a change and everything that must be true with it:
//!
//! ```text
//! Store::retry ─▶ Store::begin ─▶ Tx ── replayed   the answer given before, or the record's place
//!                                    ── conn       the service's own rows
//!                                    ── audit/emit buffered
//!                                    └─ finish     answer · audit chain · outbox · COMMIT ─▶ wakes the Relay
//! ```
//!
//! A statement that fails inside a PostgreSQL transaction spoils it: return the error and let the [`Tx`] drop (it rolls back);
//! for an insert that may find its row there already use `ON CONFLICT` (`try_insert`), not an error.
//!
//! Every statement has a span with its text and without its values, a child of the request's (see `connect`). An event carries
//! its request's trace to the sink.

mod audit;
mod cause;
mod config;
mod connect;
mod driver;
mod entities;
mod error;
mod head;
mod idempotency;
mod migrations;
mod outbox;
mod page;
mod retention;
mod schema;
mod store;
mod tx;

pub use audit::{
    AuditEntry, Broken, Flaw, Stretch, Verified, verify as verify_audit,
    verify_stretch as verify_audit_stretch,
};
pub use cause::Cause;
pub use config::StoreConfig;
pub use error::StoreError;
pub use head::AuditPlace;
pub use idempotency::{Idempotency, fingerprint};
pub use migrations::{SharedMigrator, migrations};
pub use outbox::{
    Delivery, DeliveryError, EventSink, Lag, OutboxEvent, Relay, RelayConfig, lag as outbox_lag,
};
pub use page::{Cursor, Page, PageRequest, PageTokens};
pub use retention::{Expired, Purged, Retention, RetentionConfig, delete_expired};
pub use schema::{index, unique_index};
pub use sea_orm_migration::MigratorTrait;
pub use store::{AsStoreError, Store};
pub use tx::Tx;
