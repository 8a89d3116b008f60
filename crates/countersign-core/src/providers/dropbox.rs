//! Dropbox.
//!
//! - Header: `X-Dropbox-Signature: ` and 64 hex digits.
//! - Signature: HMAC-SHA256 over the body, with the app secret's text. There is no timestamp.
//! - No id and no type: a notification says whose files changed (`list_folder.accounts`), and not
//!   what changed.
//! - When the endpoint is registered, Dropbox sends `GET ?challenge=…`, unsigned, and wants the
//!   text back: [`answer_challenge`].
//!
//! Source: <https://www.dropbox.com/developers/reference/webhooks>.
//!
//! # Where the secret is
//!
//! App Console, the app, Settings, "App secret"; the webhook's URI is entered below.
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
//! # Behind a layer
//!
//! The `GET` has no signature, so it must not reach the layer. Add its handler after the layer,
//! which wraps only the handlers that exist by then:
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
//! - Dropbox waits ten seconds: fetch what changed after the answer.
//! - The secret is the app's, which signs in users, too: it is no secret for webhooks alone.
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

/// What Dropbox tells: an object, neither with an id nor with a type.
pub type Event = OpenEvent<Dropbox>;

/// Answers the `GET` that Dropbox sends when the endpoint is registered: with the query's
/// `challenge`.
///
/// `query` is what follows the question mark. `None`, to be answered with 400, is for queries that
/// have no challenge, several, or one that is not repeated (see [`HandshakeAnswer`]).
///
/// # Security
///
/// This request is not signed: anybody can have a token repeated. It tells nothing of the secret,
/// and it is no reason to do anything but answer. Set the answer's header fields.
///
/// # Examples
///
/// ```
/// use countersign_core::providers::dropbox;
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
