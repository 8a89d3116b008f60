//! Tests of claims with a store that works, fails or does not answer.

mod scripted_store;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use countersign_core::{
    Secret, Signer, Verifier,
    event::Location,
    providers::{Shopify, XWebhookSignature},
};
use tokio::time::{Instant, advance, sleep, timeout};

use super::*;
use crate::{Rejection, Verified, error::Reason};

use scripted_store::{Mood, ScriptedStore, State};

const BODY: &str = r#"{"id":"evt_1","type":"user.created","data":{}}"#;

fn verified(body: &'static str) -> Verified<XWebhookSignature> {
    let secret = Secret::new("key").unwrap();
    let headers = Signer::<XWebhookSignature>::new(secret.clone()).unwrap().sign(body.as_bytes());
    let headers = headers.unwrap();
    let verifier = Verifier::<XWebhookSignature>::new(secret).unwrap();
    let mut verification = verifier.begin(&headers, None).unwrap();
    verification.update(body.into()).unwrap();
    verification.finish().unwrap()
}

const NO_HEADERS: [(&str, &str); 0] = [];

async fn claim(idempotency: &Idempotency) -> Result<ClaimGuard, Rejection> {
    idempotency.claim(&verified(BODY), &NO_HEADERS).await
}

/// Lets tasks in the background run until they wait.
async fn rest() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_an_event_in_progress_as_was_set() {
    use InProgressStatus::{Conflict, ServiceUnavailable, TooManyRequests};
    for (status, code) in [(ServiceUnavailable, 503), (TooManyRequests, 429), (Conflict, 409)] {
        let idempotency = Idempotency::new(ScriptedStore::default()).in_progress_status(status);
        let claimed = claim(&idempotency).await.unwrap();
        let second = claim(&idempotency).await.unwrap_err();
        assert_eq!((second.status(), status.code()), (code, code));
        assert!(second.headers().any(|header| header == ("retry-after", "60".into())));
        // Other answers keep their status.
        let _ = claimed.complete().await;
        assert_eq!(claim(&idempotency).await.unwrap_err().status(), 200);
    }
    for (left, seconds) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (59_001, "60")] {
        let retry_after = Duration::from_millis(left);
        let reason = Reason::InProgress { retry_after, status: ServiceUnavailable };
        let told = Rejection::new(reason);
        assert!(told.headers().any(|header| header == ("retry-after", seconds.into())), "{left}");
        assert_eq!(told.status(), 503);
    }
}

#[tokio::test(start_paused = true)]
async fn claims_once_and_completes() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    let claimed = claim(&idempotency).await.unwrap();
    assert!(claimed.has_key());

    let second = claim(&idempotency).await.unwrap_err();
    assert_eq!(second.status(), 503);
    assert!(second.headers().any(|header| header == ("retry-after", "60".into())));

    assert_eq!(claimed.complete().await.unwrap(), Settled::Applied);
    assert_eq!(store.state(), Some(State::Done(Bytes::new())));
    let third = claim(&idempotency).await.unwrap_err();
    assert_eq!(third.status(), 200);
    assert!(third.headers().any(|header| header == ("idempotent-replayed", "true".into())));
    // A rejected duplicate releases nothing.
    rest().await;
    assert_eq!(store.state(), Some(State::Done(Bytes::new())));
}

#[tokio::test(start_paused = true)]
async fn releases_what_is_dropped() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    let claimed = claim(&idempotency).await.unwrap();
    assert!(matches!(store.state(), Some(State::Claimed(_))));
    drop(claimed);
    rest().await;
    assert_eq!(store.state(), None);

    let claimed = claim(&idempotency).await.unwrap();
    let handler = tokio::spawn(async move {
        let _claimed = claimed;
        panic!("a handler's");
    });
    assert!(handler.await.is_err());
    rest().await;
    assert_eq!(store.state(), None);
}

#[tokio::test(start_paused = true)]
async fn completes_what_was_handled_when_nobody_waits() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    // The future is dropped without being polled.
    drop(claim(&idempotency).await.unwrap().complete());
    rest().await;
    assert_eq!(store.state(), Some(State::Done(Bytes::new())));

    // The store works again after the caller has stopped waiting.
    store.states.lock().unwrap().clear();
    let claimed = claim(&idempotency).await.unwrap();
    store.set(Mood::Hangs);
    assert!(claimed.complete().await.is_err());
    store.set(Mood::Works);
    advance(Duration::from_secs(4)).await;
    rest().await;
    assert_eq!(store.state(), Some(State::Done(Bytes::new())));
}

#[tokio::test(start_paused = true)]
async fn stops_completing_when_the_lease_ends() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone()).lease(Duration::from_secs(10));
    let claimed = claim(&idempotency).await.unwrap();
    store.set(Mood::Fails);
    let begin = Instant::now();
    assert!(claimed.complete().await.is_err());
    assert_eq!(begin.elapsed(), Duration::from_secs(2));
    advance(Duration::from_secs(12)).await;
    rest().await;
    store.set(Mood::Works);
    advance(Duration::from_secs(60)).await;
    rest().await;
    assert!(matches!(store.state(), Some(State::Claimed(_))), "only the store ends the lease");
}

#[tokio::test(start_paused = true)]
async fn answers_within_the_deadline_when_the_store_fails() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    for mood in [Mood::Fails, Mood::Hangs, Mood::HangsAfterwards] {
        store.set(mood);
        let begin = Instant::now();
        let rejection = claim(&idempotency).await.unwrap_err();
        assert!(begin.elapsed() <= Duration::from_secs(2));
        assert_eq!(rejection.status(), 503);
        assert!(rejection.headers().any(|header| header == ("retry-after", "5".into())));
        assert_eq!(rejection.body(), r#"{"error":"Service unavailable"}"#);
    }
}

#[tokio::test(start_paused = true)]
async fn frees_what_a_slow_store_has_claimed_after_all() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    store.set(Mood::HangsAfterwards);
    assert_eq!(claim(&idempotency).await.unwrap_err().status(), 503);
    assert!(matches!(store.state(), Some(State::Claimed(_))));
    store.set(Mood::Works);
    rest().await;
    assert_eq!(store.state(), None);

    // A client that hangs up while its event is being claimed.
    store.set(Mood::HangsAfterwards);
    assert!(timeout(Duration::from_secs(1), claim(&idempotency)).await.is_err());
    store.set(Mood::Works);
    rest().await;
    assert_eq!(store.state(), None);
}

#[tokio::test(start_paused = true)]
async fn frees_what_was_claimed_once_the_store_is_back() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    store.set(Mood::HangsAfterwards);
    assert_eq!(claim(&idempotency).await.unwrap_err().status(), 503);
    store.set(Mood::Hangs);
    rest().await;
    advance(Duration::from_secs(10)).await;
    rest().await;
    assert!(matches!(store.state(), Some(State::Claimed(_))));
    store.set(Mood::Works);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(store.state(), None);

    // After a handler's failure, the caller waits at most for the deadline.
    let claimed = claim(&idempotency).await.unwrap();
    store.set(Mood::Fails);
    let begin = Instant::now();
    claimed.release().await;
    assert!(begin.elapsed() <= Duration::from_secs(2));
    store.set(Mood::Works);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(store.state(), None);
}

#[tokio::test(start_paused = true)]
async fn completes_after_an_outage_that_is_shorter_than_the_lease() {
    for outage in [1, 20, 33, 50, 59] {
        for mood in [Mood::Fails, Mood::Hangs] {
            let store = ScriptedStore::default();
            let idempotency = Idempotency::new(store.clone());
            let claimed = claim(&idempotency).await.unwrap();
            store.set(mood);
            let completing = tokio::spawn(claimed.complete());
            sleep(Duration::from_secs(outage)).await;
            store.set(Mood::Works);
            sleep(Duration::from_secs(5)).await;
            assert_eq!(store.state(), Some(State::Done(Bytes::new())), "{outage} s");
            // The caller waits at most for the deadline.
            let is_in_time = outage == 1 && matches!(mood, Mood::Fails);
            assert_eq!(completing.await.unwrap().is_ok(), is_in_time);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn handles_deliveries_while_the_store_fails_if_configured() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone()).risk_duplicates_when_store_fails();
    for mood in [Mood::Fails, Mood::Hangs] {
        store.set(mood);
        assert!(claim(&idempotency).await.is_ok());
    }
    store.set(Mood::Works);
    let claimed = claim(&idempotency).await.unwrap();
    assert_eq!(claim(&idempotency).await.unwrap_err().status(), 503);
    drop(claimed);
}

#[tokio::test]
async fn finds_the_id_where_it_is_signed_and_nowhere_else() {
    let key = |idempotency: &Idempotency, body, headers: &[(&str, &str)]| {
        let key = idempotency.key(&verified(body), headers);
        key.map(|key| key.as_str().to_owned())
    };
    let plain = Idempotency::new(ScriptedStore::default());
    let typed = "x-webhook-signature/-/user.created/evt_1";
    assert_eq!(key(&plain, BODY, &[]).as_deref(), Some(typed));
    let untyped = key(&plain, r#"{"id":17}"#, &[]);
    assert_eq!(untyped.as_deref(), Some("x-webhook-signature/-/-/17"));
    assert_ne!(key(&plain, r#"{"id":17,"type":""}"#, &[]), untyped);
    for without in [
        "{}",
        r#"{"id":""}"#,
        r#"{"id":null}"#,
        r#"{"id":["a"]}"#,
        "[]",
        "no JSON",
        "",
        // Two parsers may use different values.
        r#"{"id":"evt_1","type":"a","type":"b"}"#,
        r#"{"id":"evt_1","id":"evt_2","type":"a"}"#,
    ] {
        assert_eq!(key(&plain, without, &[("X-Webhook-Id", "evt_1")]), None, "{without}");
    }

    let of_header = plain.clone().id(Location::UnsignedHeader("X-Webhook-Id"));
    let headers = &[("x-webhook-id", "evt_9")];
    let named = key(&of_header, BODY, headers);
    assert_eq!(named.as_deref(), Some("x-webhook-signature/-/user.created/evt_9"));
    assert_eq!(key(&of_header, BODY, &[]), None);
    assert_eq!(key(&of_header, r#"{"type":"a","type":"b"}"#, headers), None);

    let by_body = plain.clone().same_body_is_same_event();
    assert_eq!(key(&by_body, BODY, &[]).as_deref(), Some(typed));
    let digest = key(&by_body, "{}", &[]).unwrap();
    assert!(digest.starts_with("x-webhook-signature/-/-/=44136fa3"), "{digest}");

    let of_fields = plain.clone().id(Location::BodyAll(&["code", "reference"]));
    let fields = key(&of_fields, r#"{"reference":7914,"code":"00","type":"a"}"#, &[]);
    assert_eq!(fields.as_deref(), Some("x-webhook-signature/-/a/+00,7914"));
    let empty = key(&of_fields, r#"{"reference":"","code":"00","type":"a"}"#, &[]);
    assert_eq!(empty.as_deref(), Some("x-webhook-signature/-/a/+00,"));
    assert_eq!(key(&of_fields, r#"{"code":"00","type":"a"}"#, &[]), None);
}

#[tokio::test]
async fn takes_no_type_into_the_key_that_is_not_signed() {
    let secret = Secret::new("key").unwrap();
    let body = br#"{"id":820982911946154508}"#;
    let headers = Signer::<Shopify>::new(secret.clone()).unwrap().sign(body).unwrap();
    let verifier = Verifier::<Shopify>::new(secret).unwrap();
    let verified = verifier.verify(&headers, body).unwrap();
    assert_eq!(IdempotencyKey::of(&verified), None);
    let headers = [("X-Shopify-Topic", "orders/paid")];
    let key = IdempotencyKey::at(Location::Body(&["id"]), &verified, &headers).unwrap();
    assert_eq!(key.as_str(), "shopify/-/-/820982911946154508");
}

#[tokio::test]
async fn handles_what_has_no_id_without_asking_the_store() {
    let store = ScriptedStore::default();
    store.set(Mood::Fails);
    let claimed = Idempotency::new(store).claim(&verified("{}"), &NO_HEADERS).await.unwrap();
    assert!(!claimed.has_key());
    assert_eq!(claimed.complete().await.unwrap(), Settled::Applied);
}

#[tokio::test]
async fn shows_the_sender_nothing_of_the_store() {
    let store = ScriptedStore::default();
    store.set(Mood::Fails);
    let rejection = claim(&Idempotency::new(store)).await.unwrap_err();
    let told = format!("{rejection} {:?}", rejection.body());
    assert!(!told.contains("password"), "{told}");
    let source = std::error::Error::source(&rejection).unwrap();
    assert!(source.to_string().contains("out of reach"));
}

#[cfg(any(feature = "tower", feature = "actix-web"))]
#[tokio::test(start_paused = true)]
async fn completes_what_was_handled_when_it_is_dropped() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone());
    drop(claim(&idempotency).await.unwrap().after(true));
    rest().await;
    assert_eq!(store.state(), Some(State::Done(Bytes::new())));
}

#[cfg(any(feature = "tower", feature = "actix-web"))]
#[tokio::test]
async fn gives_the_first_answer_to_duplicates() {
    let store = ScriptedStore::default();
    let idempotency = Idempotency::new(store.clone()).replay_answers_up_to(16);
    let claimed = claim(&idempotency).await.unwrap();
    assert!(claimed.keeps(Some(16)) && !claimed.keeps(Some(17)) && !claimed.keeps(None));
    let answer = KeptAnswer { status: 202, content_type: "text/plain".into(), body: "ok".into() };
    claimed.after(true).settle(Some(&answer)).await;

    let rejection = claim(&idempotency).await.unwrap_err();
    assert_eq!((rejection.status(), &*rejection.body()), (202, &b"ok"[..]));
    assert!(rejection.headers().any(|header| header == ("content-type", "text/plain".into())));

    // A duplicate with other bytes, and then a note of the former format, which had no digest.
    let other = verified(r#"{"id":"evt_1","type":"user.created","data":7}"#);
    let rejection = idempotency.claim(&other, &NO_HEADERS).await.unwrap_err();
    assert_eq!((rejection.status(), &*rejection.body()), (200, &br#"{"duplicate":true}"#[..]));
    let former = Bytes::from_static(b"\x01\0\xc8\0\0former");
    store
        .states
        .lock()
        .unwrap()
        .values_mut()
        .for_each(|state| *state = State::Done(former.clone()));
    let rejection = claim(&idempotency).await.unwrap_err();
    assert_eq!((rejection.status(), &*rejection.body()), (200, &br#"{"duplicate":true}"#[..]));
}

#[test]
fn shares_any_store() {
    let store = SharedStore::new(Arc::new(ScriptedStore::default()));
    let clone = store.clone();
    assert_eq!(format!("{clone:?}"), "SharedStore { .. }");
}
