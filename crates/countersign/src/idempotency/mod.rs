//! Handles an event once, however often it is delivered.
//!
//! Providers deliver at least once: what they are not sure of having delivered, they send again,
//! for hours or days. Use it wherever handling an event twice does harm.
//!
//! A delivery that was verified is let through to its handler when **all** of these hold:
//! 1. the event has not been completed within the time that the store remembers (24 h);
//! 2. nobody else works on it, or has not for as long as a lease (60 s);
//! 3. the store could be asked, within its deadline (2 s).
//!
//! The event is named by the endpoint, the tenant if there are any, and the type and the id that
//! the provider signed: [`IdempotencyKey`]. It is claimed in one atomic step, so that of any number
//! of deliveries at once one is handled; a handler that succeeds completes it, and whatever else
//! ends the handler releases it. [`Rejection`](crate::Rejection) lists the answers to deliveries
//! that are not let through.
//!
//! # Ways in
//!
//! - Middleware, inside of the one that verifies: `IdempotencyLayer` of [`tower`](crate::tower),
//!   `IdempotencyMiddleware` of [`actix_web`](crate::actix_web). A handler's 2xx completes the
//!   event.
//! - The extractor `FirstDelivery` around another: the handler completes the event.
//! - [`Idempotency::claim`], with a proof, anywhere.
//!
//! # Stores
//!
//! | store | instances | forgets |
//! |---|---|---|
//! | [`MemoryStore`] | one process | everything when the process ends |
//! | `countersign_redis::RedisStore` | any number | what the server loses in a crash or a failover |
//! | `countersign_postgres::PostgresStore` | any number | nothing that was committed |
//! | `countersign_postgres`, `claim_in` | any number | nothing; claim and effect are one transaction |
//!
//! A store of your own implements [`Store`], and passes `conformance` (feature `conformance`).
//!
//! # What this can promise
//!
//! An event that is not completed is handled at its next delivery. If its worker died, it is
//! handled at the first delivery after the lease has run out. Until then, and while the store is
//! out of reach, a delivery of the event is answered 503 with `Retry-After`, so that its sender
//! tries again.
//!
//! An event is therefore lost only if its sender gives up first, or if no further delivery of it
//! passes verification (see below). The lease has to be longer than the slowest handler takes, and
//! shorter than the time between a sender's first try and its last: Sanity tries three times within
//! 60 s, TradingView four times within 15 s, most others for hours. Set [`Idempotency::lease`] to
//! less than that. If no lease is short enough, claim in a transaction, with `claim_in` of
//! `countersign_postgres`: it needs no lease. [`InProgressStatus`] says which senders try again
//! after which status.
//!
//! A further delivery must pass verification. A provider that signs the time once for each event
//! and repeats the same bytes (Linear does) is rejected once the time is older than the tolerance.
//! The event is then lost. Set `Verifier::tolerance` longer than its retry schedule, and remember
//! events for at least as long.
//!
//! But between what a handler does and the note that it has done so, much can happen; the next
//! delivery then does it again. With leases the effect is *at least once*, and more than once only
//! if
//! - a handler fails, panics, or is given up with its client after it had its effect: what must not
//!   be cut short goes into a task of its own, which the handler awaits;
//! - the process dies, or the store fails for as long as the lease, after the effect and before the
//!   event is completed;
//! - a handler takes longer than the lease;
//! - the store loses what it was told.
//!
//! Where even that is too much, the claim belongs into the transaction that has the effect:
//! `countersign_postgres` does it *exactly once*.
//!
//! # Work in the background
//!
//! A handler that queues the event and answers 202 completes the event, as every 2xx answer does.
//! The event is then done: duplicates are not handled, even if the work fails later.
//! The provider does not send it again by itself, either. If the work can fail, then
//! - keep the event where it survives, in a queue or a table, before the 202 is answered; or
//! - take the extractor `FirstDelivery` or [`Idempotency::claim`], keep the `ClaimGuard` with the
//!   work, and complete it at the end. The lease has to be longer than the work takes; a delivery
//!   that comes meanwhile is answered 503.
//!
//! To handle an event again after its work has failed, forget it with [`Idempotency::forget`], and
//! let the provider send it again. Until it is forgotten, what an operator sends again is answered
//! as a duplicate.
//!
//! # Examples
//!
//! Any handler that has a proof:
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
//!     let claimed = idempotency.claim(delivery, &[("", ""); 0]).await?;
//!     // .. what an error in between leaves to the next delivery ..
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
//! - Events are told apart by the endpoint's name, which is the provider's unless
//!   [`Verifier::endpoint`](crate::Verifier::endpoint) says otherwise. Two endpoints of one
//!   provider need a name each where both handle the same events; services that share a server of
//!   Redis or PostgreSQL need a prefix or a table each. Otherwise the one swallows what the other
//!   has handled.
//! - Two events may have one id where their types differ and are signed. A type in a header that is
//!   not signed, such as Shopify's topic, is not part of the key: choose an id that no two events
//!   share.
//! - Use one of the ways in at a time: where two claim the same event, the inner one is told that
//!   the outer one works on it.
//! - Deadlines are timers of tokio, and what outlives a request is a task of tokio.
//! - Deliveries without a signed id are handled, and told at `WARN` under the target
//!   `countersign::idempotency`: see [`Idempotency::id`] and
//!   [`Idempotency::same_body_is_same_event`].
//!
//! # Security
//!
//! - Give each sender a name of its own. Where two verifiers with different secrets use one name
//!   and one store, each sender can use up the ids of the other's events, which are lost. If no
//!   secret is common to the two verifiers and both use one [`Idempotency`], this is logged at
//!   `ERROR`, once, under the target `countersign::idempotency`. Verifiers with [secrets per
//!   tenant](crate::Verifier::per_tenant) keep tenants apart by themselves.
//! - A kept answer ([`Idempotency::replay_answers_up_to`]) is given only to a duplicate with the
//!   same signed bytes. Any other duplicate gets the plain answer, and is logged at `WARN`.

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
