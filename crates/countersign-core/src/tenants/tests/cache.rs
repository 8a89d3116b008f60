//! The cache: its lifetimes, and its capacity.

use std::time::Instant;

use super::*;

fn remembering(
    known: Duration,
    unknown: Duration,
    capacity: Option<u64>,
) -> (Source, Verifier<GitHub>) {
    let source = Source::default();
    source.set("acme", "secret of acme");
    let tenants = Tenants::new(source.clone()).time_to_live(known).unknown_time_to_live(unknown);
    let tenants = match capacity {
        Some(capacity) => tenants.capacity(capacity),
        None => tenants,
    };
    (source, Verifier::per_tenant(tenants))
}

#[tokio::test]
async fn remembers_each_kind_of_answer_for_its_own_time() -> Outcome {
    let hour = Duration::from_secs(3600);
    for (known, unknown) in [(hour, Duration::ZERO), (Duration::ZERO, hour)] {
        for (tenant, lifetime) in [("acme", known), ("nobody", unknown)] {
            let (source, verifier) = remembering(known, unknown, None);
            for _ in 0..3 {
                let judged = verdict(&verifier, tenant, "secret of acme").await?;
                assert_eq!(judged.is_ok(), tenant == "acme");
            }
            let expected = if lifetime.is_zero() { 3 } else { 1 };
            assert_eq!(source.lookups(), expected, "{tenant} for {lifetime:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn looks_up_again_after_an_answer_expired() -> Outcome {
    let moment = Duration::from_millis(20);
    for (tenant, is_known) in [("acme", true), ("nobody", false)] {
        let (source, verifier) = remembering(moment, moment, None);
        assert_eq!(verdict(&verifier, tenant, "secret of acme").await?.is_ok(), is_known);
        if is_known {
            source.remove(tenant);
        } else {
            source.set(tenant, "secret of acme");
        }
        let changed = Instant::now();
        while verdict(&verifier, tenant, "secret of acme").await?.is_ok() == is_known {
            assert!(changed.elapsed() < PATIENCE, "the answer for {tenant} did not expire");
        }
    }
    Ok(())
}

#[tokio::test]
async fn remembers_as_many_tenants_as_its_capacity() -> Outcome {
    let hour = Duration::from_secs(3600);
    let names: Vec<_> = (0..2000).map(|number| format!("nobody-{number}")).collect();
    for (capacity, least, most) in
        [(None, 2000, 2000), (Some(2000), 2000, 2000), (Some(10), 3000, 4000)]
    {
        let (source, verifier) = remembering(hour, hour, capacity);
        for _ in 0..2 {
            for name in &names {
                assert!(verdict(&verifier, name, "secret of acme").await?.is_err());
            }
        }
        // Entries over the capacity are removed in batches.
        let lookups = source.lookups();
        assert!((least..=most).contains(&lookups), "{lookups} with {capacity:?}");
        // A tenant that exists is judged by its secret, even if its entry was removed.
        assert!(verdict(&verifier, "acme", "secret of acme").await?.is_ok());
        assert!(verdict(&verifier, "acme", "another secret").await?.is_err());
    }
    Ok(())
}

/// Time after which a test assumes that an answer never expires.
const PATIENCE: Duration = Duration::from_secs(60);
