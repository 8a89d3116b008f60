//! The removal of old deliveries.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use askama::Template;
use countersign::inbox::InboxHistory;

use super::{Frame, View, form::Form};
use crate::{Response, error::Refused, moment};

#[derive(Template)]
#[template(path = "prune.html")]
struct Prune<'a> {
    frame: Frame<'a>,
    days: u64,
    /// Deliveries that ended at this time or before are removed, in seconds since 1970.
    until: u64,
    count: Option<usize>,
    is_all: bool,
    removed: Option<usize>,
}

/// Shows how many deliveries would be removed.
pub(crate) async fn preview<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let form = Form::of_query(&view.request.query);
    let asked = form.get("days");
    let (days, count) = if asked.is_empty() {
        (DEFAULT_DAYS, None)
    } else {
        let days = days(asked)?;
        (days, Some(view.inbox().prunable(age(days), MOST).await?))
    };
    let page = Prune {
        frame: view.frame("Prune", "prune"),
        days,
        until: seconds(view.now).saturating_sub(age(days).as_secs()),
        count,
        is_all: count.is_none_or(|count| count < MOST),
        removed: form.get("removed").parse().ok(),
    };
    Ok(Response::html(200, page.render()?))
}

/// Removes them, in batches, so that no receiver waits long.
pub(crate) async fn act<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let form = view.form()?;
    let days = days(form.get("days"))?;
    // The time of the preview, so that nothing is removed that became old since.
    let latest = seconds(view.now).saturating_sub(age(days).as_secs());
    let until = form.get("until").parse().ok().filter(|until| *until <= latest);
    let until = until.ok_or(Refused::Bad("The time of the preview is missing."))?;
    let (shared, who) = (view.shared.clone(), view.operator.name().to_owned());
    let removed = view.run(async move {
        let mut removed = 0;
        let result = loop {
            match shared.inbox.prune(since(until), BATCH).await {
                Ok(0) => break Ok(()),
                Ok(count) => removed += count,
                Err(error) => break Err(error),
            }
            if removed >= MOST {
                break Ok(());
            }
        };
        let time = moment::seconds(UNIX_EPOCH + Duration::from_secs(until));
        let what = format!("removed {removed} deliveries that ended at {time} UTC or earlier");
        shared.record.add(&who, "prune", &what);
        result.map(|()| removed).map_err(Refused::from)
    });
    let removed = removed.await?;
    Ok(Response::see_other(view.url(&format!("/prune?removed={removed}"))))
}

fn days(text: &str) -> Result<u64, Refused> {
    let days = text.parse().ok().filter(|days| (1..=36_500).contains(days));
    days.ok_or(Refused::Bad("The number of days is not valid: 1 to 36500."))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Returns the time that has passed since then.
fn since(until: u64) -> Duration {
    let until = UNIX_EPOCH.checked_add(Duration::from_secs(until)).unwrap_or(UNIX_EPOCH);
    SystemTime::now().duration_since(until).unwrap_or_default()
}

fn age(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

const DEFAULT_DAYS: u64 = 30;
const BATCH: usize = 200;

/// Most deliveries that are counted, and removed by one action.
const MOST: usize = 100_000;
