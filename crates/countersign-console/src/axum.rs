//! The console as a router of axum.

use std::{convert::Infallible, io, net::SocketAddr};

use axum::{
    Router,
    body::{Body as AxumBody, to_bytes},
    extract::{OriginalUri, Request as AxumRequest, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::Response as AxumResponse,
    routing::any,
};
use countersign::inbox::InboxHistory;
use futures_util::StreamExt as _;
use thiserror::Error;
use tokio::net::TcpListener;

use crate::{Body, Console, Guarded, Operator, Request, Response, handle::LONGEST_FORM};

impl<I: InboxHistory> Console<I, Guarded> {
    /// Makes a router, for `Router::nest`. A `Router::layer` or `Router::route_layer` around it
    /// guards all of its pages. The path has no slash at its end: `/webhooks-admin/` is answered 404.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::Router;
    /// use countersign_console::{Auth, Console, Operator};
    /// use countersign_sqlite::SqliteInbox;
    ///
    /// # async fn run(inbox: SqliteInbox) -> Result<Router, Box<dyn std::error::Error>> {
    /// let auth = Auth::new().basic(Operator::new("admin"), &std::env::var("CONSOLE_PASSWORD")?)?;
    /// let console = Console::new(inbox)?.auth(auth).router();
    /// let app = Router::new().nest("/webhooks-admin", console);
    /// # Ok(app)
    /// # }
    /// ```
    pub fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        // Routes and no fallback: a `route_layer` of the outer router guards only routes.
        Router::new()
            .route("/", any(answer::<I>))
            .route("/{*path}", any(answer::<I>))
            .with_state(self)
    }

    /// Serves the console alone, on a listener of its own. Without [`auth`](Console::auth), it
    /// answers only requests whose `Host` is `localhost`, `127.0.0.1` or `[::1]`, and 421 to others.
    ///
    /// # Errors
    ///
    /// Returns an error if the console has no [`auth`](Console::auth) and the address is not one of
    /// this machine only, or if the listener fails.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use countersign_console::{Console, Guarded};
    /// # async fn run(console: Console<countersign_sqlite::SqliteInbox, Guarded>)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:3001").await?;
    /// console.serve(listener).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn serve(self, listener: TcpListener) -> Result<(), ServeError> {
        let address = listener.local_addr()?;
        if self.settings.auth.is_none() && !address.ip().is_loopback() {
            return Err(ServeError::Public(address));
        }
        let is_open = self.settings.auth.is_none();
        let router = self.router::<()>();
        // Without a check, a page whose name was pointed to this machine could read the console.
        let router = if is_open { router.layer(from_fn(only_of_this_machine)) } else { router };
        axum::serve(listener, router).await?;
        Ok(())
    }
}

/// The reason why [`Console::serve`] has ended.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The console has no check of its own, and others than this machine can reach the address.
    #[error("others than this machine can reach {0}, and the console has no `auth`; use 127.0.0.1")]
    Public(SocketAddr),
    /// The listener failed.
    #[error("the listener failed")]
    Listener(#[from] io::Error),
}

/// Refuses requests that name another host than this machine.
async fn only_of_this_machine(request: AxumRequest, next: Next) -> AxumResponse {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or(request.uri().host()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'))
        .map_or(host, |(name, _)| name);
    if ["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        return next.run(request).await;
    }
    let mut response = AxumResponse::new(AxumBody::empty());
    *response.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    response
}

async fn answer<I: InboxHistory>(
    State(console): State<Console<I, Guarded>>,
    OriginalUri(original): OriginalUri,
    request: AxumRequest,
) -> AxumResponse {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let base = original.path().strip_suffix(path).unwrap_or_else(|| {
        // Nested at the path itself: the router sees `/`, and the URL has none.
        if path == "/" { original.path() } else { "" }
    });
    let mut converted = Request::new(parts.method.as_str(), &format!("{path}?{query}")).at(base);
    for (name, value) in &parts.headers {
        converted = converted.header(name.as_str(), value.as_bytes());
    }
    // HTTP/2 has the host in the URI.
    if !parts.headers.contains_key(header::HOST)
        && let Some(host) = original.authority()
    {
        converted = converted.header("host", host.as_str());
    }
    if let Some(operator) = parts.extensions.get::<Operator>() {
        converted = converted.operator(operator.clone());
    }
    let body = async { to_bytes(body, LONGEST_FORM).await.ok() };
    convert(console.handle_with(converted, body).await)
}

fn convert(response: Response) -> AxumResponse {
    let body = match response.body {
        Body::Bytes(bytes) => AxumBody::from(bytes),
        Body::Events(events) => AxumBody::from_stream(events.map(Ok::<_, Infallible>)),
    };
    let mut converted = AxumResponse::new(body);
    *converted.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            converted.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    converted
}
