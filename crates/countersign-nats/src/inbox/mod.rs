//! An inbox in JetStream.
//!
//! Each delivery is a message of one stream. The *state* of a delivery that was taken is the last
//! message of a subject of its own, in a second stream, and is only replaced by a publication that
//! names the message it replaces. Of two workers that want one delivery, the server therefore
//! accepts the write of exactly one, and an attempt that has lost its lease can write nothing.
//!
//! A pull consumer for each endpoint gives the deliveries out. It only decides *when* a delivery is
//! looked at: it can give one out too early, twice, or again after it was acknowledged, because
//! servers lose the last acknowledgements when they stop. The state then says what to do:
//!
//! ```text
//!   given out -> state?   none ------------------> running, attempt 1
//!                         waiting, due ----------> running, next attempt
//!                         waiting, not due ------> given out again when it is due
//!                         running, lease over ---> running, next attempt (the last one vanished)
//!                         running, lease lasts --> given out again when the lease is over
//!                         done, dead ------------> acknowledged again
//! ```

mod accept;
mod bell;
mod clock;
mod dead;
mod endings;
mod engine;
mod holds;
mod numbers;
mod record;
mod store;
mod take;

pub use dead::DeadDelivery;
pub use store::NatsInbox;
