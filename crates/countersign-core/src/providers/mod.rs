//! The providers that this crate supports: one module for each, with its scheme, its events and its
//! pitfalls.
//!
//! # Typed events
//!
//! Each module has a type `Event` for all events of its provider. To read events as Rust types of
//! your own, write an enum with [`events!`](crate::events). A handler takes it as
//! `Webhook<InvoiceEvent>`:
//!
//! ```
//! use axum::{Router, routing::post};
//! use countersign::{Secret, Verifier, Webhook, events, providers::Stripe};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Data { object: Invoice }
//! #[derive(serde::Deserialize)]
//! pub struct Invoice { id: String }
//!
//! events! {
//!     pub enum InvoiceEvent for Stripe {
//!         "invoice.paid" => Paid(Data),
//!         "invoice.voided" => Voided(Data),
//!     }
//! }
//!
//! // The members beside `data` that this handler needs.
//! #[derive(serde::Deserialize)]
//! struct Members { livemode: bool }
//!
//! async fn on_stripe(Webhook { event, verified, .. }: Webhook<InvoiceEvent>) -> String {
//!     let live = verified.json::<Members>().is_ok_and(|members| members.livemode);
//!     match event {
//!         InvoiceEvent::Paid(data) => format!("{} is paid, live: {live}", data.object.id),
//!         InvoiceEvent::Voided(data) => format!("{} is voided", data.object.id),
//!         // Accept all other types: providers add types.
//!         InvoiceEvent::Unknown(unknown) => format!("ignored {}", unknown.event_type),
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! let verifier = Verifier::<Stripe>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/stripe", post(on_stripe)).with_state(verifier);
//! # use axum::{body::{Body, to_bytes}, http::StatusCode};
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Stripe>::new(Secret::new(secret)?)?;
//! # let now = std::time::SystemTime::now();
//! # let body = r#"{"id":"evt_1","type":"invoice.paid","livemode":true,
//! #     "data":{"object":{"id":"in_1"}}}"#;
//! # let genuine = SignedRequest::new(signer.at(now), body)?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/stripe")?).await?;
//! # assert_eq!(to_bytes(response.into_body(), 100).await?, "in_1 is paid, live: true");
//! # let response = app.clone().oneshot(genuine.forged().http::<Body>("/stripe")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # let body = r#"{"id":"evt_2","type":"invoice.sent"}"#;
//! # let other = SignedRequest::new(signer.at(now), body)?;
//! # let response = app.oneshot(other.http::<Body>("/stripe")?).await?;
//! # assert_eq!(to_bytes(response.into_body(), 100).await?, "ignored invoice.sent");
//! # Ok(())
//! # }
//! ```
//!
//! The page of each provider names the places where `events!` reads the type and the data. The
//! other fields of a delivery are available in three ways:
//!
//! 1. [`verified.json()`](crate::adapter::VerifiedDelivery::json) parses the verified bytes
//!    into a second struct. It needs only the members that you use, and it can borrow from the
//!    bytes.
//!    `json()` fails if the signed body is a URL-encoded form, which [GitHub](github) sends by
//!    default.
//! 2. An [`Envelope`](crate::event::Envelope) around the data (`Paid(Envelope<Data>)`) holds the
//!    event's id, and the members `created_at` and `previous_data` if the body has them.
//! 3. `Webhook::id` and `Webhook::event_type` return the id and the type, also from headers.
//!
//! [Dropbox](dropbox), [Hookdeck](hookdeck), [Replicate](replicate) and [Respan](respan) have no
//! place for the type, so an enum of `events!` rejects their deliveries with
//! [`MissingType`](crate::error::PayloadErrorKind::MissingType). Their pages show another way to a
//! type of your own.
//!
#![doc = include_str!("table.md")]

pub mod clerk;
pub mod dropbox;
pub mod elevenlabs;
pub mod gitea;
pub mod github;
pub mod gogs;
mod handshake;
pub mod hookdeck;
pub(crate) mod known;
pub mod linear;
pub mod meta;
pub mod openai;
pub mod paddle;
pub mod pagerduty;
pub mod replicate;
pub mod resend;
pub mod respan;
pub mod sentry;
pub mod shopify;
pub mod slack;
pub mod speaknode;
pub mod square;
pub mod standard_webhooks;
#[cfg(feature = "ed25519")]
pub mod standard_webhooks_ed25519;
pub mod stripe;
pub mod vercel;
pub mod webflow;
pub mod woocommerce;
pub mod x_webhook_signature;
pub mod zoom;

pub use clerk::Clerk;
pub use dropbox::Dropbox;
pub use elevenlabs::ElevenLabs;
pub use gitea::Gitea;
pub use github::GitHub;
pub use gogs::Gogs;
pub use handshake::HandshakeAnswer;
pub use hookdeck::Hookdeck;
#[doc(hidden)]
pub use known::__signature_headers_in;
pub use linear::Linear;
pub use meta::Meta;
pub use openai::OpenAI;
pub use paddle::Paddle;
pub use pagerduty::PagerDuty;
pub use replicate::Replicate;
pub use resend::Resend;
pub use respan::Respan;
pub use sentry::Sentry;
pub use shopify::Shopify;
pub use slack::Slack;
pub use speaknode::SpeakNode;
pub use square::Square;
pub use standard_webhooks::StandardWebhooks;
#[cfg(feature = "ed25519")]
pub use standard_webhooks_ed25519::StandardWebhooksEd25519;
pub use stripe::Stripe;
pub use vercel::Vercel;
pub use webflow::Webflow;
pub use woocommerce::WooCommerce;
pub use x_webhook_signature::XWebhookSignature;
pub use zoom::Zoom;

pub use crate::any::{AnyProvider, AnySigning, AnyVerifier};
pub use crate::provider::EndpointOf;
