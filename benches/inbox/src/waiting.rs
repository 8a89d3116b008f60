//! An inbox in which very many deliveries wait.

use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use countersign::inbox::{
    Accept as _, Filter, InboxHistory as _, InboxStore as _, Settled, State, Wanted,
};
use countersign_bench::{Row, Table};
use countersign_sqlite::SqliteInbox;
use tokio::task::JoinSet;

use crate::deliveries::deliveries_from;

/// Fills an inbox, and measures what it takes and how fast it still is.
pub(crate) async fn measure(count: usize) -> Result<Table, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("inbox.db");
    let engine = SqliteInbox::open(&path).await?;
    let start = Instant::now();
    let before = resident();
    // In parts, so that the deliveries in memory do not count.
    for first in (0..count).step_by(PART) {
        let mut accepts = JoinSet::new();
        for entry in deliveries_from(first, PART.min(count - first)) {
            let engine = engine.clone();
            accepts.spawn(async move { engine.accept(&entry).await.unwrap() });
        }
        accepts.join_all().await;
    }
    let filled = start.elapsed();
    let after = resident();
    let size = sizes(&path)?;
    let start = Instant::now();
    let stats = engine.stats().await?;
    let counted = start.elapsed();
    assert_eq!(stats[0].ready, count as u64);
    let newest = Filter::new().state(State::Waiting);
    let listed = median(async || {
        assert_eq!(engine.list(&newest).await.unwrap().len(), count.min(100));
    })
    .await;
    let mut of_event = Filter::new();
    of_event.event_id = deliveries_from(count / 2, 1)[0].event_id().map(str::to_owned);
    let found = median(async || assert_eq!(engine.list(&of_event).await.unwrap().len(), 1)).await;
    let wanted = Wanted {
        endpoints: vec![stats[0].endpoint.clone()],
        most: 32,
        lease: Duration::from_secs(60),
        attempts: 5,
    };
    let taken = median(async || {
        for taken in engine.take(&wanted).await.unwrap() {
            assert_eq!(engine.finish(&taken.held).await.unwrap(), Settled::Applied);
        }
    })
    .await;
    let figures = [
        ("deliveries/s while it is filled", (count as f64 / filled.as_secs_f64()).round()),
        ("memory before, MiB", before),
        ("memory after, MiB", after),
        ("file and log, MiB", size.round()),
        ("bytes for each delivery", (size * MIB / count as f64).round()),
        ("numbers of all states, ms", milliseconds(counted)),
        ("list of the newest 100, ms", milliseconds(listed)),
        ("list by the id of an event, ms", milliseconds(found)),
        ("32 deliveries taken and finished one by one, ms", milliseconds(taken)),
    ];
    let rows = figures.map(|(name, figure)| Row {
        name: name.to_owned(),
        figures: vec![Some((figure * 100.0).round() / 100.0)],
    });
    Ok(Table {
        title: format!("{count} waiting deliveries of 1 KiB"),
        columns: vec!["measured".to_owned()],
        rows: rows.into(),
    })
}

/// Returns the median time of several calls.
async fn median(mut act: impl AsyncFnMut()) -> Duration {
    let mut took = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        act().await;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

/// Returns the memory of this process, in MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    (kib / 1024.0).round()
}

/// Returns the size of the file and of its log, in MiB.
fn sizes(path: &Path) -> std::io::Result<f64> {
    let log = path.with_extension("db-wal");
    Ok((fs::metadata(path)?.len() + fs::metadata(log)?.len()) as f64 / MIB)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const PART: usize = 10_000;

const MIB: f64 = 1024.0 * 1024.0;
