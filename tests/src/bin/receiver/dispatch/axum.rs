//! The handlers on axum, which the receiver on tower calls as well.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    handler::Handler as _,
    response::{IntoResponse, Response},
};
use countersign::{EventData, Unhandled, adapter::Verifiers, axum::Events};
use http::StatusCode;
use tower::limit::ConcurrencyLimitLayer;

use super::{PullRequest, Push, User};
use crate::handler::Handler;

/// Handlers for the events of several providers.
pub(crate) fn events(verifiers: &impl Verifiers) -> Events<Handler> {
    Events::new(verifiers)
        .on("push", push)
        .on("pull_request.opened", opened.layer(ConcurrencyLimitLayer::new(64)))
        .on("pull_request", pull_request)
        .on("user.created", created)
        .on_prefix("user.", user)
        .on_prefix("release.", release)
        .unhandled(unhandled)
}

/// Handlers without one for all other events.
pub(crate) fn only_push(verifiers: &impl Verifiers) -> Events<Handler> {
    Events::new(verifiers).on("push", push)
}

async fn push(State(handler): State<Handler>, EventData(push): EventData<Push>) -> Response {
    answer(&handler, format!("push {}", push.r#ref)).await
}

async fn opened(State(handler): State<Handler>, Json(opened): Json<PullRequest>) -> Response {
    answer(&handler, format!("opened {}", opened.number)).await
}

async fn pull_request(State(handler): State<Handler>, body: Bytes) -> Response {
    answer(&handler, format!("pull_request {}", body.len())).await
}

async fn created(State(handler): State<Handler>, EventData(user): EventData<User>) -> Response {
    answer(&handler, format!("created {}", user.id)).await
}

async fn user(State(handler): State<Handler>, event: Unhandled) -> Response {
    answer(&handler, format!("user {event}")).await
}

async fn release(State(handler): State<Handler>, event: Unhandled) -> Response {
    answer(&handler, format!("release {event}")).await
}

async fn unhandled(State(handler): State<Handler>, event: Unhandled) -> Response {
    answer(&handler, format!("unhandled {event}")).await
}

async fn answer(handler: &Handler, text: String) -> Response {
    match handler.dispatched(&text).await {
        Ok(()) => text.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
