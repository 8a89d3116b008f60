//! Deliveries that arrive at the same moment. Some of them are kept by one statement.

use std::time::Duration;

use countersign::{
    idempotency::IdempotencyKey,
    inbox::{Accept, Accepted, Entry, Filter, InboxHistory, StoreError, StoredRequest},
};
use tokio::{
    task::{JoinHandle, yield_now},
    time::timeout,
};

use super::*;

/// More than the insertions that an inbox sends before it makes batches.
const BEFORE: usize = 20;

/// Begins to accept deliveries, in their order. On a runtime with one thread, all of them have
/// arrived before the first one is inserted.
async fn begin(
    inbox: &PostgresInbox,
    entries: impl IntoIterator<Item = Entry>,
) -> Vec<JoinHandle<Result<Accepted, StoreError>>> {
    let begin = |entry| {
        let inbox = inbox.clone();
        tokio::spawn(async move { inbox.accept(&entry).await })
    };
    let begun = entries.into_iter().map(begin).collect();
    yield_now().await;
    begun
}

fn others(name: &str) -> Vec<Entry> {
    (0..BEFORE).map(|number| entry(&format!("{name}_{number}"))).collect()
}

/// Returns an entry with the key of another one, that came to another path.
fn came_to(path: &str, entry: &Entry, key: Option<IdempotencyKey>) -> Entry {
    Entry::new(key, StoredRequest::new(path, entry.request().delivery().clone()))
}

async fn both(postgres: &Postgres) -> Result<[PostgresInbox; 2], Box<dyn Error>> {
    let inbox = inbox(postgres).await?;
    Ok([inbox.clone(), inbox.prepared_statements(true)])
}

fn has_batches(postgres: &Postgres) -> Result<bool, Box<dyn Error>> {
    Ok(postgres.log()?.contains("countersign_inbox_accept_all($1"))
}

#[tokio::test]
async fn a_delivery_that_cannot_be_kept_does_not_fail_those_beside_it() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for (round, inbox) in both(&postgres).await?.into_iter().enumerate() {
        if round == 0 {
            postgres.execute("alter table countersign_inbox add check (event_type <> 'bad')")?;
        }
        let mut entries = others(&format!("good_{round}"));
        entries.insert(BEFORE - 3, of_type("bad", "evt_bad"));
        for (place, accepted) in begin(&inbox, entries).await.into_iter().enumerate() {
            let accepted = accepted.await?;
            if place == BEFORE - 3 {
                assert!(format!("{:?}", accepted.unwrap_err()).contains("check constraint"));
            } else {
                assert_eq!(accepted?, Accepted::New, "{place}");
            }
        }
    }
    assert!(has_batches(&postgres)?);
    Ok(())
}

#[tokio::test]
async fn of_equal_keys_in_a_batch_the_first_is_kept() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for (round, inbox) in both(&postgres).await?.into_iter().enumerate() {
        let [one, other] = ["1", "2"].map(|id| entry(&format!("{round}_{id}")));
        let mut entries = others(&format!("before_{round}"));
        entries.extend([
            came_to("/one", &one, one.key().cloned()),
            came_to("/again", &one, one.key().cloned()),
            came_to("/other", &other, other.key().cloned()),
            came_to("/again", &one, one.key().cloned()),
            came_to("/no_key_1", &one, None),
            came_to("/no_key_2", &one, None),
            came_to("/again", &other, other.key().cloned()),
        ]);
        let mut accepted = Vec::new();
        for task in begin(&inbox, entries.clone()).await {
            accepted.push(task.await?? == Accepted::New);
        }
        assert_eq!(accepted[..BEFORE], [true; BEFORE]);
        assert_eq!(accepted[BEFORE..], [true, false, true, false, true, true, false]);
        // Each row has its own request, and the ids are in the order of arrival.
        let mut paths = Vec::new();
        for row in inbox.list(&Filter::new().most(entries.len() - 3)).await? {
            let request = inbox.get(row.id).await?.and_then(|details| details.request).unwrap();
            let request = StoredRequest::from_json(&request)?;
            assert_eq!(row.event_id.as_deref(), request.delivery().id());
            if request.path() != "/webhooks" {
                paths.insert(0, request.path().to_owned());
            }
        }
        assert_eq!(paths, ["/one", "/other", "/no_key_1", "/no_key_2"]);
        for task in begin(&inbox, entries.into_iter().filter(|entry| entry.key().is_some())).await {
            assert_eq!(task.await??, Accepted::Duplicate);
        }
    }
    assert!(has_batches(&postgres)?);
    Ok(())
}

#[tokio::test]
async fn callers_that_go_away_do_not_harm_the_others() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    for round in 0..20 {
        // All but a few are gone: those that hold up the others, and some of those that wait.
        let begun = begin(&inbox, others(&format!("evt_{round}"))).await;
        let mut stay = Vec::new();
        for (place, task) in begun.into_iter().enumerate() {
            match (place + round) % 5 {
                0 => stay.push(task),
                _ => task.abort(),
            }
        }
        for task in stay {
            assert_eq!(timeout(PATIENCE, task).await???, Accepted::New);
        }
        // All are gone, at various moments.
        let begun = begin(&inbox, others(&format!("gone_{round}"))).await;
        tokio::time::sleep(Duration::from_micros(300) * u32::try_from(round)?).await;
        for task in begun {
            task.abort();
        }
    }
    assert_eq!(timeout(PATIENCE, inbox.accept(&entry("last"))).await??, Accepted::New);
    Ok(())
}

#[tokio::test]
async fn a_delivery_that_waits_for_a_transaction_does_not_hold_up_others() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (inbox, pool) = (inbox(&postgres).await?, pool(config(&postgres)));
    let mut client = pool.get().await?;
    let transaction = client.transaction().await?;
    let held = entry("held");
    assert_eq!(inbox.accept_in(&transaction, &held).await?, Accepted::New);
    // In a batch.
    let mut entries = others("evt");
    entries.insert(BEFORE - 3, held.clone());
    let mut begun = begin(&inbox, entries).await;
    let mut waits = vec![begun.remove(BEFORE - 3)];
    for task in begun {
        assert_eq!(timeout(PATIENCE, task).await???, Accepted::New);
    }
    // The most insertions at the same time.
    waits.append(&mut begin(&inbox, vec![held; 10]).await);
    assert_eq!(timeout(PATIENCE, inbox.accept(&entry("beside"))).await??, Accepted::New);
    assert!(waits.iter().all(|task| !task.is_finished()));
    transaction.commit().await?;
    for task in waits {
        assert_eq!(timeout(PATIENCE, task).await???, Accepted::Duplicate);
    }
    Ok(())
}
