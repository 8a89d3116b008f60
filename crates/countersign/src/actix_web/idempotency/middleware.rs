use std::{
    fmt,
    future::{Ready, ready},
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage,
    body::{EitherBody, MessageBody},
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform},
};

use super::{IdempotencyFuture, call::ActixCall};
use crate::{
    actix_web::{ActixHeaders, intake::refuse},
    idempotency::{Idempotency, once},
    surface::{Verifiers, proof::Finder},
};

/// Middleware that calls the inner service once for each event. Put it inside of a
/// [`VerifyMiddleware`] with the same verifiers.
///
/// The middleware claims the event of a delivery, and then calls the inner service. A 2xx answer
/// completes the event. Any other answer, an error, a panic or a client that hangs up releases the
/// event, so that its next delivery is handled.
///
/// For actix-web, a client that closes only its half of the connection has not hung up, and its
/// handler runs to the end, unless `HttpServer::h1_allow_half_closed(false)` is set.
///
/// # Rejections
///
/// A delivery does not reach the inner service, but is answered with
/// - 200 and `Idempotent-Replayed: true` if its event was handled before; the answer is the first
///   one if [`replay_answers_up_to`](Idempotency::replay_answers_up_to) kept it;
/// - 503 and `Retry-After` if its event is being handled for another delivery, unless
///   [`in_progress_status`](Idempotency::in_progress_status) sets another status;
/// - 503 and `Retry-After: 5` (seconds) if the store fails, or does not answer within its deadline;
/// - 500 if no middleware of these verifiers is around this one, which is a mistake in the
///   application.
///
/// # Defaults
///
/// [`Idempotency`] has all settings: by default, a claim lasts for 60 s, a completed event is
/// remembered for 24 h, and the store has to answer within 2 s.
///
/// # Examples
///
/// The middleware that is wrapped last is the outermost one:
///
/// ```
/// use actix_web::{App, HttpResponse, http::StatusCode, test, web};
/// use countersign::{
///     Secret, Signer, Verifier,
///     actix_web::{IdempotencyMiddleware, VerifyMiddleware},
///     idempotency::{Idempotency, MemoryStore},
///     providers::XWebhookSignature,
/// };
///
/// async fn handle() -> HttpResponse { HttpResponse::Accepted().finish() }
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
/// // Made outside of the factory, so that the workers share its store.
/// let idempotency = Idempotency::new(MemoryStore::new());
/// let app = App::new()
///     .wrap(IdempotencyMiddleware::new(&verifier, idempotency))
///     .wrap(VerifyMiddleware::new(verifier))
///     .route("/webhooks", web::post().to(handle));
/// let app = test::init_service(app).await;
///
/// let body = r#"{"id":"evt_1","type":"user.created","data":{}}"#;
/// let headers = Signer::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?
///     .sign(body.as_bytes())?;
/// let delivery = || {
///     let request = test::TestRequest::post().uri("/webhooks").set_payload(body);
///     headers.iter().fold(request, |request, header| request.insert_header(header)).to_request()
/// };
///
/// let first = test::call_service(&app, delivery()).await;
/// assert_eq!(first.status(), StatusCode::ACCEPTED);
///
/// let second = test::call_service(&app, delivery()).await;
/// assert_eq!(second.status(), StatusCode::OK);
/// assert_eq!(second.headers().get("Idempotent-Replayed").unwrap(), "true");
/// # Ok(())
/// # }
/// ```
///
/// [`VerifyMiddleware`]: crate::actix_web::VerifyMiddleware
///
/// Guide: [each event once][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/idempotency/index.html
#[derive(Clone)]
#[must_use]
pub struct IdempotencyMiddleware {
    idempotency: Idempotency,
    finder: Finder<Extensions>,
}

impl IdempotencyMiddleware {
    /// Handles each event once. `verifiers` are those of the middleware around this one.
    ///
    /// # Security
    ///
    /// Two verifiers with different secrets must not share a [name](crate::Verifier::endpoint):
    /// events of one sender would be treated as duplicates of the other sender's events. If both
    /// verifiers use one `Idempotency`, this mistake is logged at `ERROR`, once.
    pub fn new<V: Verifiers>(verifiers: &V, idempotency: Idempotency) -> Self {
        idempotency.introduce(verifiers);
        Self { idempotency, finder: Finder::of::<V>() }
    }
}

impl<S, B> Transform<S, ServiceRequest> for IdempotencyMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Transform = IdempotencyService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let Self { idempotency, finder } = self.clone();
        ready(Ok(IdempotencyService { inner: Rc::new(service), idempotency, finder }))
    }
}

/// Service of [`IdempotencyMiddleware`].
pub struct IdempotencyService<S> {
    // Shared with the deliveries in progress, which call it once their events are claimed.
    inner: Rc<S>,
    idempotency: Idempotency,
    finder: Finder<Extensions>,
}

impl<S, B> Service<ServiceRequest> for IdempotencyService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Future = IdempotencyFuture<B, S::Error>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let idempotency = self.idempotency.clone();
        let headers = ActixHeaders(request.headers());
        let extensions = request.extensions();
        let found = self.finder.find(&extensions);
        let claim_key = found.map(|delivery| idempotency.identify(delivery, &headers));
        drop(extensions);
        match claim_key {
            Ok(claim_key) => {
                let call = ActixCall { inner: Rc::clone(&self.inner), request };
                IdempotencyFuture::new(once(idempotency, claim_key, call))
            }
            Err(rejection) => {
                let rejection = refuse(rejection, request.request());
                IdempotencyFuture::ready(request.error_response(rejection).map_into_right_body())
            }
        }
    }
}

impl fmt::Debug for IdempotencyMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyMiddleware")
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for IdempotencyService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyService")
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}
