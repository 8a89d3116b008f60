#![doc = include_str!("../README.md")]

mod advice;
mod body;
mod candidate;
mod case;
mod cause;
mod evidence;
mod examine;
mod frame;
mod framework;
mod html;
mod report;
mod search;
mod secret;
mod step;
mod suspicion;
mod time;
mod url;
mod verifier;

pub use case::{Case, explain};
pub use cause::Cause;
pub use evidence::Evidence;
pub use framework::Framework;
pub use report::{Report, Verdict};
pub use step::Step;
pub use verifier::ExplainDelivery;
// Only for the crate `countersign`, which explains rejected deliveries away from the request.
#[doc(hidden)]
pub use verifier::{copied as __copied, names as __names};
