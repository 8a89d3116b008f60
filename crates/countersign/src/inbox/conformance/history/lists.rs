//! Lists of rows.

use std::time::{Duration, UNIX_EPOCH};

use super::super::{
    super::{Filter, InboxHistory, Row, State},
    samples::{ENDPOINT, OTHER, TYPE, entry, entry_at, entry_received, entry_with},
    trial::{Outcome, Trial},
};

pub(in super::super) async fn pages<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    is_listed(&trial, &Filter::new(), &[], "the inbox is empty").await?;
    let names: Vec<_> = (0..ROWS).rev().map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    for name in names.iter().rev() {
        trial.is_new(&entry(name)?, name).await?;
    }
    is_listed(&trial, &Filter::new(), &names[..100], "a page without a length has 100").await?;
    let all = Filter::new().most(usize::MAX);
    is_listed(&trial, &all, &names, "all rows are on one page").await?;
    is_listed(&trial, &Filter::new().most(1), &names[..1], "the page has one row").await?;

    let (mut filter, mut seen) = (Filter::new().most(PAGE), Vec::new());
    loop {
        let page = trial.list(&filter).await?;
        let Some(last) = page.last() else { break };
        filter = filter.before(last.id);
        seen.extend(page.into_iter().map(|row| row.event_id.unwrap_or_default()));
        if seen.len() > ROWS {
            return Err(format!("{ROWS} rows, and the pages have more: {seen:?}"));
        }
    }
    if seen != names {
        return Err(format!("the pages have these rows, one after another: {seen:?}"));
    }
    window(&trial, &names).await
}

/// Checks the part of a list that is bounded on both sides.
async fn window<S: InboxHistory>(trial: &Trial<S>, names: &[&str]) -> Outcome {
    let rows = trial.list(&Filter::new().most(usize::MAX)).await?;
    let [.., above, first, second, below, _, _] = &rows[..] else {
        return Err(format!("{ROWS} rows, and these are listed: {rows:?}"));
    };
    let [.., _, first_name, second_name, _, _, _] = names else { return Ok(()) };
    let after = Filter::new().after(second.id).before(above.id);
    is_listed(trial, &after, &[first_name], "the rows between two").await?;
    let after = Filter::new().after(below.id).before(above.id);
    is_listed(trial, &after, &[first_name, second_name], "a row more").await?;
    is_listed(trial, &after.most(1), &[first_name], "the newest one of a window").await?;
    let newest = Filter::new().after(rows[2].id).most(ROWS);
    is_listed(trial, &newest, &names[..2], "the rows after one").await?;
    let none = Filter::new().after(first.id).before(first.id);
    is_listed(trial, &none, &[], "no row is after and before one").await?;
    let mut other = Filter::new().after(below.id).before(above.id);
    other.endpoint = Some(OTHER.to_owned());
    is_listed(trial, &other, &[], "no row of a window is of another endpoint").await?;
    is_listed(trial, &Filter::new().after(rows[0].id), &[], "no row is after the newest").await
}

pub(in super::super) async fn filters<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    trial.one_in_each_state().await?;
    trial.is_new(&entry_at(OTHER, "endpoint")?, "not accepted before").await?;
    trial.is_new(&entry_with("provider", &[("provider", "p_a")])?, "a provider").await?;
    trial.is_new(&entry_with("tenant", &[("tenant", "t_a")])?, "a tenant").await?;
    trial.is_new(&entry_with("type", &[("type", "a.b")])?, "a type").await?;
    trial.is_new(&entry_with("both", &[("type", "a.b"), ("tenant", "t_a")])?, "both").await?;

    for (state, names) in [
        (State::Done, &["done"][..]),
        (State::Dead, &["dead"]),
        (State::Discarded, &["discarded"]),
        (State::Running, &["running"]),
        (State::Waiting, &["both", "type", "tenant", "provider", "endpoint", "waiting"]),
    ] {
        is_listed(&trial, &Filter::new().state(state), names, state.name()).await?;
    }
    let filter = |member: Member, text: &str| {
        let mut filter = Filter::new();
        *member(&mut filter) = Some(text.to_owned());
        filter
    };
    let members: [(&str, Member); 5] = [
        ("endpoint", |filter| &mut filter.endpoint),
        ("provider", |filter| &mut filter.provider),
        ("tenant", |filter| &mut filter.tenant),
        ("event_type", |filter| &mut filter.event_type),
        ("event_id", |filter| &mut filter.event_id),
    ];
    let [endpoint, provider, tenant, event_type, event_id] = members.map(|(_, member)| member);
    for (filter, names) in [
        (filter(endpoint, OTHER), &["endpoint"][..]),
        (filter(provider, "p_a"), &["provider"]),
        (filter(tenant, "t_a"), &["both", "tenant"]),
        (filter(event_type, "a.b"), &["both", "type"]),
        (filter(event_id, "dead"), &["dead"]),
        (filter(tenant, "t_a").state(State::Dead), &[]),
        (filter(event_type, TYPE).endpoint(OTHER), &["endpoint"]),
        (filter(event_type, TYPE).state(State::Waiting).most(2), &["tenant", "provider"]),
    ] {
        is_listed(&trial, &filter, names, &format!("{filter:?}")).await?;
    }
    received(&trial).await?;
    let mut both = filter(tenant, "t_a");
    both.event_type = Some("a.b".to_owned());
    is_listed(&trial, &both, &["both"], "a tenant and a type").await?;
    for (name, member) in members {
        for text in ["", "%", "p-a", "T_A", "a_b", "DEAD", "conformanc"] {
            is_listed(&trial, &filter(member, text), &[], &format!("the {name} is {text:?}"))
                .await?;
        }
    }
    Ok(())
}

/// Checks the filters for the time of receipt.
async fn received<S: InboxHistory>(trial: &Trial<S>) -> Outcome {
    for (name, milliseconds) in [("early", 1_000_000), ("late", 1_000_001)] {
        trial.is_new(&entry_received(ENDPOINT, name, milliseconds)?, name).await?;
    }
    let at = |milliseconds| Some(UNIX_EPOCH + Duration::from_millis(milliseconds));
    let (mut since, mut before, mut between) = (Filter::new(), Filter::new(), Filter::new());
    before.received_before = at(1_000_001);
    is_listed(trial, &before, &["early"], "received before").await?;
    (between.received_since, between.received_before) = (at(1_000_001), at(1_000_002));
    is_listed(trial, &between, &["late"], "received in one millisecond").await?;
    since.received_since = at(1_000_000);
    since.event_id = Some("early".to_owned());
    is_listed(trial, &since, &["early"], "received since").await?;
    since.received_since = at(1_000_001);
    is_listed(trial, &since, &[], "received since later").await
}

/// A member of a filter that has a text.
type Member = fn(&mut Filter) -> &mut Option<String>;

/// Checks the names of the events that are listed.
async fn is_listed<S: InboxHistory>(
    trial: &Trial<S>,
    filter: &Filter,
    names: &[&str],
    when: &str,
) -> Outcome {
    let rows = trial.list(filter).await?;
    let seen: Vec<_> = rows.iter().map(name).collect();
    if seen != names {
        return Err(format!("{when}: list returned {seen:?}, not {names:?}"));
    }
    Ok(())
}

fn name(row: &Row) -> &str {
    row.event_id.as_deref().unwrap_or_default()
}

const ROWS: usize = 103;
const PAGE: usize = 40;
