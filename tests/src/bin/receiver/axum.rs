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
    HttpHeaders, Provider, Verifier, Webhook,
    providers::{GitHub, Respan, SpeakNode, XWebhookSignature},
    providers::{github, respan, speaknode, x_webhook_signature},
    tower::VerifyLayer,
};
use http::{StatusCode, header::CONTENT_TYPE};
use http_body_util::BodyExt;

use crate::endpoint::{Endpoints, Handler, Told, WebhookJs, describe};

/// Each handler verifies what it takes.
pub(crate) fn extractor(endpoints: Endpoints) -> Router {
    Router::new()
        .route("/respan", post(extracted::<respan::Event, Respan>))
        .route("/webhook", post(extracted::<x_webhook_signature::Event, XWebhookSignature>))
        .route("/webhook-js", post(extracted::<x_webhook_signature::Event, WebhookJs>))
        .route("/speaknode", post(extracted::<speaknode::Event, SpeakNode>))
        .route("/github", post(extracted::<github::Event, GitHub>))
        .with_state(endpoints)
}

async fn extracted<E: Told, P: Provider>(
    State(handler): State<Handler>,
    webhook: Webhook<E, P>,
) -> Response {
    answer(handler.handle(&webhook, webhook.verified.bytes()))
}

/// Each handler takes what the layer around it has verified.
pub(crate) fn layer(endpoints: Endpoints) -> Router {
    let Endpoints { respan, webhook, webhook_js, speaknode, github, handler } = endpoints;
    Router::new()
        .merge(layered::<respan::Event, _>("/respan", respan))
        .merge(layered::<x_webhook_signature::Event, _>("/webhook", webhook))
        .merge(layered::<x_webhook_signature::Event, _>("/webhook-js", webhook_js))
        .merge(layered::<speaknode::Event, _>("/speaknode", speaknode))
        .merge(layered::<github::Event, _>("/github", github))
        .with_state(handler)
}

fn layered<E: Told, P: Provider>(path: &str, verifier: Verifier<P>) -> Router<Handler> {
    Router::new().route(path, post(behind::<E, P>)).route_layer(VerifyLayer::new(verifier))
}

async fn behind<E: Told, P: Provider>(
    State(handler): State<Handler>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    match Webhook::<E, P>::from_parts(&parts) {
        Ok(webhook) => {
            match describe(&HttpHeaders(&parts.headers), webhook.verified.form(), &bytes) {
                true => answer(handler.handle(&webhook, &bytes)),
                false => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
        Err(rejection) => rejection.into_response(),
    }
}

fn answer(handled: io::Result<String>) -> Response {
    match handled {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
