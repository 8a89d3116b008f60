//! The way from a request to an answer.

use bytes::Bytes;
use countersign::inbox::{InboxHistory, RowId};

use crate::{
    Console, Guarded, Operator, Request, Response,
    action::Action,
    assets,
    error::Refused,
    pages::{self, View},
    random,
    record::TARGET,
    request::Method,
    response::Body,
};

impl<I: InboxHistory> Console<I, Guarded> {
    /// Answers a request. This is the console without a framework: the adapters only convert types.
    ///
    /// It must run within a runtime of tokio.
    pub async fn handle(&self, request: Request) -> Response {
        let body = request.body.clone();
        self.handle_with(request, async { Some(body) }).await
    }

    /// Answers a request whose body is read only if its sender may use the console. The body is
    /// `None` if it is too long, or if the sender broke off.
    pub(crate) async fn handle_with(
        &self,
        mut request: Request,
        body: impl Future<Output = Option<Bytes>>,
    ) -> Response {
        let Some(nonce) = random::nonce() else {
            return Response::new(503, "text/plain", "no random bytes").secured("");
        };
        request.body = Bytes::new();
        let mut response = match self.operator(&request).await {
            None => self.ask_for_login(&request, &nonce),
            Some(operator) => match body.await {
                Some(body) => {
                    request.body = body;
                    self.answer(&request, operator, &nonce).await
                }
                None => self.refuse(&request, &Refused::TooLong, Some(&operator), &nonce),
            },
        };
        if request.method == Method::Head {
            response.body = Body::Bytes(Bytes::new());
        }
        response.secured(&nonce)
    }

    fn ask_for_login(&self, request: &Request, nonce: &str) -> Response {
        match self.settings.auth.as_ref().and_then(|auth| auth.login(request)) {
            Some(url) => Response::see_other(url),
            None => self.refuse(request, &Refused::Unauthorized, None, nonce),
        }
    }

    async fn answer(&self, request: &Request, operator: Operator, nonce: &str) -> Response {
        let view = View::new(self, request, operator, nonce);
        match self.route(request, &view).await {
            Ok(response) => response,
            Err(refused) => {
                if let Refused::Engine(error) = &refused {
                    let cause = error.to_string();
                    let source = std::error::Error::source(error).map(ToString::to_string);
                    tracing::error!(target: TARGET, cause, source, "the inbox failed");
                }
                self.refuse(request, &refused, Some(&view.operator), nonce)
            }
        }
    }

    /// Returns who sends the request, if the request may be answered.
    async fn operator(&self, request: &Request) -> Option<Operator> {
        let operator = match &self.settings.auth {
            Some(auth) => auth.operator(request).await,
            None => Some(request.operator.clone().unwrap_or_else(|| Operator::new("unnamed"))),
        }?;
        Some(if self.settings.is_read_only { operator.only_looks() } else { operator })
    }

    fn refuse(
        &self,
        request: &Request,
        refused: &Refused,
        operator: Option<&Operator>,
        nonce: &str,
    ) -> Response {
        let status = refused.status();
        let page =
            pages::message::page(request, refused, operator, self.settings.has_refusals(), nonce);
        let response = Response::html(status, page);
        match (status, &self.settings.auth) {
            (401, Some(auth)) => response.with("www-authenticate", auth.challenge().to_owned()),
            (405, _) => response.with("allow", "GET, HEAD, POST".to_owned()),
            (503, _) => response.with("retry-after", "5".to_owned()),
            _ => response,
        }
    }

    async fn route(&self, request: &Request, view: &View<'_, I>) -> Result<Response, Refused> {
        let path = request.path.trim_start_matches('/').trim_end_matches('/');
        let segments: Vec<_> = path.split('/').collect();
        match (request.method, &segments[..]) {
            (Method::Get | Method::Head, segments) => match segments {
                [""] => pages::list::page(view).await,
                ["console.css"] => Ok(assets::style()),
                ["console.js"] => Ok(assets::script()),
                ["events"] => pages::live::events(view),
                ["overview"] => pages::overview::page(view).await,
                ["many"] => pages::many::preview(view).await,
                ["prune"] => pages::prune::preview(view).await,
                ["actions"] => pages::actions::page(view),
                #[cfg(feature = "refusals")]
                ["refused"] => pages::refused::list(view),
                #[cfg(feature = "refusals")]
                ["refused", number] => pages::refused::one(view, number),
                ["deliveries", id] => pages::delivery::page(view, row(id)?).await,
                ["deliveries", id, "body"] => pages::delivery::body(view, row(id)?).await,
                _ => Err(Refused::NotFound),
            },
            (Method::Post, segments) => match segments {
                ["many"] => pages::many::act(view).await,
                ["prune"] => pages::prune::act(view).await,
                ["deliveries", id, action] => {
                    let action = Action::named(action).ok_or(Refused::NotFound)?;
                    pages::delivery::act(view, row(id)?, action).await
                }
                _ => Err(Refused::NotFound),
            },
            (Method::Other, _) => Err(Refused::Method),
        }
    }
}

fn row(id: &str) -> Result<RowId, Refused> {
    id.parse().map(RowId).map_err(|_| Refused::NotFound)
}

/// No form of the console is longer, in bytes.
#[cfg(any(feature = "axum", feature = "actix-web"))]
pub(crate) const LONGEST_FORM: usize = 64 * 1024;
