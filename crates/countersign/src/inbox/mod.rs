//! Keeps verified deliveries before they are acknowledged, and handles them later.
//!
//! Providers expect an answer within seconds, and send a delivery again if they do not get it. Use
//! an inbox if a handler can take longer, can fail, or must not lose an event: the delivery is
//! stored, the provider gets its 200, and a worker calls the handler until it succeeds.
//!
//! # Guarantees
//!
//! 1. The provider gets 200 with `{"status":"received"}` only after the engine has committed the
//!    delivery. If the engine fails, or takes longer than
//!    [`store_deadline`](Inbox::store_deadline), the answer is 503, and the provider keeps the
//!    delivery.
//! 2. A delivery that was acknowledged is handled *at least once*. It is done when a handler
//!    succeeds. It is dead when its attempts are used up, or at once if the handler answers that
//!    another attempt is useless (most 4xx, [`Failure::dead`]), or if the delivery cannot be restored,
//!    for example because its endpoint now belongs to another provider. A dead delivery is kept, and
//!    logged at `ERROR`. One exception: `NatsInbox` removes deliveries that were not handled within
//!    its `keep_for`.
//! 3. An attempt is counted when the delivery is taken. A handler that ends the process has as many
//!    attempts as any other.
//! 4. A second delivery of an event is answered 200 with `Idempotent-Replayed: true` and is not
//!    handled, for as long as the engine keeps the event. A delivery without a signed id is always
//!    new.
//! 5. A handler gets the signed bytes and the proof of the verdict that was given at the receipt. A
//!    secret that was replaced meanwhile does not matter.
//!
//! A handler can run again although it succeeded
//! - if the process dies, or the worker stops, before the result is stored;
//! - if the lease runs out first, because the engine was out of reach for longer than
//!   [`lease`](Inbox::lease), or because its clock jumped ahead;
//! - if an operator replays the delivery.
//!
//! Deliveries of an endpoint wait until a worker has a verifier with the name of this endpoint. If you
//! rename an endpoint, those under the old name wait without a log line: let the inbox become empty
//! before.
//!
//! # Two halves
//!
//! | half | tower, axum | actix-web | other code |
//! |---|---|---|---|
//! | receives | [`Inbox::split`], or `InboxLayer` | `InboxMiddleware` | [`Inbox::accept`] |
//! | handles | the worker of [`Inbox::split`], with any service | [`Inbox::worker`] | [`Inbox::worker`] |
//!
//! Both halves can run in one process or in several, on the same engine.
//!
//! # Engines
//!
//! `countersign_sqlite::SqliteInbox` keeps deliveries in a file, for one machine.
//! `countersign_postgres::PostgresInbox` keeps them in tables, for several machines.
//! `countersign_nats::NatsInbox` keeps them on several servers of NATS JetStream, of which one can
//! be lost with its disk. An engine of your own implements [`InboxStore`], and must pass the suite
//! `conformance` (feature `conformance`). If an engine cannot do something, it does not implement
//! the trait for it:
//!
//! | trait | for |
//! |---|---|
//! | [`Accept`] | keeping deliveries, for an engine that has workers of its own |
//! | [`InboxStore`] | handling them with a [`Worker`] |
//! | [`SerialInbox`] | the order of deliveries about one object |
//! | [`InboxHistory`] | listing, counting, replaying, discarding and pruning them |
//!
//! # Security
//!
//! - The engine holds payloads in plain text, and signatures: see [`StoredDelivery`].
//! - Anyone who can write to the engine can make events, unless [`Inbox::verify_again`] is set.
//! - The path, the `Content-Type` and the trace context of a request are not signed, and are kept
//!   as they came.
//!
//! # Examples
//!
//! Deliveries are handed to a queue that has workers of its own, here a list:
//!
//! ```
//! use std::sync::Mutex;
//!
//! use countersign::{
//!     Secret, Signer, Verifier,
//!     inbox::{Accept, Accepted, Entry, Inbox, StoreError, StoredRequest},
//!     providers::XWebhookSignature,
//! };
//!
//! #[derive(Default)]
//! struct Queue(Mutex<Vec<(Option<String>, Vec<u8>)>>);
//!
//! impl Accept for Queue {
//!     async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
//!         let mut jobs = self.0.lock().map_err(|_| StoreError::new("the queue is broken"))?;
//!         let key = entry.key().map(|key| key.as_str().to_owned());
//!         if key.is_some() && jobs.iter().any(|(known, _)| *known == key) {
//!             return Ok(Accepted::Duplicate);
//!         }
//!         jobs.push((key, entry.request().to_json()));
//!         Ok(Accepted::New)
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = Secret::new("your_webhook_secret")?;
//! let verifier = Verifier::<XWebhookSignature>::new(secret.clone())?;
//! let body = br#"{"id":"evt_1","type":"user.created","data":{}}"#;
//! let headers = Signer::<XWebhookSignature>::new(secret)?.sign(body)?;
//! let verified = verifier.verify(&headers, body)?;
//!
//! let inbox = Inbox::new(Queue::default());
//! inbox.accept(&verified, &headers, "/webhooks").await?;
//! let duplicate = inbox.accept(&verified, &headers, "/webhooks").await.unwrap_err();
//! assert_eq!(duplicate.status(), 200);
//!
//! // Later, in a worker of the queue.
//! let (_, job) = inbox.engine().0.lock().unwrap().remove(0);
//! let request = StoredRequest::from_json(&job)?;
//! let verified = verifier.restore_from_trusted_store(request.delivery())?;
//! assert_eq!(verified.bytes(), body);
//! # Ok(())
//! # }
//! ```
//!
//! Guide: [answer now, work later][guide]
//!
//! [`StoredDelivery`]: crate::StoredDelivery
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/inbox/index.html

mod activity;
mod attempt;
#[cfg(feature = "conformance")]
pub mod conformance;
mod entry;
mod front;
mod handle;
mod history;
mod object;
mod outcome;
mod received;
mod retries;
mod run;
mod settings;
mod stats;
mod store;
mod stored_request;
mod taken;
mod worker;

pub use activity::Activity;
pub use attempt::Attempt;
pub use entry::Entry;
#[cfg(any(feature = "actix-web", feature = "tower"))]
pub(crate) use front::Front;
#[cfg(any(feature = "actix-web", feature = "tower"))]
pub(crate) use front::OnlyKept;
pub use front::RECEIVED;
#[cfg(feature = "tower")]
pub(crate) use handle::{Handle, Handled, Handling, restore};
pub use history::{Details, EndedAttempt, Filter, InboxHistory, Row, State};
pub use object::Object;
#[cfg(feature = "tower")]
pub(crate) use outcome::End;
pub use outcome::{Failure, Outcome};
pub use received::Received;
pub use retries::Retries;
pub use settings::Inbox;
pub use stats::Stats;
pub use store::{Accept, Accepted, InboxStore, SerialInbox};
pub use stored_request::StoredRequest;
pub use taken::{Held, RowId, Taken, Wanted};
pub use worker::Worker;

pub use crate::{idempotency::Settled, surface::StoreError};

#[cfg(feature = "conformance")]
#[cfg(test)]
mod tests;
