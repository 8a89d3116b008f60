//! Tenants of providers that sign a time, or a time and an id, besides the body.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::*;
use crate::{
    Scheme, VerifyError,
    clock::FixedClock,
    event::EventAt,
    providers::{Slack, StandardWebhooks, Stripe},
};

/// One tenant, `acme`, whose secret is being rotated.
struct Rotating;

impl SecretSource for Rotating {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        request.last_segment().map(str::to_owned)
    }

    async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        if tenant != "acme" {
            return Ok(None);
        }
        let current = Secrets::new(Secret::new(CURRENT)?);
        Ok(Some(current.with_retired(Secret::new(RETIRED)?)?))
    }
}

fn verifier<P: Provider>() -> Verifier<P> {
    Verifier::per_tenant(Tenants::new(Rotating)).clock(FixedClock::at_unix_seconds(NOW))
}

/// Header fields of a delivery with the id `msg_1`. Tests change their text.
type Headers = Vec<(String, String)>;

fn signed<P: Provider>(secret: &str, time: u32) -> Headers {
    let signer = Signer::<P>::new(Secret::new(secret).unwrap()).unwrap();
    let time: SystemTime = UNIX_EPOCH + Duration::from_secs(time.into());
    signer.at(time).id("msg_1").sign(BODY).unwrap().into_iter().collect()
}

fn replaced(headers: &Headers, from: &str, to: &str) -> Headers {
    let replace = |(name, value): &(String, String)| (name.clone(), value.replace(from, to));
    let replaced = headers.iter().map(replace).collect();
    assert_ne!(*headers, replaced, "{from} is not in the headers");
    replaced
}

/// Returns the index of the secret that matched, or the reason of the rejection.
async fn judged<P: Provider>(tenant: &str, headers: &Headers) -> Result<usize, VerifyErrorKind> {
    let kind =
        |error: Box<dyn Error + Send + Sync>| error.downcast::<VerifyError>().unwrap().kind();
    let mut verification = begun(&verifier::<P>(), tenant, headers).await.map_err(kind)?;
    verification.update(Bytes::from_static(BODY)).unwrap();
    let verified = verification.finish().map_err(|error| error.kind())?;
    assert_eq!(verified.tenant(), Some(tenant));
    let own = Verifier::<P>::new(Secret::new(CURRENT).unwrap()).unwrap();
    assert!(own.__key_set().is_some_and(|keys| keys.has_in_common(&verified.__key_set())));
    let time = UNIX_EPOCH + Duration::from_secs(NOW.into());
    assert!(verified.signed_at().is_some_and(|signed_at| signed_at <= time));
    Ok(verified.secret_index())
}

/// Tests one provider, which signs the time with the body.
async fn check<P: Provider>() {
    let mismatch = Err(VerifyErrorKind::Mismatch);
    let genuine = signed::<P>(CURRENT, NOW);
    assert_eq!(judged::<P>("acme", &genuine).await, Ok(0), "{}", P::NAME);
    assert_eq!(judged::<P>("acme", &signed::<P>(RETIRED, NOW)).await, Ok(1), "{}", P::NAME);
    assert_eq!(judged::<P>("nobody", &genuine).await, Err(VerifyErrorKind::UnknownTenant));

    // A delivery that was captured an hour ago, first unchanged, then with a new time.
    let captured = signed::<P>(CURRENT, THEN);
    assert_eq!(judged::<P>("acme", &captured).await, Err(VerifyErrorKind::StaleTimestamp));
    let renewed = replaced(&captured, &THEN.to_string(), &NOW.to_string());
    assert_eq!(judged::<P>("acme", &renewed).await, mismatch, "{}", P::NAME);

    // A change by one second is enough. The same holds for a retired secret.
    let later = replaced(&genuine, &NOW.to_string(), &(NOW - 1).to_string());
    assert_eq!(judged::<P>("acme", &later).await, mismatch, "{}", P::NAME);
    let retired = replaced(&signed::<P>(RETIRED, THEN), &THEN.to_string(), &NOW.to_string());
    assert_eq!(judged::<P>("acme", &retired).await, mismatch, "{}", P::NAME);
}

#[tokio::test]
async fn judges_the_time_that_slack_signs() {
    check::<Slack>().await;
}

#[tokio::test]
async fn judges_the_time_that_stripe_signs() {
    check::<Stripe>().await;
}

#[tokio::test]
async fn judges_the_time_and_the_id_that_standard_webhooks_signs() {
    check::<StandardWebhooks>().await;
    let renamed = replaced(&signed::<StandardWebhooks>(CURRENT, NOW), "msg_1", "msg_2");
    let judged = judged::<StandardWebhooks>("acme", &renamed).await;
    assert_eq!(judged, Err(VerifyErrorKind::Mismatch));
}

#[tokio::test]
async fn rejects_a_signature_over_the_body_without_the_time() {
    /// Signs the body only, in Slack's header.
    struct BodyOnly;
    impl Provider for BodyOnly {
        const NAME: &'static str = "body-only";
        const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Slack-Signature"]).prefix("v0=");
        const EVENT: EventAt = EventAt::OPEN;
    }
    let signer = Signer::<BodyOnly>::new(Secret::new(CURRENT).unwrap()).unwrap();
    let mut headers: Headers = signer.sign(BODY).unwrap().into_iter().collect();
    headers.push(("X-Slack-Request-Timestamp".to_owned(), NOW.to_string()));
    assert_eq!(judged::<Slack>("acme", &headers).await, Err(VerifyErrorKind::Mismatch));
}

const BODY: &[u8] = br#"{"type":"user.created"}"#;

/// Seconds since 1970.
const THEN: u32 = NOW - 3600;
const NOW: u32 = 1_700_000_000;

/// Keys of 24 bytes for Standard Webhooks, and text for the others.
const CURRENT: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
const RETIRED: &str = "whsec_CAgICAgICAgICAgICAgICAgICAgICAgI";
