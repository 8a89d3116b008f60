//! An inbox in PostgreSQL that remembers very many deliveries that are done.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use countersign::inbox::{
    Accept as _, Accepted, Filter, InboxHistory as _, InboxStore as _, Settled, Wanted,
};
use countersign_bench::{Row, Table};
use countersign_postgres::PostgresInbox;
use tokio::task::JoinSet;

use crate::{
    deliveries::{deliveries_from, verifier},
    load::Load,
    postgres::Database,
};

/// Measures an inbox with these numbers of rows that are done, which must rise.
pub(crate) async fn measure(
    database: &Database,
    counts: &[usize],
) -> Result<Table, Box<dyn Error>> {
    let inbox = PostgresInbox::new(database.pool.clone());
    let (mut rows, mut first) = (Vec::new(), 0);
    for (step, &count) in counts.iter().enumerate() {
        let start = Instant::now();
        fill(database, first, count).await?;
        eprintln!("{count} rows after {:?}", start.elapsed());
        first = count;
        rows.push(Row { name: count.to_string(), figures: figures(database, &inbox, step).await? });
    }
    let columns = [
        "accepted/s, 8 in flight",
        "p50, us",
        "p99, us",
        "taken and finished one by one, us",
        "numbers of all states, us",
        "list of the newest 100, us",
        "tables and indexes, MiB",
    ];
    Ok(Table {
        title: "PostgreSQL, by the number of rows that are done".to_owned(),
        columns: columns.map(str::to_owned).into(),
        rows,
    })
}

/// Adds rows that are done, with small requests. The indexes in no order are made again afterwards,
/// which takes less time.
async fn fill(database: &Database, first: usize, count: usize) -> Result<(), Box<dyn Error>> {
    let endpoint = verifier().get_endpoint().to_owned();
    let sql = format!(
        "set maintenance_work_mem = '512MB';
        alter table countersign_inbox drop constraint countersign_inbox_key_key;
        drop index countersign_inbox_events;
        insert into countersign_inbox (key, endpoint, provider, event_type, event_id, state, attempts,
            received_at, ended_at, attempts_log)
        select md5(n::text), '{endpoint}', '{endpoint}', 'user.created', md5(n::text), 'done', 1,
            clock_timestamp(), clock_timestamp(), '[[1, 1764000000000, 1764000000000, null]]'
        from generate_series({first} + 1, {count}) as n;
        insert into countersign_inbox_requests (id, request)
        select id, decode(repeat('00', 100), 'hex') from countersign_inbox
        where not exists (
            select from countersign_inbox_requests as known where known.id = countersign_inbox.id
        );
        alter table countersign_inbox add constraint countersign_inbox_key_key unique (key);
        create index countersign_inbox_events on countersign_inbox (event_id)
            where event_id is not null and ended_at is not null;"
    );
    let client = database.pool.get().await?;
    client.batch_execute(&sql).await?;
    client.batch_execute("vacuum analyze countersign_inbox").await?;
    client.batch_execute("vacuum analyze countersign_inbox_requests").await?;
    Ok(())
}

async fn figures(
    database: &Database,
    inbox: &PostgresInbox,
    step: usize,
) -> Result<Vec<Option<f64>>, Box<dyn Error>> {
    // The first accepts make the connections, and do not count.
    accept(inbox, (2 * step) * ACCEPTED).await;
    let accepted = accept(inbox, (2 * step + 1) * ACCEPTED).await;
    let wanted = Wanted {
        endpoints: vec![verifier().get_endpoint().to_owned()],
        most: 1,
        lease: Duration::from_secs(60),
        attempts: 5,
    };
    let taken = median(async || {
        for taken in inbox.take(&wanted).await.unwrap() {
            assert_eq!(inbox.finish(&taken.held).await.unwrap(), Settled::Applied);
        }
    })
    .await;
    let counted = median(async || assert_eq!(inbox.stats().await.unwrap().len(), 1)).await;
    let listed =
        median(async || assert_eq!(inbox.list(&Filter::new()).await.unwrap().len(), 100)).await;
    let client = database.pool.get().await?;
    let size = "select (pg_total_relation_size('countersign_inbox')
        + pg_total_relation_size('countersign_inbox_requests')) / 1048576.0::float8";
    let size: f64 = client.query_one(size, &[]).await?.try_get(0)?;
    let done = "update countersign_inbox set state = 'done', due_at = null, ended_at = now()
        where state <> 'done'";
    client.batch_execute(done).await?;
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let figures = [
        accepted.rate,
        accepted.half_within,
        accepted.almost_all_within,
        microseconds(taken),
        microseconds(counted),
        microseconds(listed),
        size,
    ];
    Ok(figures.map(|figure| Some(figure.round())).into())
}

async fn accept(inbox: &PostgresInbox, first: usize) -> Load {
    let entries: Arc<[_]> = deliveries_from(first, ACCEPTED).into();
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..IN_FLIGHT {
        let (inbox, entries) = (inbox.clone(), Arc::clone(&entries));
        tasks.spawn(async move {
            let mut took = Vec::new();
            for entry in entries.iter().skip(task).step_by(IN_FLIGHT) {
                let start = Instant::now();
                assert_eq!(inbox.accept(entry).await.unwrap(), Accepted::New);
                took.push(start.elapsed());
            }
            took
        });
    }
    let took = tasks.join_all().await.concat();
    Load::from_times(took, start.elapsed())
}

/// Returns the median time of several calls.
async fn median(mut act: impl AsyncFnMut()) -> Duration {
    let mut took = Vec::new();
    for _ in 0..101 {
        let start = Instant::now();
        act().await;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

const ACCEPTED: usize = 10_000;

const IN_FLIGHT: usize = 8;
