//! The numbers of each endpoint.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use askama::Template;
use countersign::inbox::{Activity, InboxHistory, Stats};

use super::{
    Frame, View,
    chart::Chart,
    form::{Form, encoded},
    silence::{HOUR, silence},
};
use crate::{Response, error::Refused, moment, text};

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    frame: Frame<'a>,
    span: &'static Span,
    spans: &'static [Span],
    endpoints: Vec<Endpoint>,
    silent: Vec<(String, String, String)>,
    /// Reasons of refusals with their numbers, since the process has begun.
    refusals: Vec<(String, String, u64)>,
    counts_refusals: bool,
}

/// A time to look back, and its parts.
pub(crate) struct Span {
    pub(crate) name: &'static str,
    pub(crate) intervals: u32,
    pub(crate) seconds: u64,
    pub(crate) part: &'static str,
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
    last: String,
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
    let back = |length: Duration| view.now.checked_sub(length).unwrap_or(SystemTime::UNIX_EPOCH);
    let since = back(width * span.intervals);
    let activity = view.inbox().activity(since, width).await?;
    let week = view.inbox().activity(back(HOUR * 24 * 7), HOUR).await?;
    let stats = view.inbox().stats().await?;
    let refused = refused(view, span);
    let endpoints = endpoints(view.now, span, &activity, &week, &stats, &refused);
    let page = Overview {
        frame: view.frame("Overview", "overview"),
        span,
        spans: &SPANS,
        endpoints,
        silent: silent(&week, view.now),
        counts_refusals: view.has_refusals(),
        refusals: refused.reasons,
    };
    Ok(Response::html(200, page.render()?))
}

/// The deliveries that were not accepted.
#[derive(Default)]
struct Refusals {
    /// Endpoint, reason and number.
    reasons: Vec<(String, String, u64)>,
    duplicates: BTreeMap<String, u64>,
    others: BTreeMap<String, u64>,
}

#[cfg(feature = "refusals")]
fn refused<I: InboxHistory>(view: &View<'_, I>, span: &Span) -> Refusals {
    let mut refused = Refusals::default();
    let Some(list) = &view.settings.refusals else { return refused };
    let length = Duration::from_secs(span.seconds) * span.intervals;
    for count in list.counts(length) {
        let kind =
            if count.reason == "duplicate" { &mut refused.duplicates } else { &mut refused.others };
        *kind.entry(count.endpoint.clone()).or_default() += count.number;
        refused.reasons.push((text::line(&count.endpoint), text::line(count.reason), count.number));
    }
    refused
}

#[cfg(not(feature = "refusals"))]
fn refused<I: InboxHistory>(_view: &View<'_, I>, _span: &Span) -> Refusals {
    Refusals::default()
}

fn endpoints(
    now: SystemTime,
    span: &Span,
    activity: &[Activity],
    week: &[Activity],
    stats: &[Stats],
    refused: &Refusals,
) -> Vec<Endpoint> {
    let mut names: Vec<_> = week.iter().chain(activity).map(|one| &*one.endpoint).collect();
    names.extend(stats.iter().map(|stats| &*stats.endpoint));
    names.extend(refused.duplicates.keys().chain(refused.others.keys()).map(String::as_str));
    names.sort_unstable();
    names.dedup();
    let number =
        |numbers: &BTreeMap<String, u64>, name: &str| numbers.get(name).copied().unwrap_or(0);
    let endpoint = |name: &str| {
        let stats = stats.iter().find(|stats| stats.endpoint == name);
        let last = week.iter().filter(|one| one.endpoint == name);
        let last = last.map(|one| one.last_received_at).max();
        let (accepted, chart) = chart(name, span, activity);
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
            duplicates: number(&refused.duplicates, name),
            refused: number(&refused.others, name),
            last: last.map(|last| moment::age(last, now)).unwrap_or_default(),
        }
    };
    names.into_iter().map(endpoint).collect()
}

fn chart(name: &str, span: &Span, activity: &[Activity]) -> (u64, Chart) {
    let length = span.intervals as usize;
    let mut numbers = vec![(0, 0); length];
    for one in activity.iter().filter(|one| one.endpoint == name) {
        // A delivery of this moment may be in the interval that begins now.
        let place = usize::try_from(one.interval).unwrap_or(usize::MAX).min(length - 1);
        numbers[place].0 += one.accepted;
        numbers[place].1 += one.dead;
    }
    let accepted = numbers.iter().map(|(all, _)| all).sum();
    let dead: u64 = numbers.iter().map(|(_, dead)| dead).sum();
    let most = numbers.iter().map(|(all, _)| *all).max().unwrap_or_default();
    let label = format!(
        "{accepted} accepted in the last {}, {dead} of them dead; at most {most} per {}",
        span.name, span.part
    );
    let parts = numbers.clone();
    let title = |place: usize| {
        let (all, dead) = parts[place];
        let parts_ago = u64::try_from(length - place).unwrap_or_default();
        let begin = moment::span(Duration::from_secs(parts_ago * span.seconds));
        format!("from {begin} ago: {all} accepted, {dead} dead")
    };
    (accepted, Chart::of(&numbers, label, title))
}

fn silent(week: &[Activity], now: SystemTime) -> Vec<(String, String, String)> {
    let mut by_endpoint: BTreeMap<&str, Vec<&Activity>> = BTreeMap::new();
    for one in week {
        by_endpoint.entry(&one.endpoint).or_default().push(one);
    }
    let silent = by_endpoint.into_iter().filter_map(|(name, hours)| {
        let found = silence(hours.into_iter(), now)?;
        Some((text::start(name, 60), moment::span(found.lasts), moment::span(found.usual)))
    });
    silent.collect()
}
