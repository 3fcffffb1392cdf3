//! What tests start and stop by themselves: PostgreSQL, Redis, a telemetry receiver, certificates, clocks, services.

mod inbox;
pub mod otlp;
mod pgbouncer;
mod ports;
mod postgres;
mod redis;
mod shared;
mod slow_link;
mod stand;
mod suite;
mod supervised;
pub mod tls;

pub use inbox::Inbox;
pub use otlp::{OtlpReceiver, ReceivedSpan};
pub use pgbouncer::PgBouncer;
pub use ports::free_port;
pub use postgres::Postgres;
pub use redis::Redis;
pub use shiming_kernel::ManualClock;
pub use slow_link::SlowLink;
pub use stand::Stand;
pub use suite::{Backend, TestDatabase, postgres_is_off};
pub use tls::{LeafFiles, TestCa};
