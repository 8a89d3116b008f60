//! One handler for each type of event.

mod erased;
mod extract;

use std::{fmt, rc::Rc};

use actix_web::{
    Error, FromRequest, Handler, HttpMessage, HttpRequest, HttpResponse, Responder,
    dev::Extensions, web::Payload,
};

use crate::{
    actix_web::{ActixHeaders, intake::refuse},
    dispatch::{Table, choose},
    surface::{Verifiers, choice, proof::Finder},
};
use erased::{Erased, ResponseFuture, SharedHandler};

/// Handlers for the events of an endpoint, one for each type.
///
/// A `match` over an enum of [`events!`](crate::events) is the first choice: the compiler checks
/// it. Use `Events` for a service with many types of events, or with handlers in several modules.
///
/// Put `Events` behind the middleware that verifies: [`VerifyMiddleware`](super::VerifyMiddleware).
/// A handler takes the same arguments as any handler of actix-web. It can also take
/// [`EventData`](crate::EventData), the data of the event.
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
/// - 500 if `Events` is not behind the middleware of these verifiers: a mistake in the application.
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
/// # #[cfg(feature = "testing")] {
/// use actix_web::{App, http::StatusCode, test, web};
/// use countersign::{
///     EventData, Secret, Signer, Unhandled, Verifier,
///     actix_web::{Events, VerifyMiddleware}, providers::GitHub, testing::SignedRequest,
/// };
///
/// #[derive(serde::Deserialize)]
/// struct Push { r#ref: String }
///
/// async fn on_push(
///     branch: web::Data<&'static str>,
///     EventData(push): EventData<Push>,
/// ) -> String {
///     format!("{}: {}", **branch, push.r#ref.ends_with(**branch))
/// }
///
/// async fn on_opened() -> &'static str { "opened" }
/// async fn on_release() -> &'static str { "release" }
/// async fn on_other(event: Unhandled) -> String { format!("not handled: {event}") }
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let verifier = Verifier::<GitHub>::new(secret.clone())?;
/// // In your program, make `events` inside of the closure that `HttpServer::new` takes.
/// let events = Events::new(&verifier)
///     .on("push", on_push)
///     .on("pull_request.opened", on_opened)
///     .on_prefix("release.", on_release)
///     .unhandled(on_other);
/// assert_eq!(events.event_types(), ["pull_request.opened", "push", "release.*"]);
///
/// let app = App::new()
///     .app_data(web::Data::new("main"))
///     .wrap(VerifyMiddleware::new(verifier))
///     .route("/github", web::post().to(events));
/// let app = test::init_service(app).await;
///
/// let signer = Signer::<GitHub>::new(secret)?;
/// for (event_type, body, answer) in [
///     ("push", r#"{"ref":"refs/heads/main"}"#, "main: true"),
///     ("pull_request", r#"{"action":"opened"}"#, "opened"),
///     ("release", r#"{"action":"published"}"#, "release"),
///     ("pull_request", r#"{"action":"closed"}"#, "not handled: pull_request.closed"),
/// ] {
///     let delivery = SignedRequest::new(&signer, body)?.with_header("X-GitHub-Event", event_type);
///     let request = delivery.actix("/github").to_request();
///     assert_eq!(test::call_and_read_body(&app, request).await, answer);
/// }
///
/// let forged = SignedRequest::new(&signer, "{}")?.with_header("X-GitHub-Event", "push").forged();
/// let response = test::call_service(&app, forged.actix("/github").to_request()).await;
/// assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// # }
/// ```
///
/// Each worker makes its own table, because handlers of actix-web need not be `Send`. To handle
/// each event once, put `IdempotencyMiddleware` between `VerifyMiddleware` and `Events`.
///
/// Guide: [your own events][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/own_events/index.html
#[derive(Clone)]
#[must_use]
pub struct Events {
    // Shared with the deliveries in progress.
    table: Rc<Table<SharedHandler>>,
    finder: Finder<Extensions>,
}

impl Events {
    /// Makes a table without handlers. `verifiers` are those of the middleware around the table.
    /// One table can serve several endpoints of these providers: clone it.
    ///
    /// # Panics
    ///
    /// If the events of all these providers have no type ([`EVENT`](crate::Provider::EVENT)).
    #[track_caller]
    pub fn new<V: Verifiers>(verifiers: &V) -> Self {
        choice::assert_typed(verifiers);
        Self { table: Rc::new(Table::new()), finder: Finder::of::<V>() }
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
        H: Handler<T, Output: Responder + 'static>,
        T: FromRequest + 'static,
    {
        Rc::make_mut(&mut self.table).on(event_type, Erased::share(handler));
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
        H: Handler<T, Output: Responder + 'static>,
        T: FromRequest + 'static,
    {
        Rc::make_mut(&mut self.table).on_prefix(prefix, Erased::share(handler));
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
        H: Handler<T, Output: Responder + 'static>,
        T: FromRequest + 'static,
    {
        Rc::make_mut(&mut self.table).unhandled(Erased::share(handler));
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
}

impl Handler<(HttpRequest, Payload)> for Events {
    type Output = Result<HttpResponse, Error>;
    type Future = ResponseFuture;

    fn call(&self, (request, payload): (HttpRequest, Payload)) -> ResponseFuture {
        let headers = ActixHeaders(request.headers());
        let chosen = choose(&self.table, self.finder, &mut request.extensions_mut(), &headers);
        match chosen {
            Ok(Some(handler)) => handler.call(request, payload.into_inner()),
            Ok(None) => Box::pin(async { Ok(HttpResponse::Ok().finish()) }),
            Err(rejection) => {
                let rejection = refuse(rejection, &request);
                Box::pin(async { Err(rejection.into()) })
            }
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Events").field(&self.table).finish()
    }
}
