//! The search for a text in bodies.

use std::{sync::Arc, time::Instant};

use countersign::inbox::{InboxHistory, StoredRequest};

use memchr::memmem;
use tokio::{sync::Semaphore, task};

use super::{View, scan::Part};
use crate::{chosen::Chosen, console::Settings, error::Refused, redaction::Shown};

/// Bounds the searches at the same time: each one reads up to 64 MiB from the inbox.
#[derive(Debug)]
pub(crate) struct Searches(Semaphore);

impl Default for Searches {
    fn default() -> Self {
        Self(Semaphore::new(MOST_SEARCHES))
    }
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
) -> Result<Part, Refused> {
    if chosen.text.len() > LONGEST_TEXT {
        return Err(Refused::Bad("The text to look for has more than 200 bytes."));
    }
    let _permit = view.shared.searches.0.try_acquire().map_err(|_| Refused::Busy)?;
    let began = Instant::now();
    let mut found = Part { rows: Vec::new(), last: None, is_full: true };
    let (mut filter, mut looked_at, mut bytes) = (chosen.filter(BATCH), 0, 0);
    loop {
        let rows = view.inbox().list(&filter).await?;
        let is_last = rows.len() < BATCH;
        for row in rows {
            found.last = Some(row.id);
            looked_at += 1;
            let details = view.inbox().get(row.id).await?;
            let request = details.and_then(|details| details.request).unwrap_or_default();
            bytes += request.len();
            let (settings, text) = (Arc::clone(view.settings), chosen.text.clone());
            // Decoding a long body would hold up other requests of this thread.
            let has = task::spawn_blocking(move || has(&settings, &request, &text));
            if has.await.map_err(|_| Refused::Page)? {
                found.rows.push(row);
            }
            if found.rows.len() >= most {
                return Ok(found);
            }
            let is_enough = looked_at >= MOST_ROWS
                || bytes >= MOST_BYTES
                || began.elapsed().as_millis() >= LONGEST;
            if is_enough {
                return Ok(Part { is_full: false, ..found });
            }
        }
        match found.last {
            Some(last) if !is_last => filter = filter.before(last),
            _ => return Ok(Part { last: None, ..found }),
        }
    }
}

fn has(settings: &Settings, request: &[u8], text: &str) -> bool {
    let Ok(request) = StoredRequest::from_json(request) else { return false };
    match settings.redaction.apply(request.body()) {
        Shown::Whole(body) | Shown::Redacted(body, _) => {
            memmem::find(&body, text.as_bytes()).is_some()
        }
        Shown::Hidden => false,
    }
}

const MOST_SEARCHES: usize = 2;

/// In bytes.
const LONGEST_TEXT: usize = 200;

const BATCH: usize = 200;
const MOST_ROWS: usize = 5_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// In milliseconds.
const LONGEST: u128 = 1_000;
