//! Webhooks of WooCommerce.
//!
//! - Header: `X-WC-Webhook-Signature: ` and 44 characters of base64.
//! - Signature: HMAC-SHA256 over the body, with the secret's text. No timestamp is signed.
//! - The topic, such as `order.created`, is in `X-WC-Webhook-Topic`, and the delivery's id in
//!   `X-WC-Webhook-Delivery-ID`. **Neither is signed**: anyone who can replay a delivery can change
//!   both.
//!
//! Source: <https://woocommerce.com/document/webhooks/>, and `deliver` and `generate_signature` in
//! `includes/class-wc-webhook.php` of WooCommerce.
//!
//! # Where the secret is
//!
//! WooCommerce, Settings, Advanced, Webhooks, the webhook, "Secret".
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{WooCommerce, woocommerce};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_woocommerce(Webhook { event, .. }: Webhook<woocommerce::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "woo_secret";
//! let verifier = Verifier::<WooCommerce>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/woocommerce", post(on_woocommerce)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<WooCommerce>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":7,"status":"processing"}"#;
//! # let genuine = SignedRequest::new(&signer, body)?
//! #     .with_header("X-WC-Webhook-Topic", "order.updated");
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/woocommerce")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/woocommerce")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the header `X-WC-Webhook-Topic`, which is not
//! signed. The data is the whole body, with all its members. A handler takes the event as
//! `Webhook<OrderEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::WooCommerce};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Order { id: u64, status: String }
//!
//! events! {
//!     pub enum OrderEvent for WooCommerce { "order.updated" => Updated(Order) }
//! }
//!
//! let body = r#"{"id":7,"status":"processing"}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("woo_secret")?;
//! # let signed = Signer::<WooCommerce>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let mut headers: Vec<_> = signed.into_iter().collect();
//! # headers.push(("X-WC-Webhook-Topic".to_owned(), "order.updated".to_owned()));
//! # let verified = Verifier::<WooCommerce>::new(secret)?.verify(&headers, body)?;
//! let event = OrderEvent::parse(&verified.delivery(&headers))?;
//! let OrderEvent::Updated(order) = event else { panic!() };
//! assert_eq!((order.id, &*order.status), (7, "processing"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - When a webhook is activated, WooCommerce first sends a ping, `webhook_id=1` as a form, and
//!   **does not sign it**. [`answer_ping`] answers it. Without this function, the ping is rejected
//!   with 401, which the settings page reports, but the webhook is still saved and active. Later
//!   deliveries are signed.
//! - More than five failures in a row disable the webhook. Nothing is sent twice: a delivery that
//!   is answered with an error is lost. Answer first, and work afterwards.
//! - The delivery's id is a hash of the webhook's id and the time in seconds: two deliveries within
//!   one second have the same id. Do not detect duplicates by this id.
//! - WooCommerce decodes HTML entities in the secret before it signs: choose a secret without `&`,
//!   `<`, `>` and quotes.
//! - A plugin can change the algorithm (`woocommerce_webhook_hash_algorithm`). Deliveries are then
//!   rejected here.

mod ping;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

pub use ping::answer_ping;

/// WooCommerce as a provider.
#[derive(Clone, Copy, Debug)]
pub struct WooCommerce;

impl Provider for WooCommerce {
    const NAME: &'static str = "woocommerce";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-WC-Webhook-Signature"]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-WC-Webhook-Delivery-ID"))
        .event_type(Location::UnsignedHeader("X-WC-Webhook-Topic"));
}

/// An event of WooCommerce: the delivery's id and the topic, both unsigned, and the whole body.
pub type Event = OpenEvent<WooCommerce>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // base64.b64encode(hmac.new(b"woo_secret", body, hashlib.sha256).digest())
        let body = r#"{"id":7,"status":"processing"}"#;
        let signature = "hvjfIHo8ix1mngaEGjECjew7gNRfG7eAaCt4u5elxcA=";
        let verifier = Verifier::<WooCommerce>::new(Secret::new("woo_secret")?)?;
        verifier.verify(&[("X-WC-Webhook-Signature", signature)], body)?;
        Ok(())
    }
}
