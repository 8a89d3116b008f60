//! One handler for each type of event.

mod erased;
mod extract;
mod future;
mod service;

use std::{fmt, sync::Arc};

use axum::handler::Handler;
use http::Extensions;

use crate::{
    dispatch::Table,
    surface::{Verifiers, choice, proof::Finder},
};
use erased::{Erased, SharedHandler};
pub use future::EventsFuture;
pub use service::EventsService;

/// Handlers for the events of an endpoint, one for each type.
///
/// A `match` over an enum of [`events!`](crate::events) is the first choice: the compiler checks
/// it. Use `Events` for a service with many types of events, or with handlers in several modules.
///
/// Put `Events` behind the middleware that verifies: `VerifyLayer` of [`tower`]. A handler takes
/// the same arguments as any handler of axum. It can also take [`EventData`](crate::EventData), the
/// data of the event.
///
/// # Choice of the handler
///
/// The name of an event is its type, or its type and its action with a dot between them:
/// `pull_request.opened`. The provider's [`EVENT`](crate::Provider::EVENT) states where both are;
/// most providers have no action. `Events` looks for a handler in this order, and calls the first
/// one that is set:
/// 1. [`on`](Self::on) with the type and the action;
/// 2. [`on`](Self::on) with the type;
/// 3. [`on_prefix`](Self::on_prefix) with the longest prefix of the name;
/// 4. [`unhandled`](Self::unhandled).
///
/// If none of them is set, the answer is 200 without a body, so that the provider does not send the
/// event again. Each name without a handler is logged once, at `INFO`, under the target
/// [`countersign::dispatch`](crate::logs::DISPATCH).
///
/// # Rejections
///
/// In these cases no handler is called, and the answer is
/// - 400 if the signed body should hold the type, and is not UTF-8 JSON;
/// - 422 if the type is missing, repeated or not text, or if the body that should hold it is not an
///   object;
/// - 500 if `Events` is not behind the layer of these verifiers: a mistake in the application.
///
/// # Security
///
/// Some providers, such as GitHub, send the type in a header that is not signed
/// ([`Location::is_signed`](crate::event::Location::is_signed)). Anyone who has seen a delivery can
/// send it again with another type, and so choose the handler that gets the signed body. A handler
/// must therefore check that the body has the expected content. [`EventData`](crate::EventData)
/// rejects a body of another shape. Detect duplicates by an id that is signed.
///
/// # Examples
///
/// ```
/// # #[cfg(all(feature = "testing", feature = "tower"))] {
/// use axum::{Router, body::{Body, to_bytes}, extract::State, http::StatusCode};
/// use countersign::{
///     EventData, Secret, Signer, Unhandled, Verifier, axum::Events, providers::GitHub,
///     testing::SignedRequest, tower::VerifyLayer,
/// };
/// use tower::{Layer, ServiceExt};
///
/// #[derive(Clone)]
/// struct App { branch: &'static str }
///
/// #[derive(serde::Deserialize)]
/// struct Push { r#ref: String }
///
/// async fn on_push(State(app): State<App>, EventData(push): EventData<Push>) -> String {
///     format!("{}: {}", app.branch, push.r#ref.ends_with(app.branch))
/// }
///
/// async fn on_opened() -> &'static str { "opened" }
/// async fn on_release() -> &'static str { "release" }
/// async fn on_other(event: Unhandled) -> String { format!("not handled: {event}") }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let verifier = Verifier::<GitHub>::new(secret.clone())?;
/// let events = Events::new(&verifier)
///     .on("push", on_push)
///     .on("pull_request.opened", on_opened)
///     .on_prefix("release.", on_release)
///     .unhandled(on_other);
/// assert_eq!(events.event_types(), ["pull_request.opened", "push", "release.*"]);
///
/// let service = VerifyLayer::new(verifier).layer(events.with_state(App { branch: "main" }));
/// let app: Router = Router::new().route_service("/github", service);
///
/// let signer = Signer::<GitHub>::new(secret)?;
/// for (event_type, body, answer) in [
///     ("push", r#"{"ref":"refs/heads/main"}"#, "main: true"),
///     ("pull_request", r#"{"action":"opened"}"#, "opened"),
///     ("release", r#"{"action":"published"}"#, "release"),
///     ("pull_request", r#"{"action":"closed"}"#, "not handled: pull_request.closed"),
/// ] {
///     let delivery = SignedRequest::new(&signer, body)?.with_header("X-GitHub-Event", event_type);
///     let response = app.clone().oneshot(delivery.http::<Body>("/github")?).await?;
///     assert_eq!(to_bytes(response.into_body(), 100).await?, answer);
/// }
///
/// let forged = SignedRequest::new(&signer, "{}")?.with_header("X-GitHub-Event", "push").forged();
/// let response = app.oneshot(forged.http::<Body>("/github")?).await?;
/// assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// # }
/// ```
///
/// A handler can have layers of its own: `.on("push", on_push.layer(..))`, with axum's trait
/// `Handler` in scope. To handle each event once, put `IdempotencyLayer` between `VerifyLayer` and
/// `Events`.
///
/// Guide: [your own events][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/own_events/index.html
/// [`tower`]: https://docs.rs/countersign/latest/countersign/tower/index.html
#[must_use]
pub struct Events<S = ()> {
    table: Table<SharedHandler<S>>,
    finder: Finder<Extensions>,
}

impl<S: Clone + Send + Sync + 'static> Events<S> {
    /// Makes a table without handlers. `verifiers` are those of the layer around the table. One
    /// table can serve several endpoints of these providers: clone it.
    ///
    /// # Panics
    ///
    /// If the events of all these providers have no type ([`EVENT`](crate::Provider::EVENT)).
    #[track_caller]
    pub fn new<V: Verifiers>(verifiers: &V) -> Self {
        choice::assert_typed(verifiers);
        Self { table: Table::new(), finder: Finder::of::<V>() }
    }

    /// Adds the handler of a type (`push`), or of one action of a type (`pull_request.opened`).
    /// Names are case-sensitive.
    ///
    /// # Panics
    ///
    /// If the name already has a handler, is empty, or ends with `*`. For a second handler, the
    /// message names the lines that added both.
    #[track_caller]
    pub fn on<H, T>(mut self, event_type: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.table.on(event_type, Erased::share(handler));
        self
    }

    /// Adds the handler of all events whose names begin with `prefix`, such as `payment.`.
    ///
    /// # Panics
    ///
    /// If the prefix already has a handler, or is empty. For a second handler, the message names
    /// the lines that added both.
    #[track_caller]
    pub fn on_prefix<H, T>(mut self, prefix: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.table.on_prefix(prefix, Erased::share(handler));
        self
    }

    /// Sets the handler of all other events. The handler can take [`Unhandled`](crate::Unhandled),
    /// the name of the event. It should answer 2xx, because providers add types of events, and send
    /// an event again after an error.
    ///
    /// # Panics
    ///
    /// If this handler is already set. The message names the lines that added both.
    #[track_caller]
    pub fn unhandled<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.table.unhandled(Erased::share(handler));
        self
    }

    /// Returns the names that have a handler, and the prefixes that have one, each of them followed
    /// by `*`, in alphabetical order. In the provider's console, subscribe to these events only.
    /// For a name with an action, such as `pull_request.opened`, select its type, `pull_request`.
    /// For a prefix, such as `release.*`, select every type whose events have names that begin with
    /// it.
    #[must_use]
    pub fn event_types(&self) -> Vec<String> {
        self.table.event_types()
    }

    /// Returns the service that calls the handlers with this state, like `Router::with_state`. Use
    /// `()` if the handlers take no state.
    pub fn with_state(self, state: S) -> EventsService<S> {
        EventsService::new(Arc::new(self.table), self.finder, state)
    }
}

impl<S> Clone for Events<S> {
    fn clone(&self) -> Self {
        Self { table: self.table.clone(), finder: self.finder }
    }
}

impl<S> fmt::Debug for Events<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Events").field(&self.table).finish()
    }
}
