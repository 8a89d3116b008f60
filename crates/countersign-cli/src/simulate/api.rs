//! The API of the platform.

use std::collections::VecDeque;

use axum::{
    Json, Router,
    extract::{Path, Request, State, rejection::JsonRejection},
    http::{StatusCode, header::HOST},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    deliver,
    event::Wish,
    simulation::{Shared, checked, checked_events},
    webhook::{Created, Delivery, Webhook},
};

/// Returns the routes of the API.
pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/v1/webhooks", post(create).get(list))
        .route("/v1/webhooks/{id}", get(one).patch(change).delete(remove))
        .route("/v1/webhooks/{id}/test", post(test))
        .route("/v1/webhooks/{id}/deliveries", get(deliveries))
        .route("/v1/events", post(emit))
        .layer(middleware::from_fn(only_local))
        .with_state(shared)
}

/// Rejects a request that a page of another site sends through a browser: such a page can make its
/// own name point to this machine.
async fn only_local(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    match name {
        Some("127.0.0.1" | "localhost") => next.run(request).await,
        _ => Refusal(StatusCode::FORBIDDEN, "use the host 127.0.0.1".to_owned()).into_response(),
    }
}

/// The settings of a webhook. A member that is absent is not changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    url: Option<String>,
    events: Option<Vec<String>>,
    active: Option<bool>,
}

/// The answer to a list.
#[derive(Serialize)]
struct List<T> {
    data: T,
}

/// The answer to the wish for an event.
#[derive(Serialize)]
pub(super) struct Emitted {
    id: String,
    #[serde(rename = "type")]
    event_type: Option<String>,
    deliveries: Vec<String>,
}

type Answer<T> = Result<T, Refusal>;
type Body<T> = Result<T, JsonRejection>;

async fn create(
    State(shared): State<Shared>,
    body: Body<Json<Settings>>,
) -> Answer<(StatusCode, Json<Created>)> {
    let Json(Settings { url, events, active }) = body.map_err(malformed)?;
    let url = url.ok_or_else(|| bad("`url` is missing"))?;
    let mut webhook = shared.create(&url, events).map_err(bad)?;
    if active == Some(false) {
        webhook.active = false;
        shared.with(&webhook.id, |hook| hook.active = false);
    }
    Ok((StatusCode::CREATED, Json(webhook.created())))
}

async fn list(State(shared): State<Shared>) -> Json<List<Vec<Webhook>>> {
    Json(List { data: shared.webhooks().clone() })
}

async fn one(State(shared): State<Shared>, Path(id): Path<String>) -> Answer<Json<Webhook>> {
    shared.with(&id, |webhook| Json(webhook.clone())).ok_or_else(missing)
}

async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    body: Body<Json<Settings>>,
) -> Answer<Json<Webhook>> {
    let Json(Settings { url, events, active }) = body.map_err(malformed)?;
    let url = url.as_deref().map(checked).transpose().map_err(bad)?;
    let events = events.map(|events| checked_events(Some(events))).transpose().map_err(bad)?;
    let changed = shared.with(&id, |webhook| {
        if let Some(url) = url {
            webhook.url = url;
        }
        if let Some(events) = events {
            webhook.events = events;
        }
        if let Some(active) = active {
            (webhook.active, webhook.failures) = (active, 0);
        }
        Json(webhook.clone())
    });
    changed.ok_or_else(missing)
}

async fn remove(State(shared): State<Shared>, Path(id): Path<String>) -> Answer<StatusCode> {
    let mut webhooks = shared.webhooks();
    let place = webhooks.iter().position(|webhook| webhook.id == id).ok_or_else(missing)?;
    webhooks.remove(place);
    Ok(StatusCode::NO_CONTENT)
}

async fn test(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    body: Body<Option<Json<Wish>>>,
) -> Answer<Json<Delivery>> {
    let event = shared.event(wish(body)?).map_err(bad)?;
    deliver::test(&shared, &id, &event).await.map(Json).ok_or_else(missing)
}

async fn deliveries(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer<Json<List<VecDeque<Delivery>>>> {
    let deliveries = shared.with(&id, |webhook| webhook.deliveries.clone());
    deliveries.map(|data| Json(List { data })).ok_or_else(missing)
}

async fn emit(
    State(shared): State<Shared>,
    body: Body<Option<Json<Wish>>>,
) -> Answer<(StatusCode, Json<Emitted>)> {
    let answer = begin(&shared, wish(body)?).map_err(bad)?;
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// Returns the wish of a request. A request without a body wishes a sample.
fn wish(body: Body<Option<Json<Wish>>>) -> Answer<Wish> {
    Ok(body.map_err(malformed)?.map(|Json(wish)| wish).unwrap_or_default())
}

/// Makes an event, and begins its deliveries.
pub(super) fn begin(shared: &Shared, wish: Wish) -> Result<Emitted, String> {
    let (event, ids) = shared.emit(wish)?;
    let deliveries = ids.iter().map(|(_, delivery)| delivery.clone()).collect();
    let (id, event_type) = (event.id.clone(), event.event_type.clone());
    for (webhook, delivery) in ids {
        tokio::spawn(deliver::deliver(shared.clone(), webhook, delivery, event.clone()));
    }
    Ok(Emitted { id, event_type, deliveries })
}

/// An answer that says what to change.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn missing() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "there is no such webhook".to_owned())
}

fn bad(error: impl Into<String>) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, error.into())
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn malformed(rejection: JsonRejection) -> Refusal {
    Refusal(rejection.status(), rejection.body_text())
}
