//! The numbers of deliveries whose rows were removed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::inbox::{Accept, InboxHistory, InboxStore};
use tokio::task::JoinSet;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_remove_rows_at_once_count_each_row_once() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    let now = hour_of_now();
    for number in 0..ROWS {
        let time = now - 2 * HOUR + 3 * HOUR / ROWS * number;
        inbox.accept(&received_at(time, &verifier(), "user.created", &number.to_string())).await?;
    }
    for taken in inbox.take(&wanted(usize::MAX, HOUR)).await? {
        let _ = inbox.finish(&taken.held).await?;
    }
    let before = inbox.activity(now - 2 * HOUR, HOUR).await?;
    assert_eq!(before.iter().map(|hour| hour.accepted).collect::<Vec<_>>(), [100, 100, 100]);

    let mut processes = JoinSet::new();
    for _ in 0..8 {
        let inbox = PostgresInbox::new(pool(config(&postgres)));
        processes.spawn(async move {
            let mut removed = 0;
            loop {
                match inbox.prune(Duration::ZERO, 7).await.unwrap() {
                    0 => return removed,
                    number => removed += number,
                }
            }
        });
    }
    // Each look at the numbers finds all rows, removed or not.
    while inbox.prunable(Duration::ZERO, 1).await? > 0 {
        assert_eq!(inbox.activity(now - 2 * HOUR, HOUR).await?, before);
    }
    assert_eq!(processes.join_all().await.iter().sum::<usize>(), ROWS as usize);
    assert_eq!(inbox.activity(now - 2 * HOUR, HOUR).await?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_rows_are_counted_for_15_days() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    let (now, day, minute) = (hour_of_now(), 24 * HOUR, HOUR / 60);
    for (id, time) in [
        ("16 days ago", now - 16 * day),
        ("14 days ago", now - 14 * day),
        ("first", now - 3 * HOUR),
        ("last", now - 3 * HOUR + 40 * minute),
        ("by a clock that was wrong", now + 3 * HOUR),
    ] {
        inbox.accept(&received_at(time, &verifier(), "user.created", id)).await?;
    }
    for taken in inbox.take(&wanted(9, HOUR)).await? {
        let _ = inbox.finish(&taken.held).await?;
    }
    assert_eq!(inbox.prune(Duration::ZERO, 9).await?, 5);
    assert_eq!(inbox.prune(Duration::ZERO, 9).await?, 0);
    let counts = async |since: SystemTime, width: Duration| {
        let activity = inbox.activity(since, width).await.unwrap();
        activity.iter().map(|one| (one.interval, one.accepted)).collect::<Vec<_>>()
    };
    assert_eq!(counts(now - 20 * day, 40 * day).await, [(0, 3)]);
    // Both count as received with the last one.
    assert_eq!(counts(now - 3 * HOUR, 15 * minute).await, [(2, 2)]);

    postgres.execute("update countersign_inbox_hours set hour = hour - 24 * 15")?;
    assert_eq!(inbox.prune(Duration::ZERO, 9).await?, 0);
    assert_eq!(postgres.execute("select count(*) from countersign_inbox_hours")?, "0");
    Ok(())
}

/// Returns the begin of this hour of UTC.
fn hour_of_now() -> SystemTime {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UNIX_EPOCH + Duration::from_secs(since_1970.as_secs() / 3600 * 3600)
}

const HOUR: Duration = Duration::from_secs(3600);

const ROWS: u32 = 300;
