//! Deliveries that arrive, and tenants that are forgotten, while a lookup is running.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use tokio::sync::Semaphore;

use super::*;

/// A source that reads the secret at once, but whose first two answers wait for a permit.
#[derive(Clone)]
struct Slow {
    source: Source,
    answers: Arc<[Semaphore; 2]>,
}

impl Slow {
    /// Lets the lookup with this index answer.
    fn answer(&self, lookup: usize) {
        self.answers[lookup].add_permits(1);
    }
}

impl SecretSource for Slow {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        self.source.tenant(request)
    }

    async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        let secrets = self.source.secrets(tenant).await;
        if let Some(answer) = self.answers.get(self.source.lookups() - 1) {
            answer.acquire().await?.forget();
        }
        secrets
    }
}

fn slow() -> (Slow, Verifier<GitHub>) {
    let answers = Arc::new([const { Semaphore::const_new(0) }; 2]);
    let slow = Slow { source: Source::default(), answers };
    slow.source.set("acme", "old secret");
    slow.source.set("emca", "secret of emca");
    (slow.clone(), Verifier::per_tenant(Tenants::new(slow)))
}

type Verdict<'a> = Pin<Box<dyn Future<Output = Result<Judged, BoxError>> + 'a>>;
type Judged = Result<Option<String>, VerifyErrorKind>;
type BoxError = Box<dyn Error + Send + Sync>;

/// A delivery that has begun, and waits for its tenant's secrets.
async fn waiting<'a>(
    verifier: &'a Verifier<GitHub>,
    tenant: &'a str,
    secret: &'a str,
) -> Verdict<'a> {
    let mut verdict: Verdict<'a> = Box::pin(verdict(verifier, tenant, secret));
    let is_waiting = poll_fn(|context| Poll::Ready(verdict.as_mut().poll(context).is_pending()));
    assert!(is_waiting.await, "the delivery was judged without its secrets");
    verdict
}

const MISMATCH: Judged = Err(VerifyErrorKind::Mismatch);

#[tokio::test]
async fn never_judges_a_later_delivery_by_secrets_read_before_they_were_forgotten() -> Outcome {
    for all in [false, true] {
        let (slow, verifier) = slow();
        let before = waiting(&verifier, "acme", "old secret").await;
        slow.source.set("acme", "new secret");
        if all {
            verifier.forget_all_tenants().await;
        } else {
            verifier.forget_tenant("acme").await;
        }
        let forged = waiting(&verifier, "acme", "old secret").await;
        let genuine = waiting(&verifier, "acme", "new secret").await;
        slow.answer(0);
        slow.answer(1);
        let (before, forged, genuine) = tokio::join!(before, forged, genuine);
        assert_eq!(forged?, MISMATCH, "all: {all}");
        assert!(genuine?.is_ok());
        // This delivery began before, and is judged by the secrets that its own lookup has read.
        assert!(before?.is_ok());
        // The answer of that lookup is not cached.
        assert_eq!(verdict(&verifier, "acme", "old secret").await?, MISMATCH);
        assert!(verdict(&verifier, "acme", "new secret").await?.is_ok());
        assert_eq!(slow.source.lookups(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn does_not_put_an_old_answer_in_the_place_of_a_newer_one() -> Outcome {
    let (slow, verifier) = slow();
    let before = waiting(&verifier, "acme", "old secret").await;
    slow.source.set("acme", "new secret");
    verifier.forget_tenant("acme").await;
    let later = waiting(&verifier, "acme", "new secret").await;
    slow.answer(1);
    assert!(later.await?.is_ok());
    slow.answer(0);
    assert!(before.await?.is_ok());
    assert!(verdict(&verifier, "acme", "new secret").await?.is_ok());
    assert_eq!(slow.source.lookups(), 2);
    Ok(())
}

#[tokio::test]
async fn completes_after_one_lookup_while_other_tenants_are_forgotten() -> Outcome {
    let (slow, verifier) = slow();
    let mut acme = waiting(&verifier, "acme", "old secret").await;
    for _ in 0..100 {
        verifier.forget_tenant("emca").await;
        assert!(poll_fn(|context| Poll::Ready(acme.as_mut().poll(context).is_pending())).await);
    }
    slow.answer(0);
    slow.answer(1);
    assert!(acme.await?.is_ok());
    verifier.forget_tenant("emca").await;
    assert!(verdict(&verifier, "acme", "old secret").await?.is_ok());
    assert_eq!(slow.source.lookups(), 1);
    Ok(())
}

#[tokio::test]
async fn looks_up_once_for_deliveries_that_arrive_together() -> Outcome {
    for tenant in ["acme", "nobody", "broken"] {
        let (slow, verifier) = slow();
        slow.source.set("broken", " ");
        let mut deliveries = Vec::new();
        for _ in 0..100 {
            deliveries.push(waiting(&verifier, tenant, "old secret").await);
        }
        slow.answer(0);
        for delivery in deliveries {
            let judged = delivery.await;
            assert_eq!(judged.is_err(), tenant == "broken");
            assert_eq!(judged.is_ok_and(|judged| judged.is_ok()), tenant == "acme");
        }
        assert_eq!(slow.source.lookups(), 1, "{tenant}");
    }
    Ok(())
}

#[tokio::test]
async fn looks_up_again_for_waiting_deliveries_if_the_first_is_dropped() -> Outcome {
    let (slow, verifier) = slow();
    let first = waiting(&verifier, "acme", "old secret").await;
    let second = waiting(&verifier, "acme", "old secret").await;
    drop(first);
    slow.answer(1);
    assert!(second.await?.is_ok());
    assert_eq!(slow.source.lookups(), 2);
    Ok(())
}
