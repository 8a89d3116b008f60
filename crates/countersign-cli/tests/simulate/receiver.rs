//! Receivers of deliveries.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use axum::{
    Router,
    extract::{FromRef, State},
    http::StatusCode,
    routing::post,
};
use countersign::{
    Secret, Verifier, Webhook,
    providers::{Respan, SpeakNode, XWebhookSignature, respan, speaknode, x_webhook_signature},
};
use tokio::{net::TcpListener, runtime::Runtime, time::sleep};

pub(crate) const SECRET: &str = "secret of the tests";

/// A receiver with one route for each platform, in a thread of its own until the process ends.
pub(crate) struct Receiver {
    address: SocketAddr,
    statuses: Statuses,
}

/// The statuses of the next answers. The last one stays.
type Statuses = Arc<Mutex<VecDeque<u16>>>;

impl Receiver {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let statuses = Statuses::new(Mutex::new([200].into()));
        let routes = routes(Arc::clone(&statuses));
        thread::spawn(move || runtime.block_on(async { axum::serve(listener, routes).await }));
        Self { address, statuses }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sets the statuses of the next answers to deliveries that are verified. The last one stays.
    pub(crate) fn answers(&self, statuses: &[u16]) {
        *self.statuses.lock().unwrap() = statuses.iter().copied().collect();
    }
}

#[derive(Clone, FromRef)]
struct App {
    in_house: Verifier<XWebhookSignature>,
    respan: Verifier<Respan>,
    speaknode: Verifier<SpeakNode>,
    statuses: Statuses,
}

fn routes(statuses: Statuses) -> Router {
    let secret = || Secret::new(SECRET).unwrap();
    let app = App {
        in_house: Verifier::new(secret()).unwrap(),
        respan: Verifier::new(secret()).unwrap(),
        speaknode: Verifier::new(secret()).unwrap(),
        statuses,
    };
    Router::new()
        .route("/in-house", post(in_house))
        .route("/respan", post(on_respan))
        .route("/speaknode", post(on_speaknode))
        .route("/slow", post(async || sleep(Duration::from_secs(3600)).await))
        .with_state(app)
}

type Answers = State<Statuses>;

async fn in_house(
    State(statuses): Answers,
    Webhook { event, .. }: Webhook<x_webhook_signature::Event>,
) -> (StatusCode, String) {
    let shape = match event {
        x_webhook_signature::Event::Objects(_) => "objects",
        x_webhook_signature::Event::Flat(_) => "flat",
    };
    (answer(&statuses), format!("{shape} {}", event.event_type()))
}

async fn on_respan(
    State(statuses): Answers,
    Webhook { event, .. }: Webhook<respan::Event>,
) -> (StatusCode, String) {
    (answer(&statuses), event.json.as_str().to_owned())
}

async fn on_speaknode(
    State(statuses): Answers,
    Webhook { event, .. }: Webhook<speaknode::Event>,
) -> (StatusCode, String) {
    (answer(&statuses), event.event_type().to_owned())
}

fn answer(statuses: &Mutex<VecDeque<u16>>) -> StatusCode {
    let mut statuses = statuses.lock().unwrap();
    let status = if statuses.len() > 1 { statuses.pop_front() } else { statuses.front().copied() };
    StatusCode::from_u16(status.unwrap()).unwrap()
}
