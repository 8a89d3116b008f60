//! Webhooks of Hookdeck, which forwards the webhooks of other providers.
//!
//! - Header: `X-Hookdeck-Signature: ` and 44 characters of base64. If the project's settings
//!   have another prefix, the name is different; see [`Verifier::header`](crate::Verifier::header).
//! - Signature: HMAC-SHA256 over the body, with the secret's text. No timestamp is signed. While
//!   the secret is being rolled, Hookdeck also signs with the former one, in
//!   `X-Hookdeck-Signature-2`: either may match.
//! - The signature proves that the request came through Hookdeck. The body is that of the original
//!   provider, and has the id and the type in that provider's places.
//! - Hookdeck's id of the event is in `X-Hookdeck-EventID`, the same for each attempt. It is **not
//!   signed**: anyone who can replay a delivery can change it.
//!
//! Source: <https://hookdeck.com/docs/authentication>, and `verifyWebhookSignature` of the package
//! `@hookdeck/sdk`.
//!
//! # Where the secret is
//!
//! In the dashboard: the project's Settings, Secrets, "Signing Secret". The whole project has one
//! secret.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Hookdeck, hookdeck};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_hookdeck(Webhook { event, .. }: Webhook<hookdeck::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.id, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "hookdeck_secret";
//! let verifier = Verifier::<Hookdeck>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/hookdeck", post(on_hookdeck)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Hookdeck>::new(Secret::new(secret)?)?;
//! # let body = r#"{"order":7}"#;
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/hookdeck")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/hookdeck")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! To accept bodies that are not JSON objects, take `VerifiedBody<Hookdeck>`.
//!
//! # Typed events
//!
//! [`events!`](crate::events) finds no type here, and reports an error for each delivery, because
//! the type is where the original provider puts it, and `Hookdeck::EVENT` does not state that
//! place. Make a provider with Hookdeck's scheme and the original provider's places. A handler
//! takes the event as `Webhook<InvoiceEvent>`. See [Typed events](super#typed-events), which also
//! explains the members around the data.
//!
//! ```
//! use countersign::providers::{Hookdeck, Stripe};
//! use countersign::{Event, Provider, Scheme, event::EventAt, events, scheme::ForeignHeaders};
//!
//! pub struct StripeOverHookdeck;
//! impl Provider for StripeOverHookdeck {
//!     const NAME: &'static str = "stripe-over-hookdeck";
//!     const SCHEME: Scheme = Hookdeck::SCHEME;
//!     const EVENT: EventAt = Stripe::EVENT;
//!     const FOREIGN_HEADERS: ForeignHeaders = Hookdeck::FOREIGN_HEADERS;
//! }
//!
//! #[derive(serde::Deserialize)]
//! pub struct Data { object: Invoice }
//! #[derive(serde::Deserialize)]
//! pub struct Invoice { id: String }
//!
//! events! {
//!     pub enum InvoiceEvent for StripeOverHookdeck { "invoice.paid" => Paid(Data) }
//! }
//!
//! let body = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1"}}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("hookdeck_secret")?;
//! # let headers = Signer::<StripeOverHookdeck>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<StripeOverHookdeck>::new(secret)?.verify(&headers, body)?;
//! let event = InvoiceEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, InvoiceEvent::Paid(data) if data.object.id == "in_1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # While the secret is rolled
//!
//! Give the verifier the new secret at any time before the roll ends:
//!
//! ```
//! use countersign::{Secret, Secrets, Signer, Verifier, providers::Hookdeck};
//!
//! let (former, new) = (Secret::new("former secret")?, Secret::new("new secret")?);
//! # let sign = |secret: &Secret| -> Result<String, Box<dyn std::error::Error>> {
//! #     let headers = Signer::<Hookdeck>::new(secret.clone())?.sign(b"{}")?;
//! #     Ok(headers.iter().map(|(_, value)| value.to_owned()).collect())
//! # };
//! # let (by_former, by_new) = (sign(&former)?, sign(&new)?);
//! let before = [("X-Hookdeck-Signature", &by_former)];
//! let rolled = [("X-Hookdeck-Signature", &by_new), ("X-Hookdeck-Signature-2", &by_former)];
//! let after = [("X-Hookdeck-Signature", &by_new)];
//!
//! let verifier = Verifier::<Hookdeck>::new(former.clone())?;
//! assert!(verifier.verify(&before, b"{}").is_ok());
//! assert!(verifier.verify(&rolled, b"{}").is_ok());
//!
//! verifier.replace_secrets(Secrets::new(new))?;
//! assert!(verifier.verify(&rolled, b"{}").is_ok());
//! assert!(verifier.verify(&after, b"{}").is_ok());
//! # assert!(verifier.verify(&rolled, b"[]").is_err());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - A verifier with its own [`header`](crate::Verifier::header) reads only that header, and not
//!   the second one, which has the former secret's signature. While the secret is being rolled,
//!   give the verifier both secrets.
//! - `X-Hookdeck-Verified` states whether Hookdeck verified the original provider's signature, if
//!   the source is set to verify it. This header is not signed: set the source to reject deliveries
//!   that are not verified.
//! - Hookdeck passes on the original provider's signature, but Hookdeck's signature does not prove
//!   that the original one is valid. If both providers deliver to one endpoint, a delivery that has
//!   Hookdeck's header counts as Hookdeck's. If you verify the original signature instead, its
//!   signed time is that of the first delivery. Later attempts of Hookdeck are then stale, unless
//!   [`Verifier::tolerance`](crate::Verifier::tolerance) is longer than Hookdeck's retry schedule.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::ForeignHeaders,
};

/// Hookdeck as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Hookdeck;

impl Provider for Hookdeck {
    const NAME: &'static str = "hookdeck";
    const SCHEME: Scheme =
        Scheme::hmac_sha256_base64(&["X-Hookdeck-Signature", "X-Hookdeck-Signature-2"]).numbered();
    const EVENT: EventAt = EventAt::OPEN.id(Location::UnsignedHeader("X-Hookdeck-EventID"));
    const FOREIGN_HEADERS: ForeignHeaders = ForeignHeaders::PassedOn;
}

/// An event that Hookdeck forwards: Hookdeck's unsigned id, and the whole body, an object.
pub type Event = OpenEvent<Hookdeck>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Signer, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // base64.b64encode(hmac.new(b"hookdeck_secret", body, hashlib.sha256).digest())
        let body = r#"{"order":7}"#;
        let signature = "hic91n/JNL4R2r4cuonYlajCd/bhPYarnHE0wqhCbQs=";
        let verifier = Verifier::<Hookdeck>::new(Secret::new("hookdeck_secret")?)?;
        verifier.verify(&[("X-Hookdeck-Signature", signature)], body)?;

        // While the secret is being rolled, a delivery has both signatures.
        let new = Signer::<Hookdeck>::new(Secret::new("new")?)?.sign(body.as_bytes())?;
        let mut headers: Vec<_> = new.into_iter().collect();
        assert!(verifier.verify(&headers, body).is_err());
        headers.push(("X-Hookdeck-Signature-2".to_owned(), signature.to_owned()));
        verifier.verify(&headers, body)?;
        Ok(())
    }
}
