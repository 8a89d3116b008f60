//! The search for a text in bodies.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use countersign::inbox::{InboxHistory, StoredRequest};
use memchr::memmem;
use tokio::task;

use super::{
    View,
    scan::{Part, look},
};
use crate::{chosen::Chosen, console::Settings, error::Refused, redaction::Shown};

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
    let _place = view.shared.searches.take(view.operator.name()).ok_or(Refused::Busy)?;
    let (began, has_index) = (Instant::now(), chosen.has_index());
    let mut found = Part { rows: Vec::new(), last: None, is_full: true };
    let (mut filter, mut looked_at, mut bytes) = (chosen.filter(BATCH), 0, 0);
    loop {
        let left = LONGEST.saturating_sub(began.elapsed());
        let part = look(view.shared, filter.clone(), has_index, BATCH, left).await?;
        for row in part.rows {
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
            let is_enough =
                looked_at >= MOST_ROWS || bytes >= MOST_BYTES || began.elapsed() >= LONGEST;
            if is_enough {
                return Ok(Part { is_full: false, ..found });
            }
        }
        found.last = part.last;
        match part.last {
            None => return Ok(found),
            Some(_) if !part.is_full => return Ok(Part { is_full: false, ..found }),
            Some(last) => filter = filter.before(last),
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

/// In bytes.
const LONGEST_TEXT: usize = 200;

const BATCH: usize = 200;
const MOST_ROWS: usize = 5_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;

const LONGEST: Duration = Duration::from_secs(1);
