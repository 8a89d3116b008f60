//! Servers that die and freeze.

use countersign::inbox::{Accept as _, Accepted, InboxStore as _, Settled};
use tokio::time::{Instant, sleep};

use super::*;

/// Accepts until the servers have a leader, as a provider does that sends a delivery again.
async fn accept(inbox: &NatsInbox, id: &str) -> Accepted {
    let end = Instant::now() + PATIENCE;
    loop {
        match inbox.accept(&entry(id)).await {
            Ok(accepted) => return accepted,
            Err(error) => assert!(Instant::now() < end, "{error:?}"),
        }
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_deliveries_survive_the_death_of_the_leader_and_of_all_servers() -> Outcome {
    let Some(mut nats) = Nats::start(3)? else { return Ok(()) };
    let one = inbox(&nats).await?;
    let mut ids = Vec::new();
    for round in 0..3 {
        for number in 0..20 {
            let id = format!("evt_{round}_{number}");
            accept(&one, &id).await;
            ids.push(id);
        }
        if round == 2 {
            for node in 0..3 {
                nats.kill_node(node)?;
            }
            for node in 0..3 {
                nats.start_node(node)?;
            }
        } else {
            let leader = nats.leader_of("webhooks").unwrap_or_default();
            nats.kill_node(leader)?;
            accept(&one, &format!("evt_{round}_0")).await;
            nats.start_node(leader)?;
        }
        tokio::task::block_in_place(|| nats.wait_until_healthy())?;
    }
    for id in &ids {
        assert_eq!(accept(&one, id).await, Accepted::Duplicate, "{id}");
    }
    let mut handled = 0;
    let end = Instant::now() + PATIENCE;
    while handled < ids.len() {
        assert!(Instant::now() < end, "{handled} of {} were handled", ids.len());
        for taken in one.take(&wanted(100, MINUTE)).await.unwrap_or_default() {
            if matches!(one.finish(&taken.held).await, Ok(Settled::Applied)) {
                handled += 1;
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_stored_while_the_leader_is_frozen() -> Outcome {
    let Some(nats) = Nats::start(3)? else { return Ok(()) };
    let one = inbox(&nats).await?;
    accept(&one, "evt_1").await;
    let taken = one.take(&wanted(1, MINUTE)).await?.remove(0);
    let leader = nats.leader_of("webhooks-states").unwrap_or_default();
    nats.freeze_node(leader)?;
    // The worker asks again and again. The others elect a leader, or the frozen one continues.
    let end = Instant::now() + PATIENCE;
    let mut settled = one.finish(&taken.held).await;
    nats.thaw_node(leader)?;
    while settled.is_err() && Instant::now() < end {
        sleep(Duration::from_millis(100)).await;
        settled = one.finish(&taken.held).await;
    }
    assert_eq!(settled?, Settled::Applied);
    assert!(one.take(&wanted(10, MINUTE)).await?.is_empty());
    Ok(())
}
