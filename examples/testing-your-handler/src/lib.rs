//! One way to handle webhooks, as an app of axum and as an app of actix-web. The part to copy is in
//! `tests/axum_app.rs` and `tests/actix_app.rs`: tests that send signed requests to the apps.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::web::{self, Data, ServiceConfig};
use axum::{
    Router,
    extract::{FromRef, State},
    routing::post,
};
use countersign::{
    Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
};

/// The app on axum. The verifier is a parameter, so that tests can use secrets of their own.
pub fn axum_app(verifier: Verifier<XWebhookSignature>) -> Router {
    let app = App { verifier, handled: Handled::default() };
    Router::new().route("/webhooks", post(on_axum)).with_state(app)
}

/// The app on actix-web, for `App::configure`. Its clones share what they have handled: make it
/// once, outside of the closure that `HttpServer::new` calls for each worker.
pub fn actix_app(
    verifier: Verifier<XWebhookSignature>,
) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    let handled = Handled::default();
    move |config| {
        config
            .app_data(Data::new(verifier.clone()))
            .app_data(Data::new(handled.clone()))
            .route("/webhooks", web::post().to(on_actix));
    }
}

#[derive(Clone, FromRef)]
struct App {
    verifier: Verifier<XWebhookSignature>,
    handled: Handled,
}

async fn on_axum(
    State(handled): State<Handled>,
    Webhook { event, .. }: Webhook<flat::Event>,
) -> String {
    handled.handle(&event)
}

async fn on_actix(handled: Data<Handled>, Webhook { event, .. }: Webhook<flat::Event>) -> String {
    handled.handle(&event)
}

/// The ids of the events that were handled: providers deliver an event again when they are not sure
/// that it arrived. In production, keep them in your database, and write them in the transaction
/// that does the work.
#[derive(Clone, Default)]
struct Handled(Arc<Mutex<HashSet<(String, String)>>>);

impl Handled {
    fn handle(&self, event: &flat::Event) -> String {
        // Identified by type and id: after a rotation, the same event has another signature.
        if let Some(id) = event.id() {
            let mut handled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !handled.insert((event.event_type().to_owned(), id.to_owned())) {
                return "handled before".to_owned();
            }
        }
        match event {
            flat::Event::UserCreated(user) => {
                format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
            }
            // Types that the provider adds later. Keep them and answer 2xx, or they are sent again.
            flat::Event::Unknown(unknown) => {
                format!("kept {} bytes of {}", unknown.json.as_str().len(), unknown.event_type)
            }
            other => format!("nothing to do for {}", other.event_type()),
        }
    }
}
