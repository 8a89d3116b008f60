//! The endpoints on hyper and tower, without a framework.

use std::convert::Infallible;

use bytes::Bytes;
use countersign::{
    Provider, Verified, Verifier,
    inbox::Inbox,
    providers::slack,
    tower::{InboxLayer, RequestBody, VerifyLayer},
};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use tower::{Layer, ServiceExt, service_fn};

use super::{Kept, engine::Engine};
use crate::tower::{Body, boxed, empty};

/// Keeps a delivery to one of the endpoints.
pub(crate) async fn keep(
    kept: Option<Kept>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let Some(Kept { inbox, webhook, slack, .. }) = kept else {
        return Ok(empty(StatusCode::NOT_FOUND).map(boxed));
    };
    match request.uri().path() {
        "/inbox" => layered(webhook, &inbox, request).await,
        _ => layered(slack, &inbox, request).await,
    }
}

async fn layered<P: Provider>(
    verifier: Verifier<P>,
    inbox: &Inbox<Engine>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let inner = service_fn(|request: Request<RequestBody>| async move {
        let verified = request.extensions().get::<Verified<P>>();
        Ok(verified.map_or_else(|| empty(StatusCode::INTERNAL_SERVER_ERROR), at_once))
    });
    let keeps = InboxLayer::new(&verifier, inbox).layer(inner);
    let service = VerifyLayer::new(verifier).layer(keeps);
    service.oneshot(request).await.map(|response| response.map(boxed))
}

/// Answers a handshake.
fn at_once<P: Provider>(verified: &Verified<P>) -> Response<Full<Bytes>> {
    let Some(answer) = slack::answer_challenge(verified) else {
        return empty(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let headers = answer.headers();
    let mut response = Response::new(Full::from(answer.into_body()));
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
