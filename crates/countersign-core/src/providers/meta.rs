//! Webhooks of Meta: Facebook, Instagram, Messenger and WhatsApp.
//!
//! - Header: `X-Hub-Signature-256: sha256=` and 64 hex digits. The verifier ignores the older
//!   `X-Hub-Signature` (SHA-1).
//! - Signature: HMAC-SHA256 over the body, with the app secret's text. No timestamp is signed.
//! - The kind of object that changed, such as `page` or `whatsapp_business_account`, is the member
//!   `object` of the body, and is therefore signed. It serves as the event's type here. There is no
//!   id: a delivery holds several changes (`entry`).
//! - When the endpoint is configured, Meta sends an unsigned
//!   `GET ?hub.mode=subscribe&hub.challenge=…` with a token that you chose, and expects the
//!   challenge back: [`answer_subscription`].
//!
//! Source: <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>, and
//! `api/webhooks` of <https://github.com/WhatsApp/WhatsApp-Nodejs-SDK>.
//!
//! # Where the secrets are
//!
//! - The secret that signs: App Dashboard, App settings, Basic, "App secret".
//! - The verify token is a random text that you choose. It is entered beside the callback's URL.
//!
//! # A handler
//!
//! ```
//! use axum::extract::{FromRef, RawQuery, State};
//! use axum::response::{IntoResponse, Response};
//! use axum::{Router, http::StatusCode, routing::get};
//! use countersign::providers::{Meta, meta};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! #[derive(Clone, FromRef)]
//! struct App {
//!     verifier: Verifier<Meta>,
//!     verify_token: Secret,
//! }
//!
//! async fn on_meta(Webhook { event, .. }: Webhook<meta::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! async fn on_subscription(State(token): State<Secret>, RawQuery(query): RawQuery) -> Response {
//!     match query.and_then(|query| meta::answer_subscription(&query, &token)) {
//!         Some(answer) => (answer.headers(), answer.into_body()).into_response(),
//!         None => StatusCode::FORBIDDEN.into_response(),
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (secret, verify_token) = ("app_secret", "meatyhamhock");
//! let app = Router::new()
//!     .route("/meta", get(on_subscription).post(on_meta))
//!     .with_state(App {
//!         verifier: Verifier::new(Secret::new(secret)?)?,
//!         verify_token: Secret::new(verify_token)?,
//!     });
//! # use axum::{body::{Body, to_bytes}, http::Request};
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Meta>::new(Secret::new(secret)?)?;
//! # let genuine = SignedRequest::new(&signer, r#"{"object":"page","entry":[]}"#)?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/meta")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.clone().oneshot(genuine.forged().http::<Body>("/meta")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
//! # let request = Request::get(format!("/meta?{query}meatyhamhock")).body(Body::empty())?;
//! # let response = app.clone().oneshot(request).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # assert_eq!(response.headers()["content-type"], "text/plain");
//! # assert_eq!(response.headers()["x-content-type-options"], "nosniff");
//! # assert_eq!(to_bytes(response.into_body(), 99).await?, "1158201444");
//! # for forged in ["", "meatyhamhoc", "meatyhamhock&hub.verify_token=meatyhamhock"] {
//! #     let request = Request::get(format!("/meta?{query}{forged}")).body(Body::empty())?;
//! #     let response = app.clone().oneshot(request).await?;
//! #     assert_eq!(response.status(), StatusCode::FORBIDDEN);
//! #     assert!(to_bytes(response.into_body(), 99).await?.is_empty());
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `object`. The data is the whole body,
//! with all its members. A handler takes the event as `Webhook<PageEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Meta};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Changes { entry: Vec<Entry> }
//! #[derive(serde::Deserialize)]
//! pub struct Entry { id: String }
//!
//! events! {
//!     pub enum PageEvent for Meta { "page" => Changed(Changes) }
//! }
//!
//! let body = r#"{"object":"page","entry":[{"id":"1"}]}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("app_secret")?;
//! # let headers = Signer::<Meta>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<Meta>::new(secret)?.verify(&headers, body)?;
//! let event = PageEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, PageEvent::Changed(changes) if changes.entry[0].id == "1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Behind a layer
//!
//! The `GET` has no signature, so it must not reach the layer. Add its handler after the layer,
//! because the layer wraps only the handlers that were added before it:
//!
//! ```
//! # use axum::{Router, body::{Body, Bytes}, extract::{RawQuery, State}};
//! # use axum::response::{IntoResponse, Response};
//! # use axum::http::{Request, StatusCode};
//! # use countersign::{Secret, Signer, Verifier, testing::SignedRequest};
//! # use countersign::providers::{Meta, meta};
//! # use tower::ServiceExt;
//! use axum::routing::post;
//! use countersign::tower::VerifyLayer;
//! # async fn on_subscription(State(token): State<Secret>, RawQuery(query): RawQuery) -> Response {
//! #     match query.and_then(|query| meta::answer_subscription(&query, &token)) {
//! #         Some(answer) => (answer.headers(), answer.into_body()).into_response(),
//! #         None => StatusCode::FORBIDDEN.into_response(),
//! #     }
//! # }
//! # async fn existing(_: Bytes) {}
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let verifier = Verifier::<Meta>::new(Secret::new("app_secret")?)?;
//! # let verify_token = Secret::new("meatyhamhock")?;
//!
//! let methods = post(existing).route_layer(VerifyLayer::new(verifier)).get(on_subscription);
//! let app: Router = Router::new().route("/meta", methods).with_state(verify_token);
//! # let genuine = SignedRequest::new(&Signer::<Meta>::new(Secret::new("app_secret")?)?, "{}")?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/meta")?).await?;
//! # assert_eq!(response.status(), 200);
//! # let response = app.clone().oneshot(genuine.forged().http::<Body>("/meta")?).await?;
//! # assert_eq!(response.status(), 401);
//! # let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock";
//! # let request = Request::get(format!("/meta?{query}")).body(Body::empty())?;
//! # assert_eq!(app.oneshot(request).await?.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - Meta signs and sends a body in which all characters except ASCII are escaped. Verify the bytes
//!   as they arrived: a body that was parsed and serialized again differs from them.
//! - Changes arrive in any order, and more than once.
//! - The verify token is sent in a URL, and logs keep URLs. Do not use the verify token as a
//!   signing secret, or the app secret as the verify token.

use super::handshake::{self, HandshakeAnswer};
use crate::{
    Provider, Scheme, Secret,
    event::{EventAt, Location, OpenEvent},
    mac,
    scheme::SecretEncoding,
};

/// Meta as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Meta;

impl Provider for Meta {
    const NAME: &'static str = "meta";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Hub-Signature-256"]).prefix("sha256=");
    const EVENT: EventAt = EventAt::OPEN.event_type(Location::Body(&["object"]));
}

/// An event of Meta: the kind of object as the type, and the whole body.
pub type Event = OpenEvent<Meta>;

/// Answers the `GET` that Meta sends when the endpoint is configured. The answer is the query's
/// `hub.challenge`, if `hub.mode` is `subscribe` and `hub.verify_token` is the token that you
/// chose.
///
/// `query` is the part of the URL after the question mark. Returns `None` for all other queries,
/// and for challenges that must not be repeated (see [`HandshakeAnswer`]). Answer `None` with 403.
///
/// # Security
///
/// The time of the token's comparison reveals neither the position of a difference nor the token's
/// length. The request is not signed: it proves only that its sender knows the token. Answer
/// it, and do nothing else in response. Set the answer's header fields.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, providers::meta};
///
/// let token = Secret::new("meatyhamhock")?;
/// let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
/// let answer = meta::answer_subscription(&format!("{query}meatyhamhock"), &token);
/// assert_eq!(answer.map(|answer| answer.into_body()).as_deref(), Some("1158201444"));
///
/// assert!(meta::answer_subscription(&format!("{query}guess"), &token).is_none());
/// # Ok::<_, countersign::ConfigError>(())
/// ```
#[must_use]
pub fn answer_subscription(query: &str, verify_token: &Secret) -> Option<HandshakeAnswer> {
    let [mode, token, challenge] =
        handshake::parameters(query, ["hub.mode", "hub.verify_token", "hub.challenge"])?;
    let expected = verify_token.key(SecretEncoding::Text).ok()?;
    if mode != "subscribe" || !mac::is_same_text(token.as_bytes(), &expected) {
        return None;
    }
    handshake::token(&challenge).map(HandshakeAnswer::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConfigError, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"app_secret", body, hashlib.sha256).hexdigest(), escaped as Meta does.
        let body = r#"{"object":"page","entry":[{"id":"1","text":"\u00e4\u00f6\u00e5"}]}"#;
        let signature = "sha256=74d6cc8e3bea69b5d45cadee581c5f0abd892f57f6d0ddadc9e8a7b496b3eac3";
        let verifier = Verifier::<Meta>::new(Secret::new("app_secret")?)?;
        verifier.verify(&[("X-Hub-Signature-256", signature)], body)?;
        Ok(())
    }

    #[test]
    fn answers_only_the_right_token() -> Result<(), ConfigError> {
        let token = Secret::new("it's & <mine>")?;
        let answer = |mode: &str, token_text: &str, challenge: &str| {
            let query =
                format!("hub.mode={mode}&hub.challenge={challenge}&hub.verify_token={token_text}");
            answer_subscription(&query, &token).map(HandshakeAnswer::into_body)
        };
        let encoded = "it%27s+%26+%3Cmine%3E";
        assert_eq!(answer("subscribe", encoded, "1").as_deref(), Some("1"));
        assert_eq!(answer("unsubscribe", encoded, "1"), None);
        assert_eq!(answer("subscribe", "it%27s", "1"), None);
        assert_eq!(answer("subscribe", &format!("{encoded}x"), "1"), None);
        assert_eq!(answer("subscribe", encoded, ""), None);
        assert_eq!(answer("subscribe", encoded, "%3Cscript%3E"), None);
        Ok(())
    }
}
