//! Code that the benches share: deliveries to send, servers to send them to, rounds in turn,
//! reports.
//!
//! Compare ratios, not times: a machine drifts, and it does so for all subjects that are measured
//! in turn.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a bench")]

mod by_hand;
mod delivery;
mod payment;
mod raw;
mod report;
mod rounds;
mod samples;
pub mod servers;

pub use by_hand::verify_by_hand;
pub use delivery::{Delivery, SECRET, STANDARD_SECRET};
pub use payment::{Line, Payment, PaymentEvent, Whole, body};
pub use raw::{keyed, tag};
pub use report::{Bound, Budget, Report, Row, Table, target};
pub use rounds::{Rounds, Subject};
pub use samples::Samples;
