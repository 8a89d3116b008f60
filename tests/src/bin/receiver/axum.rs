//! The two surfaces of axum.

use std::io;

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use countersign::{
    Provider, Verifier, Webhook,
    providers::{github, respan, speaknode, x_webhook_signature},
    tower::VerifyLayer,
};
use http::{StatusCode, header::CONTENT_TYPE};
use http_body_util::BodyExt;

use crate::endpoint::{Endpoints, Handler, Told};

/// Each handler verifies what it takes.
pub(crate) fn extractor(endpoints: Endpoints) -> Router {
    Router::new()
        .route("/respan", post(extracted::<respan::Event, _>))
        .route("/webhook", post(extracted::<x_webhook_signature::Event, _>))
        .route("/speaknode", post(extracted::<speaknode::Event, _>))
        .route("/github", post(extracted::<github::Event, _>))
        .with_state(endpoints)
}

async fn extracted<E: Told<Provider = P>, P: Provider>(
    State(handler): State<Handler>,
    webhook: Webhook<E>,
) -> Response {
    answer(handler.handle(&webhook, webhook.verified.bytes()))
}

/// Each handler takes what the layer around it has verified.
pub(crate) fn layer(endpoints: Endpoints) -> Router {
    let Endpoints { respan, webhook, speaknode, github, handler } = endpoints;
    Router::new()
        .merge(layered::<respan::Event, _>("/respan", respan))
        .merge(layered::<x_webhook_signature::Event, _>("/webhook", webhook))
        .merge(layered::<speaknode::Event, _>("/speaknode", speaknode))
        .merge(layered::<github::Event, _>("/github", github))
        .with_state(handler)
}

fn layered<E: Told<Provider = P>, P: Provider>(
    path: &str,
    verifier: Verifier<P>,
) -> Router<Handler> {
    Router::new().route(path, post(behind::<E, P>)).route_layer(VerifyLayer::new(verifier))
}

async fn behind<E: Told<Provider = P>, P: Provider>(
    State(handler): State<Handler>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    match Webhook::<E>::from_parts(&parts) {
        Ok(webhook) => answer(handler.handle(&webhook, &bytes)),
        Err(rejection) => rejection.into_response(),
    }
}

fn answer(handled: io::Result<String>) -> Response {
    match handled {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
