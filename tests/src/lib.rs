//! Code that the tests share: a client that sends exactly the given bytes, and servers to send them
//! to.

mod command;
mod copies;
mod documents;
mod example;
#[cfg(unix)]
mod foreign;
mod hardened;
mod logs;
#[cfg(unix)]
mod nats;
mod page;
mod patience;
#[cfg(unix)]
mod pgbouncer;
#[cfg(unix)]
mod postgres;
mod program;
#[cfg(doctest)]
mod provider_pages;
#[cfg(unix)]
mod redis;
mod serve;
mod wire;

pub use command::countersign;
pub use copies::cargo;
pub use documents::Documents;
pub use example::{Example, delivery, half_of_delivery, says_how_to_choose_another_port, stops_on};
pub use logs::{Logs, claimed_in};
#[cfg(unix)]
pub use nats::Nats;
pub use page::follow;
pub use patience::{PATIENCE, wait_until};
#[cfg(unix)]
pub use pgbouncer::PgBouncer;
#[cfg(unix)]
pub use postgres::Postgres;
pub use program::{Program, have, signal_when_ready, skip, skipped_tests, wait};
#[cfg(unix)]
pub use redis::Redis;
pub use serve::serve;
pub use wire::{Reply, Wire, signature};
