//! Identity as a whole: the real layers on a loopback socket, the real database (SQLite and PostgreSQL), the in-process cache under a clock
//! that tests move; face-auth and messaging are stood in for in memory.

mod audit;
mod codes;
mod collection;
mod collection_abuse;
mod doubles;
mod failures;
mod login;
mod people;
mod persons;
mod sessions;
mod step_up;
mod world;
