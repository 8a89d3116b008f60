//! Pages of the console over very many deliveries, most of which are done.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use countersign::inbox::Accept as _;
use countersign_bench::{Bound, Report, Row, Table};
use countersign_console::{Console, Guarded, Request};
use countersign_sqlite::SqliteInbox;
use tokio::task::JoinSet;

use crate::deliveries::deliveries_from;

/// Fills an inbox, and measures its pages.
pub(crate) async fn measure(count: usize, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("inbox.db");
    let engine = SqliteInbox::open(&path).await?;
    for first in (0..count).step_by(PART) {
        let mut accepts = JoinSet::new();
        for entry in deliveries_from(first, PART.min(count - first)) {
            let engine = engine.clone();
            accepts.spawn(async move { engine.accept(&entry).await.unwrap() });
        }
        accepts.join_all().await;
    }
    let connection = rusqlite::Connection::open(&path)?;
    connection.busy_timeout(Duration::from_secs(60))?;
    // One of a hundred is dead, and one of a thousand waits.
    connection.execute_batch(SETTLE)?;
    drop(connection);
    let event = deliveries_from(count / 2, 1)[0].event_id().unwrap_or_default().to_owned();
    let console = Console::new(engine)?.guarded_by_a_layer_of_mine();

    let pages = [
        ("list", "/".to_owned(), 200),
        ("list, in the middle", format!("/?before={}", count / 2), 200),
        ("list of the dead", "/?state=dead".to_owned(), 200),
        ("list of those that wait", "/?state=waiting".to_owned(), 200),
        ("list by the id of an event", format!("/?id={event}"), 200),
        ("list by an endpoint that has all", "/?endpoint=x-webhook-signature".to_owned(), 200),
        ("list by a type that none has", "/?type=none".to_owned(), 11),
        ("one delivery", format!("/deliveries/{}", count / 2), 200),
        // All of the deliveries came in this hour, so it is as long as a week.
        ("overview, hour, within 30 s", "/overview?span=hour".to_owned(), 11),
        ("overview, week, within 30 s", "/overview?span=week".to_owned(), 11),
    ];
    let mut rows = Vec::new();
    for (name, target, times) in pages {
        let page = Page::measure(&console, &target, times).await;
        if name == "list" {
            let what = format!("the list at {count} deliveries, ms (p50)");
            report.budget("console", &what, page.half_within, Bound::AtMost(20.0));
            let what = format!("the list at {count} deliveries, ms (p99)");
            report.budget("console", &what, page.almost_all_within, Bound::AtMost(100.0));
        }
        let figures = [page.half_within, page.almost_all_within, page.bytes];
        rows.push(Row { name: name.to_owned(), figures: figures.map(Some).into() });
    }
    report.tables.push(Table {
        title: format!("Pages of the console, {count} deliveries of 1 KiB"),
        columns: ["p50, ms", "p99, ms", "bytes"].map(str::to_owned).into(),
        rows,
    });
    Ok(())
}

struct Page {
    half_within: f64,
    almost_all_within: f64,
    bytes: f64,
}

impl Page {
    async fn measure(
        console: &Console<SqliteInbox, Guarded>,
        target: &str,
        times: usize,
    ) -> Self {
        let (mut took, mut bytes) = (Vec::new(), 0);
        // The first turn only warms up.
        for turn in 0..=times {
            let start = Instant::now();
            let response = console.handle(Request::get(target).at("/webhooks-admin")).await;
            assert_eq!(response.status, 200, "{target}");
            if turn > 0 {
                took.push(start.elapsed());
            }
            bytes = response.text().len();
        }
        took.sort_unstable();
        let milliseconds = |place: usize| (took[place].as_secs_f64() * 1e5).round() / 100.0;
        Self {
            half_within: milliseconds(took.len() / 2),
            almost_all_within: milliseconds((took.len() * 99 / 100).min(took.len() - 1)),
            bytes: bytes as f64,
        }
    }
}

const SETTLE: &str = "\
update countersign_inbox set due_at = null, ended_at = received_at,
    state = case when id % 100 = 1 then 'dead' else 'done' end
where id % 1000 <> 0";

const PART: usize = 10_000;
