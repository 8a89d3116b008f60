//! The console as a service of actix-web.

use std::convert::Infallible;

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, Scope,
    http::{StatusCode, header},
    web,
};
use countersign::inbox::InboxHistory;
use futures_util::StreamExt as _;

use crate::{Body, Console, Guarded, Operator, Request, Response};

impl<I: InboxHistory> Console<I, Guarded> {
    /// Makes a scope at this path, for `App::service`.
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
        web::scope(path)
            .app_data(console)
            .app_data(web::PayloadConfig::new(LONGEST_FORM))
            .default_service(web::to(answer::<I>))
    }
}

async fn answer<I: InboxHistory>(
    console: web::Data<Console<I, Guarded>>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let path = request.match_info().unprocessed();
    let base = request.path().strip_suffix(path).unwrap_or_default();
    let target = format!("{path}?{}", request.query_string());
    let mut converted = Request::new(request.method().as_str(), &target).at(base);
    converted.body = body;
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
    convert(console.handle(converted).await)
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

/// No form of the console is longer.
const LONGEST_FORM: usize = 64 * 1024;
