//! The system while parts of it die: nothing acknowledged is lost, nothing is shown twice, nobody is let in.

#![expect(clippy::unwrap_used, reason = "tests")]

mod crashes;
mod held_doors;
mod judgements;
mod outages;
