//! The extractor of an event that has no handler of its own.

use std::{borrow::Cow, fmt};

use countersign_core::HeaderSource;

use super::read;
use crate::{Rejection, surface::proof::Extensions};

/// Extractor of an event's name, for the handler that `Events::unhandled` sets. It also works in
/// the other handlers of `Events`.
///
/// `Display` writes the type and the action, such as `pull_request.opened`. The sender chooses both
/// texts: write them to a log with `{:?}`, which escapes them.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 400 if the provider has the type and the action in the body, as Linear does, and the body
///   after the type is not JSON. `Events` looks for the action only if its table has a name or a
///   prefix that needs it;
/// - 500 if the handler is not a handler of `Events`, or no layer has verified the request.
///
/// # Examples
///
/// ```
/// # #[cfg(not(all(feature = "axum", feature = "testing", feature = "tower")))] fn main() {}
/// # #[cfg(all(feature = "axum", feature = "testing", feature = "tower"))]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, body::{Body, to_bytes}};
/// use countersign::{
///     Secret, Signer, Unhandled, Verifier, axum::Events, providers::GitHub,
///     testing::SignedRequest, tower::VerifyLayer,
/// };
/// use tower::{Layer, ServiceExt};
///
/// async fn ignore(event: Unhandled) -> String {
///     assert_eq!(event.event_type, "pull_request");
///     assert_eq!(event.action.as_deref(), Some("closed"));
///     format!("ignored {event}")
/// }
///
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let verifier = Verifier::<GitHub>::new(secret.clone())?;
/// let events = Events::new(&verifier).unhandled(ignore).with_state(());
/// let service = VerifyLayer::new(verifier).layer(events);
/// let app: Router = Router::new().route_service("/events", service);
///
/// let delivery = SignedRequest::new(&Signer::<GitHub>::new(secret)?, r#"{"action":"closed"}"#)?
///     .with_header("X-GitHub-Event", "pull_request");
/// let response = app.oneshot(delivery.http::<Body>("/events")?).await?;
/// assert_eq!(to_bytes(response.into_body(), 100).await?, "ignored pull_request.closed");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unhandled {
    /// The event's type.
    pub event_type: String,
    /// The event's action, if it has one.
    pub action: Option<String>,
}

impl Unhandled {
    pub(crate) fn read<X, H>(extensions: &X, headers: &H) -> Result<Self, Rejection>
    where
        X: Extensions + 'static,
        H: HeaderSource + ?Sized,
    {
        read(extensions, |verified| {
            let delivery = verified.delivery(headers);
            let name = delivery.name()?;
            let action = name.action.map(Cow::into_owned);
            Ok(Self { event_type: name.event_type.into_owned(), action })
        })
    }
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.event_type)?;
        match &self.action {
            Some(action) => write!(f, ".{action}"),
            None => Ok(()),
        }
    }
}
