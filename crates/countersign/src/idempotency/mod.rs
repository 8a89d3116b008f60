//! Handles each event once, even if its provider delivers it several times.
//!
//! Providers deliver at least once: if a provider does not know that a delivery has arrived, it
//! sends the delivery again, for hours or days. Use this module wherever handling an event twice
//! does harm.
//!
//! A verified delivery reaches its handler when **all** of these conditions hold:
//! 1. the event was not completed within the time that the store remembers it (24 h by default);
//! 2. no other delivery of the event holds a claim whose lease (60 s by default) has not run out;
//! 3. the store answers within its deadline (2 s by default).
//!
//! An event's [`IdempotencyKey`] has the endpoint, the tenant if there is one, and the type and the
//! id that the provider signed. The event is claimed in one atomic step, so that only one of
//! several deliveries at the same time is handled. A handler that succeeds completes the event, and
//! a handler that ends in any other way releases it. [`Rejection`](crate::Rejection) lists the
//! answers to deliveries that do not reach their handler.
//!
//! # Entry points
//!
//! - Middleware, inside of the one that verifies: `IdempotencyLayer` of [`tower`],
//!   `IdempotencyMiddleware` of [`actix_web`]. A 2xx answer of the handler completes the event.
//! - The extractor `FirstDelivery` around another extractor: the handler completes the event.
//! - [`Idempotency::claim`], for any code that has a verified delivery.
//!
//! # Stores
//!
//! | store | instances | forgets |
//! |---|---|---|
//! | [`MemoryStore`] | one process | everything when the process ends |
//! | `countersign_redis::RedisStore` | any number | what the server loses in a crash or a failover |
//! | `countersign_sqlite::SqliteStore` | those of one machine | nothing that was committed |
//! | `countersign_postgres::PostgresStore` | any number | nothing that was committed |
//! | `countersign_postgres`, `claim_in` | any number | nothing; claim and effect are one transaction |
//!
//! A store of your own implements [`Store`], and must pass the suite `conformance` (feature
//! `conformance`).
//!
//! # Guarantees
//!
//! An event that is not completed is handled at its next delivery. If its worker died, it is
//! handled at the first delivery after the lease has run out. Until then, and while the store is
//! out of reach, a delivery of the event is answered 503 with `Retry-After`, so that its sender
//! tries again.
//!
//! An event is therefore lost only if its sender gives up first, or if no further delivery of it
//! passes verification (see below). The lease has to be longer than the slowest handler takes, and
//! shorter than the time between a sender's first try and its last. Some providers stop early: the
//! provider Sanity tries three times within 60 s, and TradingView four times within 15 s. Most
//! others try for hours. Set [`Idempotency::lease`] accordingly. If no lease meets both conditions,
//! claim in a transaction, with `claim_in` of `countersign_postgres`: it needs no lease.
//! [`InProgressStatus`] says which senders try again after which status.
//!
//! A further delivery must pass verification. Some providers, such as Linear, sign the time once
//! for each event, and repeat the same bytes. Their deliveries are rejected once the time is older
//! than the tolerance, and the event is then lost. For such a provider, set `Verifier::tolerance`
//! longer than its retry schedule, and remember events for at least as long.
//!
//! A handler has its effect first, and its event is completed afterwards. If something fails in
//! between, the next delivery repeats the effect. With leases, the effect therefore happens *at
//! least once*. It can be repeated if
//! - a handler fails or panics after its effect;
//! - the client hangs up before the handler has answered: the middleware then releases the event,
//!   even if the work goes on in a task of its own;
//! - the process dies, or the store fails for as long as the lease, after the effect and before the
//!   event is completed;
//! - a handler takes longer than the lease, or the clock of the store jumps ahead;
//! - the store loses a claim or a completion;
//! - the event is delivered again after the store has forgotten it: its ttl has passed, a
//!   [`MemoryStore`] was full, or [`Idempotency::forget`] was called;
//! - the delivery has no signed id, or [`Idempotency::risk_duplicates_when_store_fails`] is set.
//!
//! If an effect must never be repeated, claim the event in the transaction that has the effect,
//! with `claim_in` of `countersign_postgres`: the effect then happens *exactly once*, for as long
//! as the row is kept.
//!
//! # Work in the background
//!
//! A handler that queues the event and answers 202 completes the event, as every 2xx answer does.
//! The event is then done: duplicates are not handled, even if the work fails later, and the
//! provider does not send the event again by itself. If the work can fail, do one of the following:
//! - write the event to a queue or a table that survives a crash, before you answer 202;
//! - use the extractor `FirstDelivery` or [`Idempotency::claim`], keep the `ClaimGuard` with the
//!   work, and complete it at the end. The lease has to be longer than the work takes; a delivery
//!   of the event that comes meanwhile is answered 503.
//!
//! To handle an event again after its work has failed, forget it with [`Idempotency::forget`], and
//! let the provider send it again. Until the event is forgotten, a delivery that an operator sends
//! again is answered as a duplicate.
//!
//! # Examples
//!
//! A handler that has a verified delivery:
//!
//! ```
//! use countersign::{
//!     Rejection, Secret, Signer, Verifier,
//!     adapter::VerifiedDelivery,
//!     idempotency::{Idempotency, MemoryStore},
//!     providers::XWebhookSignature,
//! };
//!
//! async fn handle(
//!     idempotency: &Idempotency,
//!     delivery: &VerifiedDelivery<impl AsRef<[u8]>>,
//! ) -> Result<&'static str, Rejection> {
//!     // No headers: the id is signed.
//!     let claimed = idempotency.claim(delivery, &[("", ""); 0]).await?;
//!     // .. handle the event; if this fails, the next delivery is handled ..
//!     let _ = claimed.complete().await;
//!     Ok("handled")
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = Secret::new("your_webhook_secret")?;
//! # let verifier = Verifier::<XWebhookSignature>::new(secret.clone())?;
//! # let body = br#"{"id":"evt_1","type":"user.created","data":{}}"#;
//! # let headers = Signer::<XWebhookSignature>::new(secret)?.sign(body)?;
//! # let verified = verifier.verify(&headers, body)?;
//! let idempotency = Idempotency::new(MemoryStore::new());
//! assert_eq!(handle(&idempotency, &verified).await?, "handled");
//!
//! let duplicate = handle(&idempotency, &verified).await.unwrap_err();
//! assert_eq!(duplicate.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! # Deployment
//!
//! - Keys begin with the endpoint's name, which is the provider's name unless
//!   [`Verifier::endpoint`](crate::Verifier::endpoint) is set. If two endpoints of one provider
//!   receive the same events, give each endpoint a name of its own. If services share a Redis or
//!   PostgreSQL server, give each service a prefix or a table of its own. Otherwise an event that
//!   one of them has handled counts as a duplicate at the other.
//! - Two events may have one id if their types differ and are signed. A type in a header that is
//!   not signed, such as Shopify's topic, is not part of the key: choose an id that no two events
//!   share.
//! - Use one entry point at a time: if two of them claim the same event, the inner one finds it in
//!   progress and answers 503.
//! - Deadlines use tokio's timers, and work that outlives a request runs in a tokio task.
//! - Deliveries without a signed id are handled, and logged at `WARN` under the target
//!   `countersign::idempotency`: see [`Idempotency::id`] and
//!   [`Idempotency::same_body_is_same_event`].
//!
//! # Security
//!
//! - Give each sender a name of its own. If two verifiers with different secrets use one name and
//!   one store, each sender can send an event with an id that the other will use. The other's event
//!   then counts as a duplicate, and is lost. If the two verifiers have no secret in common and use
//!   one [`Idempotency`], the shared name is logged at `ERROR`, once, under the target
//!   `countersign::idempotency`. Verifiers with [secrets per tenant][per_tenant] already separate
//!   the tenants.
//! - A kept answer ([`Idempotency::replay_answers_up_to`]) is given only to a duplicate with the
//!   same signed bytes. Any other duplicate gets the plain answer, and is logged at `WARN`.
//!
//! Guide: [each event once][guide]
//!
//! [`tower`]: https://docs.rs/countersign/latest/countersign/tower/index.html
//! [`actix_web`]: https://docs.rs/countersign/latest/countersign/actix_web/index.html
//! [per_tenant]: https://docs.rs/countersign/latest/countersign/struct.Verifier.html#method.per_tenant
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/idempotency/index.html

mod claim_guard;
mod claim_key;
#[cfg(feature = "conformance")]
pub mod conformance;
mod detached_task;
mod endpoints;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "tower"))]
mod first_delivery;
mod forget;
mod key;
mod key_rule;
mod lease;
mod memory;
mod note;
#[cfg(any(feature = "tower", feature = "actix-web"))]
mod once;
mod settings;
#[cfg(any(feature = "tower", feature = "actix-web"))]
mod settlement;
mod shared;
mod store;

pub use claim_guard::ClaimGuard;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "tower"))]
pub use first_delivery::FirstDelivery;
pub use key::{EventKeyBuilder, IdempotencyKey, KeyBuilder};
#[cfg(feature = "inbox")]
pub(crate) use key_rule::KeyRule;
pub use lease::{Lease, Token};
pub use memory::MemoryStore;
pub use settings::Idempotency;
pub use shared::SharedStore;
pub use store::{Claim, Settled, Store};

pub use crate::surface::{InProgressStatus, KeptAnswer, StoreError};
#[cfg(any(feature = "tower", feature = "actix-web"))]
pub(crate) use once::{Call, once};

#[cfg(test)]
mod tests;
