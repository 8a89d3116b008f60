//! Webhooks of Square.
//!
//! - Header: `X-Square-HmacSha256-Signature`, padded base64.
//! - Signature: HMAC-SHA256 over the notification URL and then the body, with nothing between them,
//!   with the text of the signature key. The verifier needs the URL that you gave Square:
//!   [`Verifier::with_url`](crate::Verifier::with_url).
//! - No timestamp is signed: a delivery can be replayed at any time.
//! - The event's `event_id` and `type` are in the body, and are therefore signed.
//!
//! Source: <https://developer.squareup.com/docs/webhooks/step3validate>, and `WebhooksHelper` of
//! the library `square` on npm.
//!
//! # Where the secret is
//!
//! In the developer console: the application, Webhooks, Subscriptions, the endpoint's "Signature
//! Key".
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Square, square};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_square(Webhook { event, .. }: Webhook<square::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "asdf1234";
//! let url = "https://example.com/square";
//! let verifier = Verifier::<Square>::with_url(Secret::new(secret)?, url)?;
//! let app = Router::new().route("/square", post(on_square)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Square>::with_url(Secret::new(secret)?, url)?;
//! # let body = r#"{"event_id":"e_1","type":"payment.created","data":{}}"#;
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/square")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/square")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. An [`Envelope`](crate::event::Envelope) around the data also holds the event's id. To
//! read other members, parse the verified bytes as a second type. A handler takes the event as
//! `Webhook<PaymentEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::event::{Envelope, RawJson};
//! use countersign::{Event, events, providers::Square};
//!
//! events! {
//!     // In place of `RawJson`, name a struct with the members of the data that you need.
//!     pub enum PaymentEvent for Square { "payment.created" => Created(Envelope<RawJson>) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { event_id: String }
//!
//! let url = "https://example.com/square";
//! let body = r#"{"event_id":"e_1","type":"payment.created","data":{}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("asdf1234")?;
//! # let headers = Signer::<Square>::with_url(secret.clone(), url)?.sign(body.as_bytes())?;
//! # let verified = Verifier::<Square>::with_url(secret, url)?.verify(&headers, body)?;
//! let event = PaymentEvent::parse(&verified.delivery(&headers))?;
//! assert_eq!(event.id(), Some("e_1"));
//! assert!(matches!(event, PaymentEvent::Created(created) if created.data.as_str() == "{}"));
//! assert_eq!(verified.json::<Members>()?.event_id, "e_1");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - The URL is signed as text: a slash at its end, another host or `http` changes the signature.
//!   Behind a proxy, it is still the URL that you gave Square.
//! - [`Verifier::new`](crate::Verifier::new) does not compile for Square, because it takes no URL.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::Part,
};

/// Square as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Square;

impl Provider for Square {
    const NAME: &'static str = "square";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-Square-HmacSha256-Signature"])
        .signed(&[Part::Url, Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE.id(Location::Body(&["event_id"]));
}

/// An event of Square: the id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Square>;

#[cfg(test)]
mod tests {
    use super::Square;
    use crate::{Secret, Verifier, VerifyError, error::VerifyErrorKind};

    /// The example in Square's manual.
    #[test]
    fn accepts_the_delivery_that_square_documents() -> Result<(), VerifyError> {
        let headers =
            [("x-square-hmacsha256-signature", "2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=")];
        let body = r#"{"hello":"world"}"#;
        let verifier =
            |url| Verifier::<Square>::with_url(Secret::new("asdf1234").unwrap(), url).unwrap();
        verifier("https://example.com/webhook").verify(&headers, body)?;

        let other = verifier("https://example.com/webhook/").verify(&headers, body).unwrap_err();
        assert_eq!(other.kind(), VerifyErrorKind::Mismatch);
        Ok(())
    }
}
