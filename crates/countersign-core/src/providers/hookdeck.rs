//! Hookdeck, which forwards other providers' webhooks.
//!
//! - Header: `X-Hookdeck-Signature: ` and 44 characters of base64. A prefix set in the project's
//!   settings changes the name; see [`Verifier::header`](crate::Verifier::header).
//! - Signature: HMAC-SHA256 over the body, with the secret's text. There is no timestamp. While the
//!   secret is being rolled, Hookdeck signs with the former one, too, in `X-Hookdeck-Signature-2`:
//!   either may match.
//! - What is signed is Hookdeck's word that the request came through it. The body is the other
//!   provider's, and so its id and type are where that one puts them.
//! - Hookdeck's id of the event is in `X-Hookdeck-EventID`, the same for each attempt. It is **not
//!   signed**: whoever can replay a delivery can change it.
//!
//! Source: <https://hookdeck.com/docs/authentication>, and `verifyWebhookSignature` of the package
//! `@hookdeck/sdk`.
//!
//! # Where the secret is
//!
//! In the dashboard: the project's Settings, Secrets, "Signing Secret"; one for the whole project.
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
//! Bodies that are no JSON object are taken with `VerifiedBody<Hookdeck>`.
//!
//! # Pitfalls
//!
//! - A verifier with a [`header`](crate::Verifier::header) of its own looks at that header only,
//!   and not at a second one: while the secret is being rolled, give it both secrets.
//! - `X-Hookdeck-Verified` tells whether Hookdeck verified the original provider's signature, where
//!   the source is set to. It is not signed: set the source to refuse what is not verified.
//! - The original provider's signature comes along, too. Verifying Hookdeck's does not verify it.
//!   At an endpoint of both providers, a delivery that has Hookdeck's header is Hookdeck's.
//!   If you verify the original one instead, its signed time is that of the first delivery. Later
//!   attempts of Hookdeck are then stale, unless
//!   [`Verifier::tolerance`](crate::Verifier::tolerance) is longer than Hookdeck's retry schedule.
//!
//! # While the secret is rolled
//!
//! Give the verifier the new secret at any time before the roll ends:
//!
//! ```
//! use countersign_core::{Secret, Secrets, Signer, Verifier, providers::Hookdeck};
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

/// What Hookdeck forwards: its own id, unsigned, and the whole body, an object.
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

        // While the secret is being rolled.
        let new = Signer::<Hookdeck>::new(Secret::new("new")?)?.sign(body.as_bytes())?;
        let mut headers: Vec<_> = new.into_iter().collect();
        assert!(verifier.verify(&headers, body).is_err());
        headers.push(("X-Hookdeck-Signature-2".to_owned(), signature.to_owned()));
        verifier.verify(&headers, body)?;
        Ok(())
    }
}
