//! Lists with filters that have no index.

use std::time::{Duration, Instant, SystemTime};

use countersign::inbox::{Filter, InboxHistory, Row, RowId, StoreError};

use crate::console::Shared;

/// A part of a list.
pub(crate) struct Part {
    pub(crate) rows: Vec<Row>,
    /// The row after which the next page begins, if there may be more.
    pub(crate) last: Option<RowId>,
    /// False if the time was up before the page was full.
    pub(crate) is_full: bool,
}

/// Looks for rows that fit, by one list if an index finds them, or else by a [`scan`].
pub(super) async fn look<I: InboxHistory>(
    shared: &Shared<I>,
    mut filter: Filter,
    has_index: bool,
    most: usize,
    longest: Duration,
) -> Result<Part, StoreError> {
    if !has_index {
        return scan(shared, filter, most, longest).await;
    }
    // One more, to know whether there is a next page.
    filter.most = most + 1;
    let mut rows = shared.inbox.list(&filter).await?;
    let has_more = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().filter(|_| has_more).map(|row| row.id);
    Ok(Part { rows, last, is_full: true })
}

/// Looks for rows that fit, the newest first, until a page is full.
///
/// If few rows fit, the engine has to look at very many. So this asks it for one window of numbers
/// after the other, and stops when the time is up.
async fn scan<I: InboxHistory>(
    shared: &Shared<I>,
    filter: Filter,
    most: usize,
    longest: Duration,
) -> Result<Part, StoreError> {
    // It is never closed.
    let _turn = shared.scans.acquire().await.map_err(StoreError::new)?;
    scan_within(&*shared.inbox, filter, most, WINDOW, longest).await
}

async fn scan_within<I: InboxHistory>(
    inbox: &I,
    mut filter: Filter,
    most: usize,
    window: i64,
    longest: Duration,
) -> Result<Part, StoreError> {
    let began = Instant::now();
    let mut rows = Vec::new();
    loop {
        // Numbers have gaps: a window begins at a row.
        let mut newest = Filter::new().most(1);
        newest.before = filter.before;
        let Some(newest) = inbox.list(&newest).await?.pop() else {
            return Ok(Part { rows, last: None, is_full: true });
        };
        // Deliveries were accepted nearly in the order of their receipt.
        let is_before = |since: SystemTime| newest.received_at + DISORDER < since;
        if filter.received_since.is_some_and(is_before) {
            return Ok(Part { rows, last: None, is_full: true });
        }
        let end = newest.id.0.saturating_sub(window);
        filter.before = Some(RowId(newest.id.0.saturating_add(1)));
        filter.after = Some(RowId(end));
        // One more, to know whether there is a next page.
        filter.most = most + 1 - rows.len();
        rows.extend(inbox.list(&filter).await?);
        if rows.len() > most {
            rows.truncate(most);
            let last = rows.last().map(|row| row.id);
            return Ok(Part { rows, last, is_full: true });
        }
        let last = RowId(end.saturating_add(1));
        if began.elapsed() >= longest {
            return Ok(Part { rows, last: Some(last), is_full: false });
        }
        filter.before = Some(last);
    }
}

/// A delivery can be received this long before one with a lower number.
const DISORDER: Duration = Duration::from_secs(10 * 60);

/// Rows that the engine looks at without a pause.
const WINDOW: i64 = 50_000;

/// Time for the list of one page.
pub(super) const LONGEST: Duration = Duration::from_millis(80);

#[cfg(test)]
mod tests {
    use countersign::{
        Secret, Signer, Verifier,
        inbox::{Accept as _, Entry, StoredRequest},
        providers::XWebhookSignature,
    };
    use countersign_sqlite::SqliteInbox;

    use super::*;

    #[tokio::test]
    async fn the_pages_have_each_row_once() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = SqliteInbox::open(folder.path().join("inbox.db")).await.unwrap();
        let secret = Secret::new("secret").unwrap();
        let signer = Signer::<XWebhookSignature>::new(secret.clone()).unwrap();
        for number in 0..100 {
            let endpoint = if number % 9 == 4 { "rare" } else { "usual" };
            let verifier = Verifier::<XWebhookSignature>::new(secret.clone()).unwrap();
            let headers = signer.sign(b"{}").unwrap();
            let verified = verifier.endpoint(endpoint).verify(&headers, b"{}").unwrap();
            let stored = verified.to_stored(&headers, SystemTime::now());
            inbox.accept(&Entry::new(None, StoredRequest::new("/", stored))).await.unwrap();
        }
        let filter = Filter::new().endpoint("rare");
        let expected: Vec<_> =
            (0..100).filter(|number| number % 9 == 4).map(|n| n + 1).rev().collect();
        for window in [1, 7, 50, 1_000] {
            for most in [1, 3, 50] {
                for longest in [Duration::ZERO, Duration::from_secs(60)] {
                    let (mut found, mut before) = (Vec::new(), None);
                    loop {
                        let mut filter = filter.clone();
                        filter.before = before;
                        let part = scan_within(&inbox, filter, most, window, longest).await;
                        let part = part.unwrap();
                        assert!(part.rows.len() <= most);
                        assert!(part.is_full || longest.is_zero());
                        found.extend(part.rows.iter().map(|row| row.id.0));
                        before = part.last;
                        if before.is_none() {
                            break;
                        }
                    }
                    assert_eq!(found, expected, "{window}, {most}, {longest:?}");
                }
            }
        }
    }
}
