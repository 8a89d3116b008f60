//! Webhooks of Dropbox.
//!
//! - Header: `X-Dropbox-Signature: ` and 64 hex digits.
//! - Signature: HMAC-SHA256 over the body, with the app secret's text. No timestamp is signed.
//! - There is no id and no type. A notification lists the accounts whose files changed
//!   (`list_folder.accounts`), and not the changes.
//! - When the endpoint is registered, Dropbox sends an unsigned `GET ?challenge=…`, and expects the
//!   text back: [`answer_challenge`].
//!
//! Source: <https://www.dropbox.com/developers/reference/webhooks>.
//!
//! # Where the secret is
//!
//! App Console, the app, Settings, "App secret". The webhook's URI is entered below it.
//!
//! # A handler
//!
//! ```
//! use axum::extract::RawQuery;
//! use axum::response::{IntoResponse, Response};
//! use axum::{Router, http::StatusCode, routing::get};
//! use countersign::providers::{Dropbox, dropbox};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_dropbox(Webhook { event, .. }: Webhook<dropbox::Event>) -> StatusCode {
//!     println!("{}", event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! async fn on_challenge(RawQuery(query): RawQuery) -> Response {
//!     match query.and_then(|query| dropbox::answer_challenge(&query)) {
//!         Some(answer) => (answer.headers(), answer.into_body()).into_response(),
//!         None => StatusCode::BAD_REQUEST.into_response(),
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "app_secret";
//! let verifier = Verifier::<Dropbox>::new(Secret::new(secret)?)?;
//! let app = Router::new()
//!     .route("/dropbox", get(on_challenge).post(on_dropbox))
//!     .with_state(verifier);
//! # use axum::{body::{Body, to_bytes}, http::Request};
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Dropbox>::new(Secret::new(secret)?)?;
//! # let body = r#"{"list_folder":{"accounts":["dbid:a"]},"delta":{"users":[1]}}"#;
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/dropbox")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.clone().oneshot(genuine.forged().http::<Body>("/dropbox")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # let request = Request::get("/dropbox?challenge=abc123").body(Body::empty())?;
//! # let response = app.clone().oneshot(request).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # assert_eq!(response.headers()["content-type"], "text/plain");
//! # assert_eq!(response.headers()["x-content-type-options"], "nosniff");
//! # assert_eq!(to_bytes(response.into_body(), 99).await?, "abc123");
//! # for query in ["", "?", "?challenge=", "?challenge=%3Cscript%3E", "?challenge=a&challenge=b"] {
//! #     let request = Request::get(format!("/dropbox{query}")).body(Body::empty())?;
//! #     let response = app.clone().oneshot(request).await?;
//! #     assert_eq!(response.status(), StatusCode::BAD_REQUEST);
//! #     assert!(to_bytes(response.into_body(), 99).await?.is_empty());
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) finds no type here, and reports an error for each delivery. Implement
//! [`Event`](crate::Event) for a type that reads the whole body, with all its members. A handler
//! takes the event as `Webhook<Notification>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::providers::{Dropbox, dropbox};
//! use countersign::{Event, PayloadError, event::Delivery};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Notification { list_folder: ListFolder }
//! #[derive(serde::Deserialize)]
//! pub struct ListFolder { accounts: Vec<String> }
//!
//! impl Event for Notification {
//!     type Provider = Dropbox;
//!
//!     fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
//!         dropbox::Event::parse(delivery)?.json.parse()
//!     }
//! }
//!
//! let body = r#"{"list_folder":{"accounts":["dbid:a"]},"delta":{"users":[1]}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("app_secret")?;
//! # let headers = Signer::<Dropbox>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<Dropbox>::new(secret)?.verify(&headers, body)?;
//! let event = Notification::parse(&verified.delivery(&headers))?;
//! assert_eq!(event.list_folder.accounts, ["dbid:a"]);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Behind a layer
//!
//! The `GET` has no signature, so it must not reach the layer. Add its handler after the layer,
//! because the layer wraps only the handlers that were added before it:
//!
//! ```
//! # use axum::{Router, body::{Body, Bytes, to_bytes}, extract::RawQuery, http::Request};
//! # use axum::response::{IntoResponse, Response};
//! # use countersign::{Secret, Signer, Verifier, testing::SignedRequest};
//! # use countersign::providers::{Dropbox, dropbox};
//! # use tower::ServiceExt;
//! use axum::routing::post;
//! use countersign::tower::VerifyLayer;
//! # async fn on_challenge(RawQuery(query): RawQuery) -> Response {
//! #     match query.and_then(|query| dropbox::answer_challenge(&query)) {
//! #         Some(answer) => (answer.headers(), answer.into_body()).into_response(),
//! #         None => axum::http::StatusCode::BAD_REQUEST.into_response(),
//! #     }
//! # }
//! # async fn existing(_: Bytes) {}
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let verifier = Verifier::<Dropbox>::new(Secret::new("app_secret")?)?;
//!
//! let methods = post(existing).route_layer(VerifyLayer::new(verifier)).get(on_challenge);
//! let app: Router = Router::new().route("/dropbox", methods);
//! # let genuine = SignedRequest::new(&Signer::<Dropbox>::new(Secret::new("app_secret")?)?, "{}")?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/dropbox")?).await?;
//! # assert_eq!(response.status(), 200);
//! # let response = app.clone().oneshot(genuine.forged().http::<Body>("/dropbox")?).await?;
//! # assert_eq!(response.status(), 401);
//! # let request = Request::get("/dropbox?challenge=abc123").body(Body::empty())?;
//! # let response = app.clone().oneshot(request).await?;
//! # assert_eq!(to_bytes(response.into_body(), 99).await?, "abc123");
//! # let response = app.oneshot(Request::put("/dropbox").body(Body::empty())?).await?;
//! # assert_eq!(response.status(), 405);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - Dropbox waits ten seconds for the answer: fetch the changes after the answer.
//! - The app secret is also used for the login of users: it is not a secret for webhooks only.
//! - Dropbox Sign, formerly HelloSign, has webhooks of another kind.

use super::handshake::{self, HandshakeAnswer};
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Dropbox as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Dropbox;

impl Provider for Dropbox {
    const NAME: &'static str = "dropbox";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Dropbox-Signature"]);
    const EVENT: EventAt = EventAt::OPEN;
}

/// A notification of Dropbox: an object, without an id and without a type.
pub type Event = OpenEvent<Dropbox>;

/// Answers the `GET` that Dropbox sends when the endpoint is registered. The answer is the query's
/// `challenge`.
///
/// `query` is the part of the URL after the question mark. Returns `None` for a query without a
/// challenge, with several challenges, or with one that must not be repeated (see
/// [`HandshakeAnswer`]). Answer `None` with 400.
///
/// # Security
///
/// This request is not signed: anyone can send it, and the answer repeats its token. The answer
/// reveals nothing about the secret. Answer the request, and do nothing else in response. Set the
/// answer's header fields.
///
/// # Examples
///
/// ```
/// use countersign::providers::dropbox;
///
/// let answer = dropbox::answer_challenge("challenge=abc123").ok_or("no challenge")?;
/// assert_eq!(answer.body(), "abc123");
///
/// assert!(dropbox::answer_challenge("challenge=%3Cscript%3E").is_none());
/// # Ok::<_, &str>(())
/// ```
#[must_use]
pub fn answer_challenge(query: &str) -> Option<HandshakeAnswer> {
    let [challenge] = handshake::parameters(query, ["challenge"])?;
    handshake::token(&challenge).map(HandshakeAnswer::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"app_secret", body, hashlib.sha256).hexdigest()
        let body = r#"{"list_folder":{"accounts":["dbid:a"]},"delta":{"users":[1]}}"#;
        let signature = "a4ab24cca8ab3804b5ade16e770e7a015cc6a531a3345546aa3120c6a732ab4c";
        let verifier = Verifier::<Dropbox>::new(Secret::new("app_secret")?)?;
        verifier.verify(&[("X-Dropbox-Signature", signature)], body)?;
        Ok(())
    }
}
