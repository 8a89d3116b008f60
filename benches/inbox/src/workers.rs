//! Several workers that drain one inbox in PostgreSQL.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use countersign::inbox::{Accept as _, Inbox};
use countersign_bench::{Row, Table};
use countersign_postgres::PostgresInbox;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant as Moment, sleep_until},
};

use crate::{
    deliveries::{deliveries, verifier},
    postgres::{Database, processor_time},
};

/// Measures how fast 1, 2 and 4 workers drain the inbox, each with a pool of its own.
pub(crate) async fn measure(
    database: &Database,
    rounds: usize,
    count: usize,
) -> Result<Table, Box<dyn Error>> {
    let mut rows = Vec::new();
    for prepared in [false, true] {
        for workers in [1, 2, 4] {
            let mut turns = Vec::new();
            for _ in 0..rounds {
                turns.push(drain(database, workers, prepared, count).await?);
            }
            turns.sort_by(|one, other| one[0].total_cmp(&other[0]));
            let figures = turns[turns.len() / 2].map(|figure| Some(figure.round())).into();
            let sent = if prepared { "prepared" } else { "unnamed" };
            rows.push(Row { name: format!("{workers} workers, {sent}"), figures });
        }
    }
    let columns =
        ["deliveries/s", "processor time, us", "of the server, us", "connections that work"];
    Ok(Table {
        title: format!("PostgreSQL, {count} deliveries of 1 KiB that workers drain"),
        columns: columns.map(str::to_owned).into(),
        rows,
    })
}

async fn drain(
    database: &Database,
    workers: usize,
    prepared: bool,
    count: usize,
) -> Result<[f64; 4], Box<dyn Error>> {
    database.empty().await?;
    let inbox = PostgresInbox::new(database.pool.clone());
    let mut accepts = JoinSet::new();
    for entry in deliveries(count) {
        let inbox = inbox.clone();
        accepts.spawn(async move { inbox.accept(&entry).await.unwrap() });
    }
    accepts.join_all().await;
    database.pool.get().await?.batch_execute("vacuum analyze countersign_inbox").await?;
    let left = Arc::new(AtomicUsize::new(count));
    let (done, is_done) = watch::channel(false);
    let done = Arc::new(done);
    // Kept until the end: the processor time of connections that are closed cannot be read.
    let pools = (0..workers).map(|_| database.pool()).collect::<Result<Vec<_>, _>>()?;
    let mut running = JoinSet::new();
    let (start, all, own) = (Instant::now(), processor_time(false), processor_time(true));
    for pool in &pools {
        let engine = PostgresInbox::new(pool.clone()).prepared_statements(prepared);
        let (left, done, mut is_done) = (Arc::clone(&left), Arc::clone(&done), is_done.clone());
        let worker = Inbox::new(engine).concurrency(128).worker(&verifier(), move |_| {
            if left.fetch_sub(1, Relaxed) == 1 {
                done.send_replace(true);
            }
            async { Ok(()) }
        });
        running.spawn(worker.run_until(async move {
            let _ = is_done.wait_for(|is_done| *is_done).await;
        }));
    }
    let (working, waits) = watch_activity(database, is_done).await?;
    running.join_all().await;
    let took = start.elapsed().as_secs_f64();
    let microseconds = |time: f64| time * 1e6 / count as f64;
    let (all, own) = (processor_time(false) - all, processor_time(true) - own);
    eprintln!("{workers} workers, prepared: {prepared}: {waits:?}");
    Ok([count as f64 / took, microseconds(all), microseconds(all - own), working])
}

/// Asks again and again what the connections do. Returns the average number that work, and how
/// often each kind of wait was seen.
async fn watch_activity(
    database: &Database,
    mut is_done: watch::Receiver<bool>,
) -> Result<(f64, BTreeMap<String, usize>), Box<dyn Error>> {
    let client = database.pool.get().await?;
    let activity = client
        .prepare_cached(
            "select coalesce(wait_event_type || '/' || wait_event, 'runs') from pg_stat_activity
            where state = 'active' and pid <> pg_backend_pid()",
        )
        .await?;
    let (mut samples, mut waits) = (0, BTreeMap::new());
    while !*is_done.borrow_and_update() {
        for row in client.query(&activity, &[]).await? {
            *waits.entry(row.get(0)).or_default() += 1;
        }
        samples += 1;
        sleep_until(Moment::now() + Duration::from_millis(20)).await;
    }
    Ok((waits.values().sum::<usize>() as f64 / f64::from(samples.max(1)), waits))
}
