//! A service as the handler of a worker.

use std::{
    future::{poll_fn, ready},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri,
    header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use tower_service::Service;

#[cfg(feature = "axum")]
use crate::surface::http::default_limit;
use crate::{
    inbox::{Attempt, End, Handle, Handled, Handling, Outcome, StoredRequest, restore},
    logs::causes::Causes,
    observe,
    surface::{Verifiers, http::BoxError, proof::Proof as _},
    tower::RequestBody,
};

/// A service, and the verifiers that restore its deliveries.
pub(super) struct ServiceHandler<V, H> {
    verifiers: V,
    // Many services are `Send` and not `Sync`. Each attempt clones the service.
    service: Mutex<H>,
    outcomes: fn(u16) -> Outcome,
}

impl<V, H> ServiceHandler<V, H> {
    pub(super) fn new(verifiers: V, service: H, outcomes: fn(u16) -> Outcome) -> Self {
        Self { verifiers, service: Mutex::new(service), outcomes }
    }
}

impl<V, H, R> Handle for ServiceHandler<V, H>
where
    V: Verifiers,
    H: Service<Request<RequestBody>, Response = Response<R>> + Clone + Send + 'static,
    H::Future: Send + 'static,
    H::Error: Into<BoxError>,
    R: Send + 'static,
{
    fn handle(&self, stored: StoredRequest, attempt: Attempt, again: bool) -> Handling {
        let proof = match restore(&self.verifiers, &stored, again) {
            Ok(proof) => proof,
            Err(handled) => return Box::pin(ready(handled)),
        };
        let mut handling = observe::Handling::begin_now(proof.delivery());
        let mut request = request(&stored);
        proof.leave(request.extensions_mut());
        request.extensions_mut().insert(attempt);
        // The signed text can be longer than the default limit of the framework.
        #[cfg(feature = "axum")]
        default_limit::raise(&mut request, stored.body().len());
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let outcomes = self.outcomes;
        Box::pin(async move {
            let called = handling.observe_whole(async {
                poll_fn(|cx| service.poll_ready(cx)).await?;
                service.call(request).await
            });
            let called = called.await.map_err(Into::into);
            let end = match &called {
                Ok(response) => end(response, outcomes),
                Err(error) => End::retry(Causes::from(&**error).to_string()),
            };
            handling.end(|| Some(end.outcome == Outcome::Done));
            Handled { end: Some(end), event_type: handling.event_type(), may_be_ended: false }
        })
    }
}

/// Makes the request that the service gets.
fn request(stored: &StoredRequest) -> Request<RequestBody> {
    let mut request = Request::new(RequestBody::new(stored.body().clone()));
    *request.method_mut() = Method::POST;
    // The path of a request can be parsed. Other code can store any text as the path.
    *request.uri_mut() = stored.path().parse().unwrap_or_else(|_| Uri::from_static("/"));
    let headers = request.headers_mut();
    for (name, value) in stored.delivery().headers() {
        put(headers, name, value, true);
    }
    for (name, value) in [
        (CONTENT_TYPE.as_str(), stored.get_content_type()),
        ("traceparent", stored.get_traceparent()),
    ] {
        if let Some(value) = value {
            put(headers, name, value.as_bytes(), false);
        }
    }
    headers.insert(CONTENT_LENGTH, stored.body().len().into());
    request
}

fn put(headers: &mut HeaderMap, name: &str, value: &[u8], is_added: bool) {
    let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value)) else {
        return;
    };
    if is_added {
        headers.append(name, value);
    } else {
        headers.insert(name, value);
    }
}

/// Returns the meaning of an answer.
fn end<R>(response: &Response<R>, outcomes: fn(u16) -> Outcome) -> End {
    let status = response.status().as_u16();
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = seconds.and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let after = after.map(|after| after.min(LONGEST_PAUSE));
    match outcomes(status) {
        Outcome::Done => End::done(),
        Outcome::Retry => End { after, ..End::retry(format!("answered {status}")) },
        Outcome::Dead => End::dead(format!("answered {status}")),
    }
}

/// The longest pause that a `Retry-After` can ask for, so that no delivery waits for ever.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);
