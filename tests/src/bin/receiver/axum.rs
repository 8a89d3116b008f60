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
    HttpHeaders, Verifiers, Webhook,
    providers::{github, respan, speaknode, standard_webhooks, stripe, x_webhook_signature},
    tower::VerifyLayer,
};
use http::{StatusCode, header::CONTENT_TYPE};
use http_body_util::BodyExt;

use crate::{
    endpoint::{Endpoints, Handler, WebhookJs, describe},
    given::{Given, OfEither},
    tenants::PerTenant,
};

/// Each handler verifies what it takes.
pub(crate) fn extractor(endpoints: Endpoints) -> Router {
    Router::new()
        .route("/respan", post(extracted::<Webhook<respan::Event>>))
        .route("/webhook", post(extracted::<Webhook<x_webhook_signature::Event>>))
        .route("/webhook-js", post(extracted::<Webhook<x_webhook_signature::Event, WebhookJs>>))
        .route("/speaknode", post(extracted::<Webhook<speaknode::Event>>))
        .route("/github", post(extracted::<Webhook<github::Event>>))
        .route("/stripe", post(extracted::<Webhook<stripe::Event>>))
        .route("/standard", post(extracted::<Webhook<standard_webhooks::Event>>))
        .route("/either", post(extracted::<OfEither>))
        .route(
            "/tenants/{tenant}",
            post(extracted::<Webhook<x_webhook_signature::Event, PerTenant>>),
        )
        .with_state(endpoints)
}

async fn extracted<T: Given>(State(handler): State<Handler>, given: T) -> Response {
    answer(handler.handle(&given, given.facts().bytes))
}

/// Each handler takes what the layer around it has verified.
pub(crate) fn layer(endpoints: Endpoints) -> Router {
    let Endpoints {
        respan,
        webhook,
        webhook_js,
        speaknode,
        github,
        stripe,
        standard,
        tenants,
        handler,
    } = endpoints;
    Router::new()
        .merge(layered::<Webhook<respan::Event>>("/respan", respan))
        .merge(layered::<Webhook<x_webhook_signature::Event>>("/webhook", webhook.clone()))
        .merge(layered::<Webhook<x_webhook_signature::Event, WebhookJs>>("/webhook-js", webhook_js))
        .merge(layered::<Webhook<speaknode::Event>>("/speaknode", speaknode))
        .merge(layered::<Webhook<github::Event>>("/github", github.clone()))
        .merge(layered::<Webhook<stripe::Event>>("/stripe", stripe))
        .merge(layered::<Webhook<standard_webhooks::Event>>("/standard", standard))
        .merge(layered::<OfEither>("/either", (github, webhook)))
        .merge(layered::<Webhook<x_webhook_signature::Event, PerTenant>>(
            "/tenants/{tenant}",
            tenants,
        ))
        .with_state(handler)
}

fn layered<T: Given + 'static>(path: &str, verifiers: impl Verifiers) -> Router<Handler> {
    Router::new().route(path, post(behind::<T>)).route_layer(VerifyLayer::new(verifiers))
}

async fn behind<T: Given>(State(handler): State<Handler>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    match T::from_parts(&parts) {
        Ok(given) => match describe(&HttpHeaders(&parts.headers), given.facts().form, &bytes) {
            true => answer(handler.handle(&given, &bytes)),
            false => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Err(rejection) => rejection.into_response(),
    }
}

fn answer(handled: io::Result<String>) -> Response {
    match handled {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
