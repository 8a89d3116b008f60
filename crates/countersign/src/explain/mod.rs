//! The likely cause of a rejected delivery, in words (feature `explain`).
//!
//! - [`ExplainRefusals::explain_refusals`] switches it on for a verifier. The layers, the
//!   middleware and the extractors then write one more log line for some of the rejected
//!   deliveries.
//! - [`ExplainRefusals::keep_refusals`] also keeps the last rejections in a list, [`Refusals`].
//! - [`ExplainDelivery::explain`] examines one delivery, in a test or in a handler.
//! - [`Case`] and [`explain`](explain()) examine a delivery together with its secret, so that they
//!   find a secret that is written in another way.
//!
//! # Examples
//!
//! ```
//! use countersign::{Secret, Signer, Verifier, providers::XWebhookSignature};
//! use countersign::explain::{Cause, ExplainDelivery};
//!
//! let secret = Secret::new("your_webhook_secret")?;
//! let verifier = Verifier::<XWebhookSignature>::new(secret.clone())?;
//! let headers = Signer::<XWebhookSignature>::new(secret)?.sign(br#"{"some": "data"}"#)?;
//!
//! // The receiver parsed the body and wrote it again.
//! let report = verifier.explain(&headers, br#"{"some":"data"}"#);
//! assert_eq!(report.causes(), [Cause::BodyReserialized]);
//! assert!(report.is_certain());
//!
//! // The body was changed in a way that nothing explains.
//! let report = verifier.explain(&headers, br#"{"some": "dat4"}"#);
//! assert!(!report.is_certain());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! Guide: [why is it 401?][guide]
//!
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/mismatch/index.html

#[cfg(feature = "_surface")]
mod kept;
#[cfg(feature = "_surface")]
mod numbers;
#[cfg(feature = "_surface")]
mod places;
#[cfg(feature = "_surface")]
mod refusal;
#[cfg(feature = "_surface")]
mod refusals;
#[cfg(feature = "_surface")]
mod tally;

pub use countersign_explain::{
    Case, Cause, Evidence, ExplainDelivery, Framework, Report, Step, Verdict, explain,
};
#[cfg(feature = "_surface")]
pub use kept::Refusals;
#[cfg(feature = "_surface")]
pub use refusal::Refusal;
#[cfg(feature = "_surface")]
pub use refusals::ExplainRefusals;
#[cfg(feature = "_surface")]
pub(crate) use refusals::explain as explain_refusal;
#[cfg(feature = "_surface")]
pub use tally::RefusalCount;
