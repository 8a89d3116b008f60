//! The handlers on actix-web.

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Json},
};
use countersign::{EventData, Unhandled, actix_web::Events, adapter::Verifiers};

use super::{PullRequest, Push, User};
use crate::handler::Handler;

/// Handlers for the events of several providers.
pub(crate) fn events(verifiers: &impl Verifiers) -> Events {
    Events::new(verifiers)
        .on("push", push)
        .on("pull_request.opened", opened)
        .on("pull_request", pull_request)
        .on("user.created", created)
        .on_prefix("user.", user)
        .on_prefix("release.", release)
        .unhandled(unhandled)
}

/// Handlers without one for all other events.
pub(crate) fn only_push(verifiers: &impl Verifiers) -> Events {
    Events::new(verifiers).on("push", push)
}

async fn push(handler: Data<Handler>, EventData(push): EventData<Push>) -> HttpResponse {
    answer(&handler, format!("push {}", push.r#ref)).await
}

async fn opened(handler: Data<Handler>, opened: Json<PullRequest>) -> HttpResponse {
    answer(&handler, format!("opened {}", opened.number)).await
}

async fn pull_request(handler: Data<Handler>, body: Bytes) -> HttpResponse {
    answer(&handler, format!("pull_request {}", body.len())).await
}

async fn created(handler: Data<Handler>, EventData(user): EventData<User>) -> HttpResponse {
    answer(&handler, format!("created {}", user.id)).await
}

async fn user(handler: Data<Handler>, event: Unhandled) -> HttpResponse {
    answer(&handler, format!("user {event}")).await
}

async fn release(handler: Data<Handler>, event: Unhandled) -> HttpResponse {
    answer(&handler, format!("release {event}")).await
}

async fn unhandled(handler: Data<Handler>, event: Unhandled) -> HttpResponse {
    answer(&handler, format!("unhandled {event}")).await
}

async fn answer(handler: &Handler, text: String) -> HttpResponse {
    match handler.dispatched(&text).await {
        Ok(()) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
