//! The endpoints on axum.

use axum::{
    Router,
    extract::{FromRef, OriginalUri, State},
    response::{IntoResponse, Response},
    routing::post,
};
use countersign::{
    FromLayer, Provider, Verified, VerifiedBody, Verifier, Webhook,
    adapter::HttpHeaders,
    inbox::{Attempt, Inbox, RECEIVED},
    providers::{slack, x_webhook_signature},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use super::{Kept, KeptSlack, KeptWebhook, engine::Engine};
use crate::{
    given::Told,
    handler::{Handler, Unhandled},
};

/// Routes whose handlers verify their deliveries with extractors, and keep them themselves.
pub(crate) fn extractor(kept: Kept) -> Router {
    kept.start_worker();
    Router::new()
        .route("/inbox", post(keep::<KeptWebhook>))
        .route("/inbox-slack", post(keep::<KeptSlack>))
        .with_state(kept)
}

async fn keep<P: Provider>(
    State(inbox): State<Inbox<Engine>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    VerifiedBody(verified): VerifiedBody<P>,
) -> Response
where
    Verifier<P>: FromRef<Kept>,
{
    let headers = HttpHeaders(&headers);
    if inbox.is_answered_now(&verified, &headers) {
        return at_once(&verified);
    }
    match inbox.accept(&verified, &headers, uri.path()).await {
        Ok(()) => ([(CONTENT_TYPE, "application/json")], RECEIVED).into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

/// Routes that are split into a service that keeps deliveries, and a worker for their handlers.
pub(crate) fn layer(kept: &Kept) -> Router {
    let Kept { inbox, webhook, slack, handler, workers } = kept;
    let on_webhook = Router::new().route("/inbox", post(on_webhook)).with_state(handler.clone());
    let on_slack = Router::new().route("/inbox-slack", post(on_slack)).with_state(handler.clone());
    let (keeps_webhook, worker_of_webhook) = inbox.split(webhook, on_webhook);
    let (keeps_slack, worker_of_slack) = inbox.split(slack, on_slack);
    workers.start(worker_of_webhook);
    workers.start(worker_of_slack);
    Router::new().route_service("/inbox", keeps_webhook).route_service("/inbox-slack", keeps_slack)
}

async fn on_webhook(
    State(handler): State<Handler>,
    attempt: Attempt,
    FromLayer(webhook): FromLayer<Webhook<x_webhook_signature::Event, KeptWebhook>>,
) -> StatusCode {
    handle(&handler, &webhook, Some(&attempt)).await
}

/// Also gets the handshakes, which are no attempts of a worker.
async fn on_slack(
    State(handler): State<Handler>,
    attempt: Option<Attempt>,
    FromLayer(webhook): FromLayer<Webhook<slack::Event, KeptSlack>>,
) -> Response {
    match webhook.event.event_type.as_deref() {
        Some("url_verification") => at_once(&webhook.verified),
        _ => handle(&handler, &webhook, attempt.as_ref()).await.into_response(),
    }
}

async fn handle<E: Told, P: Provider>(
    handler: &Handler,
    Webhook { event, verified, .. }: &Webhook<E, P>,
    attempt: Option<&Attempt>,
) -> StatusCode {
    match handler.handle_kept(event, verified.bytes(), attempt).await {
        Ok(()) => StatusCode::OK,
        Err(Unhandled::Retry) => StatusCode::SERVICE_UNAVAILABLE,
        Err(Unhandled::Dead) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Answers a handshake.
fn at_once<P: Provider>(verified: &Verified<P>) -> Response {
    match slack::answer_challenge(verified) {
        Some(answer) => (answer.headers(), answer.into_body()).into_response(),
        None => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    }
}
