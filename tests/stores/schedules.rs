//! Deliveries that are repeated as providers repeat them, with a clock that is set forward.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    convert::Infallible,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use countersign::{
    Secret, Verifier,
    idempotency::{Idempotency, MemoryStore},
    providers::XWebhookSignature,
    tower::{IdempotencyLayer, RequestBody, VerifyLayer},
};
use countersign_tests::signature;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncService};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The pause before each attempt.
type Schedule = &'static [Duration];

/// Schedules that providers document: two senders of `X-Webhook-Signature`, Slack, the
/// recommendation of Standard Webhooks, and one that goes on for three days, as Stripe's does.
const SCHEDULES: [Schedule; 5] = [
    &[Duration::ZERO, MINUTE, Duration::from_secs(5 * 60), Duration::from_secs(30 * 60), HOUR],
    &[Duration::ZERO, Duration::from_secs(30), Duration::from_secs(5 * 60), HOUR],
    &[Duration::ZERO, SECOND, MINUTE, Duration::from_secs(5 * 60)],
    &[
        Duration::ZERO,
        Duration::from_secs(5),
        Duration::from_secs(5 * 60),
        Duration::from_secs(30 * 60),
        Duration::from_secs(2 * 3600),
        Duration::from_secs(5 * 3600),
        Duration::from_secs(10 * 3600),
    ],
    &[Duration::ZERO, HOUR, Duration::from_secs(12 * 3600), Duration::from_secs(58 * 3600)],
];

/// A receiver whose handler acts as listed, call by call, and repeats the last action.
struct Receiver {
    service: BoxCloneSyncService<Request<Full<Bytes>>, StatusCode, Infallible>,
    handled: Arc<AtomicU32>,
    now: Arc<Mutex<Instant>>,
}

#[derive(Clone, Copy)]
enum Does {
    Succeeds,
    Fails,
    /// Waits until the client gives up.
    Hangs,
}

impl Receiver {
    fn new(does: &'static [Does], set: fn(Idempotency) -> Idempotency) -> Self {
        let now = Arc::new(Mutex::new(Instant::now()));
        let clock = Arc::clone(&now);
        let store = MemoryStore::new().clock(move || *clock.lock().unwrap());
        let verifier = Verifier::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
        let (calls, handled) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&handled);
        let service = ServiceBuilder::new()
            .map_response(|response: Response<_>| response.status())
            .layer(VerifyLayer::new(verifier.clone()))
            .layer(IdempotencyLayer::new(&verifier, set(Idempotency::new(store))))
            .service_fn(move |_: Request<RequestBody>| {
                let call = calls.fetch_add(1, Ordering::Relaxed) as usize;
                let (does, handled) = (does[call.min(does.len() - 1)], Arc::clone(&counted));
                async move {
                    let mut response = Response::new(Full::<Bytes>::default());
                    match does {
                        Does::Succeeds => drop(handled.fetch_add(1, Ordering::Relaxed)),
                        Does::Fails => *response.status_mut() = StatusCode::BAD_GATEWAY,
                        Does::Hangs => pending().await,
                    }
                    Ok::<_, Infallible>(response)
                }
            });
        Self { service: BoxCloneSyncService::new(service), handled, now }
    }

    /// Delivers one event after each of these pauses, whatever the answers are.
    async fn deliver(&self, schedule: Schedule) -> Vec<Option<StatusCode>> {
        let body = r#"{"id":"evt_1","type":"payment.succeeded","data":{}}"#;
        let mut statuses = Vec::new();
        for pause in schedule {
            *self.now.lock().unwrap() += *pause;
            let request = Request::post("/")
                .header("X-Webhook-Signature", signature("secret", body))
                .body(Full::from(body))
                .unwrap();
            let answer = self.service.clone().oneshot(request);
            // The provider waits this long for an answer.
            let answer = tokio::time::timeout(5 * SECOND, answer).await;
            statuses.push(answer.ok().map(Result::unwrap));
            // Background tasks run while the paused clock moves.
            tokio::time::sleep(SECOND).await;
        }
        statuses
    }

    fn handled(&self) -> u32 {
        self.handled.load(Ordering::Relaxed)
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_delivered_again_and_again_is_handled_once() {
    for schedule in SCHEDULES {
        let set = |idempotency: Idempotency| idempotency.remember_for(4 * 24 * HOUR);
        let receiver = Receiver::new(&[Does::Succeeds], set);
        let statuses = receiver.deliver(schedule).await;
        assert!(statuses.iter().all(|status| *status == Some(StatusCode::OK)), "{statuses:?}");
        assert_eq!(receiver.handled(), 1, "{schedule:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn remembering_for_a_day_is_enough_except_for_three_days_of_retries() {
    for (index, schedule) in SCHEDULES.into_iter().enumerate() {
        let receiver = Receiver::new(&[Does::Succeeds], |idempotency| idempotency);
        receiver.deliver(schedule).await;
        assert_eq!(receiver.handled(), if index == 4 { 2 } else { 1 }, "{schedule:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_failed_twice_is_handled_by_the_third_attempt() {
    for schedule in SCHEDULES {
        let does = &[Does::Fails, Does::Fails, Does::Succeeds];
        let receiver = Receiver::new(does, |idempotency| idempotency.remember_for(4 * 24 * HOUR));
        let statuses = receiver.deliver(schedule).await;
        let failed = Some(StatusCode::BAD_GATEWAY);
        assert_eq!(statuses[..3], [failed, failed, Some(StatusCode::OK)]);
        assert_eq!(receiver.handled(), 1, "{schedule:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_provider_lost_patience_is_handled_by_a_later_attempt() {
    for schedule in SCHEDULES {
        let does = &[Does::Hangs, Does::Succeeds];
        let receiver = Receiver::new(does, |idempotency| idempotency.remember_for(4 * 24 * HOUR));
        let statuses = receiver.deliver(schedule).await;
        assert_eq!(statuses[..2], [None, Some(StatusCode::OK)], "{schedule:?}");
        assert_eq!(receiver.handled(), 1, "{schedule:?}");
    }
}
