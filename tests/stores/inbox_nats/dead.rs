//! Deliveries that are dead, for operators.

use countersign::inbox::{Accept as _, InboxStore as _};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn are_listed_replayed_and_discarded() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let one = inbox(&nats).await?;
    let endpoint = entry("").endpoint().to_owned();
    for id in ["evt_1", "evt_2", "evt_3"] {
        one.accept(&entry(id)).await?;
        let taken = one.take(&wanted(1, MINUTE)).await?.remove(0);
        let _ = one.bury(&taken.held, &format!("{id} cannot be handled")).await?;
    }
    assert!(one.dead("another", 10).await?.is_empty());
    assert_eq!(one.dead(&endpoint, 2).await?.len(), 2);
    let dead = one.dead(&endpoint, 10).await?;
    let described: Vec<_> = dead
        .iter()
        .map(|dead| (dead.request.to_vec(), dead.attempts, dead.reason.as_deref()))
        .collect();
    let expected: Vec<_> = [
        ("evt_1", "evt_1 cannot be handled"),
        ("evt_2", "evt_2 cannot be handled"),
        ("evt_3", "evt_3 cannot be handled"),
    ]
    .map(|(id, reason)| (entry(id).request().to_json(), 1, Some(reason)))
    .into();
    assert_eq!(described.len(), expected.len());
    for (described, expected) in described.iter().zip(&expected) {
        let body =
            |json| countersign::inbox::StoredRequest::from_json(json).unwrap().body().to_vec();
        assert_eq!(body(&described.0), body(&expected.0));
        assert_eq!((described.1, described.2), (expected.1, expected.2));
    }

    // Another process replays one, and discards another one.
    let other = inbox(&nats).await?;
    assert!(other.replay(&dead[0]).await?);
    assert!(other.discard(&dead[1]).await?);
    assert!(!one.replay(&dead[0]).await?);
    assert!(!one.discard(&dead[1]).await?);
    assert_eq!(one.dead(&endpoint, 10).await?.len(), 1);
    let taken = one.take(&wanted(10, MINUTE)).await?;
    assert_eq!(taken.iter().map(|taken| &taken.request).collect::<Vec<_>>(), [&dead[0].request]);
    assert_eq!(taken[0].number, 1);
    Ok(())
}
