//! `EventService`.

pub(crate) mod deliver_events;
