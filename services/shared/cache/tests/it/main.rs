//! What a cache promises, tested on every implementation by the same functions; and what only a distant one can get wrong.

mod outage;
mod suite;
