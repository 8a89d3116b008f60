//! The search for a text in bodies.

use std::time::Instant;

use countersign::inbox::{InboxHistory, Row, RowId, StoredRequest};

use super::View;
use crate::{chosen::Chosen, error::Refused, redaction::Shown};

/// The rows whose body has a text.
pub(crate) struct Found {
    pub(crate) rows: Vec<Row>,
    pub(crate) looked_at: usize,
    /// The last row that was looked at, if there are more.
    pub(crate) last: Option<RowId>,
}

/// Looks for a text in the bodies of the deliveries that fit the filters, the newest first.
///
/// No index has this. So the work for one page is bounded, and the page links to the next part.
/// Only the body as it may be shown is looked through: otherwise the answer would disclose members
/// that are hidden.
pub(crate) async fn search<I: InboxHistory>(
    view: &View<'_, I>,
    chosen: &Chosen,
    most: usize,
) -> Result<Found, Refused> {
    let began = Instant::now();
    let mut found = Found { rows: Vec::new(), looked_at: 0, last: None };
    let (mut filter, mut bytes) = (chosen.filter(BATCH), 0);
    loop {
        let rows = view.inbox().list(&filter).await?;
        let is_last = rows.len() < BATCH;
        for row in rows {
            found.last = Some(row.id);
            found.looked_at += 1;
            let details = view.inbox().get(row.id).await?;
            let request = details.and_then(|details| details.request).unwrap_or_default();
            bytes += request.len();
            if has(view, &request, &chosen.text) {
                found.rows.push(row);
            }
            let is_enough = found.rows.len() >= most
                || found.looked_at >= MOST_ROWS
                || bytes >= MOST_BYTES
                || began.elapsed().as_millis() >= LONGEST;
            if is_enough {
                return Ok(found);
            }
        }
        match found.last {
            Some(last) if !is_last => filter = filter.before(last),
            _ => return Ok(Found { last: None, ..found }),
        }
    }
}

fn has<I: InboxHistory>(view: &View<'_, I>, request: &[u8], text: &str) -> bool {
    let Ok(request) = StoredRequest::from_json(request) else { return false };
    match view.shown(request.body()) {
        Shown::Whole(body) | Shown::Redacted(body) => {
            body.windows(text.len().max(1)).any(|part| part == text.as_bytes())
        }
        Shown::Hidden => false,
    }
}

const BATCH: usize = 200;
const MOST_ROWS: usize = 5_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// In milliseconds.
const LONGEST: u128 = 1_000;
