//! The console as a service of actix-web.

use std::convert::Infallible;

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, Scope,
    http::{StatusCode, header},
    web,
};
use countersign::inbox::InboxHistory;
use futures_util::StreamExt as _;

use crate::{Body, Console, Guarded, Operator, Request, Response, handle::LONGEST_FORM};

impl<I: InboxHistory> Console<I, Guarded> {
    /// Makes a scope at this path, for `App::service`.
    ///
    /// Make the console outside of the closure of `HttpServer::new`, which runs once for each worker:
    /// then all workers have the same tokens and the same record of actions.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::App;
    /// use countersign_console::{Auth, Console, Operator};
    /// use countersign_sqlite::SqliteInbox;
    ///
    /// # fn run(inbox: SqliteInbox) -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = Auth::new().basic(Operator::new("admin"), &std::env::var("CONSOLE_PASSWORD")?)?;
    /// let console = Console::new(inbox)?.auth(auth);
    /// let app = App::new().service(console.scope("/webhooks-admin"));
    /// # let _ = app;
    /// # Ok(())
    /// # }
    /// ```
    pub fn scope(&self, path: &str) -> Scope {
        let console = web::Data::new(self.clone());
        web::scope(path).app_data(console).default_service(web::to(answer::<I>))
    }
}

async fn answer<I: InboxHistory>(
    console: web::Data<Console<I, Guarded>>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let raw = request.uri().path();
    // The rest of the path has escapes decoded. The console has no page whose path has an escape.
    let path = request.match_info().unprocessed();
    let (base, path) = raw.strip_suffix(path).map_or(("", raw), |base| (base, path));
    let target = format!("{path}?{}", request.query_string());
    let mut converted = Request::new(request.method().as_str(), &target).at(base);
    for (name, value) in request.headers() {
        converted = converted.header(name.as_str(), value.as_bytes());
    }
    if !request.headers().contains_key(header::HOST)
        && let Some(host) = request.uri().authority()
    {
        converted = converted.header("host", host.as_str());
    }
    let operator = request.extensions().get::<Operator>().cloned();
    if let Some(operator) = operator {
        converted = converted.operator(operator);
    }
    let body = async { body.to_bytes_limited(LONGEST_FORM).await.ok()?.ok() };
    convert(console.handle_with(converted, body).await)
}

fn convert(response: Response) -> HttpResponse {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut converted = HttpResponse::build(status);
    for header in response.headers {
        converted.append_header(header);
    }
    match response.body {
        Body::Bytes(bytes) => converted.body(bytes),
        Body::Events(events) => converted.streaming(events.map(Ok::<_, Infallible>)),
    }
}
