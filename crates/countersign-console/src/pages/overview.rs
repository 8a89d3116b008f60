//! The numbers of each endpoint.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use askama::Template;
#[cfg(feature = "refusals")]
use countersign::explain::RefusalCount;
use countersign::inbox::{Activity, InboxHistory, Stats};

use super::{
    Frame, View,
    chart::Chart,
    form::{Form, encoded},
    hours,
    silence::{HOUR, silence},
};
use crate::{Response, error::Refused, moment, text};

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    frame: Frame<'a>,
    counted_at: String,
    span: &'static Span,
    spans: &'static [Span],
    endpoints: Vec<Endpoint>,
    silent: Vec<(String, String, String)>,
    reasons: Vec<Reason>,
    counts_refusals: bool,
    /// True if the refusals of some endpoints are counted together.
    has_others: bool,
}

/// A time to look back, and its parts.
pub(crate) struct Span {
    pub(crate) name: &'static str,
    pub(crate) intervals: u32,
    pub(crate) seconds: u64,
    pub(crate) part: &'static str,
}

impl Span {
    /// Returns the length of a part in hours, if it has some.
    fn hours(&self) -> Option<u32> {
        u32::try_from(self.seconds / HOUR.as_secs()).ok().filter(|hours| *hours > 0)
    }
}

struct Endpoint {
    name: String,
    query: String,
    accepted: u64,
    chart: Chart,
    backlog: u64,
    backlog_age: String,
    running: u64,
    dead: u64,
    duplicates: u64,
    refused: u64,
    refusals: Chart,
    last: String,
}

/// A reason of refusals at one endpoint.
struct Reason {
    endpoint: String,
    name: &'static str,
    number: u64,
    chart: Chart,
}

static SPANS: [Span; 3] = [
    Span { name: "hour", intervals: 12, seconds: 5 * 60, part: "5 minutes" },
    Span { name: "day", intervals: 24, seconds: 60 * 60, part: "hour" },
    Span { name: "week", intervals: 28, seconds: 6 * 60 * 60, part: "6 hours" },
];

pub(crate) async fn page<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let form = Form::of_query(&view.request.query);
    let asked = form.get("span");
    let span = SPANS.iter().find(|span| span.name == asked).unwrap_or(&SPANS[1]);
    let width = Duration::from_secs(span.seconds);
    let first = hours::begin(view.now, hours::HOURS);
    let (first, all, at) = view.shared.hours.since(view.inbox(), first, HOUR).await?;
    let (since, activity, at) = match span.hours() {
        Some(hours) => {
            let since = first + HOUR * (hours::HOURS - span.intervals * hours);
            (since, Arc::new(hours::parts(&all, span.intervals, hours)), at)
        }
        None => {
            let length = width * span.intervals;
            let since = view.now.checked_sub(length).unwrap_or(SystemTime::UNIX_EPOCH);
            view.shared.hour.since(view.inbox(), since, width).await?
        }
    };
    let stats = view.inbox().stats().await?;
    let refused = refused(view, since, width);
    let page = Overview {
        frame: view.frame("Overview", "overview"),
        counted_at: moment::clock(at),
        span,
        spans: &SPANS,
        endpoints: endpoints(view.now, since, span, &activity, &all, &stats, &refused),
        silent: silent(&all, view.now),
        counts_refusals: view.has_refusals(),
        has_others: refused.iter().any(|refusal| refusal.is_of_others),
        reasons: reasons(since, span, &refused),
    };
    Ok(Response::html(200, page.render()?))
}

/// Deliveries of one endpoint that were not accepted, for one reason and in one interval.
struct Refusal {
    endpoint: String,
    reason: &'static str,
    interval: u64,
    number: u64,
    /// True if the endpoint is not known, because there are too many.
    is_of_others: bool,
}

impl Refusal {
    fn is_duplicate(&self) -> bool {
        self.reason == "duplicate"
    }
}

#[cfg(feature = "refusals")]
fn refused<I: InboxHistory>(
    view: &View<'_, I>,
    since: SystemTime,
    width: Duration,
) -> Vec<Refusal> {
    let Some(list) = &view.settings.refusals else { return Vec::new() };
    let counts = list.counts(since, width).into_iter();
    counts
        .map(|count| Refusal {
            is_of_others: count.endpoint == RefusalCount::OTHERS,
            endpoint: count.endpoint,
            reason: count.reason,
            interval: count.interval,
            number: count.number,
        })
        .collect()
}

#[cfg(not(feature = "refusals"))]
fn refused<I: InboxHistory>(_: &View<'_, I>, _: SystemTime, _: Duration) -> Vec<Refusal> {
    Vec::new()
}

fn endpoints(
    now: SystemTime,
    since: SystemTime,
    span: &Span,
    activity: &[Activity],
    all: &[Activity],
    stats: &[Stats],
    refused: &[Refusal],
) -> Vec<Endpoint> {
    let mut names: Vec<_> = all.iter().chain(activity).map(|one| &*one.endpoint).collect();
    names.extend(stats.iter().map(|stats| &*stats.endpoint));
    names.extend(refused.iter().map(|refusal| &*refusal.endpoint));
    names.sort_unstable();
    names.dedup();
    let endpoint = |name: &str| {
        let stats = stats.iter().find(|stats| stats.endpoint == name);
        let last = all.iter().chain(activity).filter(|one| one.endpoint == name);
        let last = last.map(|one| one.last_received_at).max();
        let accepted = activity.iter().filter(|one| one.endpoint == name);
        let accepted = accepted.map(|one| (one.interval, one.accepted, one.dead));
        let (accepted, chart) = chart(since, span, accepted, ["accepted", "dead"]);
        let (duplicates, others): (Vec<_>, Vec<_>) = refused
            .iter()
            .filter(|refusal| refusal.endpoint == name)
            .partition(|refusal| refusal.is_duplicate());
        let others = others.iter().map(|refusal| (refusal.interval, refusal.number, 0));
        let (refused, refusals) = self::chart(since, span, others, ["refused", ""]);
        Endpoint {
            name: text::start(name, 60),
            query: format!("endpoint={}", encoded(name)),
            accepted,
            chart,
            backlog: stats.map_or(0, |stats| stats.ready + stats.waiting),
            backlog_age: stats
                .and_then(|stats| stats.oldest_ready)
                .map(moment::span)
                .unwrap_or_default(),
            running: stats.map_or(0, |stats| stats.running),
            dead: stats.map_or(0, |stats| stats.dead),
            duplicates: duplicates.iter().map(|refusal| refusal.number).sum(),
            refused,
            refusals,
            last: last.map(|last| moment::age(last, now)).unwrap_or_default(),
        }
    };
    names.into_iter().map(endpoint).collect()
}

fn reasons(since: SystemTime, span: &Span, refused: &[Refusal]) -> Vec<Reason> {
    let mut names: Vec<_> =
        refused.iter().map(|refusal| (&*refusal.endpoint, refusal.reason)).collect();
    names.dedup();
    let reason = |(endpoint, name): (&str, &'static str)| {
        let fits = |refusal: &&Refusal| refusal.endpoint == endpoint && refusal.reason == name;
        let numbers = refused.iter().filter(fits).map(|one| (one.interval, one.number, 0));
        let (number, chart) = chart(since, span, numbers, [name, ""]);
        Reason { endpoint: text::start(endpoint, 60), name, number, chart }
    };
    names.into_iter().map(reason).collect()
}

/// Draws the numbers of intervals, and adds them up.
fn chart(
    since: SystemTime,
    span: &Span,
    numbers: impl Iterator<Item = (u64, u64, u64)>,
    [name, bad_name]: [&str; 2],
) -> (u64, Chart) {
    let length = span.intervals as usize;
    let mut parts = vec![(0, 0); length];
    for (interval, all, bad) in numbers {
        // A delivery of this moment may be in the interval that begins now.
        let place = usize::try_from(interval).unwrap_or(usize::MAX).min(length - 1);
        parts[place].0 += all;
        parts[place].1 += bad;
    }
    let sum: u64 = parts.iter().map(|(all, _)| all).sum();
    let most = parts.iter().map(|(all, _)| *all).max().unwrap_or_default();
    let bad = |bad: u64| match bad_name {
        "" => String::new(),
        _ => format!(", {bad} of them {bad_name}"),
    };
    let label = format!(
        "{sum} {name} in the last {}{}; at most {most} per {}",
        span.name,
        bad(parts.iter().map(|(_, bad)| bad).sum()),
        span.part
    );
    let title = |place: usize| {
        let (all, bad_ones) = parts[place];
        let place = u64::try_from(place).unwrap_or_default();
        let begin = since + Duration::from_secs(place * span.seconds);
        format!("from {} UTC: {all} {name}{}", moment::minute(begin), bad(bad_ones))
    };
    (sum, Chart::of(&parts, label, title))
}

fn silent(all: &[Activity], now: SystemTime) -> Vec<(String, String, String)> {
    let mut by_endpoint: BTreeMap<&str, Vec<&Activity>> = BTreeMap::new();
    for one in all {
        by_endpoint.entry(&one.endpoint).or_default().push(one);
    }
    let silent = by_endpoint.into_iter().filter_map(|(name, hours)| {
        let found = silence(hours.into_iter(), now)?;
        Some((text::start(name, 60), moment::span(found.lasts), moment::span(found.usual)))
    });
    silent.collect()
}
