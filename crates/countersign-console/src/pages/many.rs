//! Actions on many deliveries.

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use askama::Template;
use countersign::inbox::{InboxHistory, Row, RowId, State, StoreError};
use futures_util::{StreamExt as _, stream};

use super::{Frame, View, form::Form, form::encoded, rows::Shown, scan::look};
use crate::{
    Response,
    action::Action,
    chosen::{Chosen, STATES},
    console::Shared,
    error::Refused,
};

#[derive(Template)]
#[template(path = "many.html")]
struct Many<'a> {
    frame: Frame<'a>,
    action: Action,
    chosen: &'a Chosen,
    chips: Vec<String>,
    count: usize,
    /// The number of deliveries in each state that has some.
    states: Vec<(&'static str, usize)>,
    /// The number of those that are done, if they would be handled again.
    done_again: usize,
    is_all: bool,
    rows: Vec<Shown>,
    /// The numbers of the rows, with commas between them: only these are changed.
    ids: String,
    /// The numbers of those that are done.
    done: String,
    query: String,
    /// The query of the preview of earlier deliveries.
    next: Option<String>,
}

/// Shows how many deliveries an action would change, and the first of them.
pub(crate) async fn preview<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let form = Form::of_query(&view.request.query);
    let (action, chosen) = read(view, &form)?;
    let (rows, end) = fitting(view.shared, action, &chosen).await?;
    let ids = |rows: &mut dyn Iterator<Item = &Row>| {
        rows.map(|row| row.id.0.to_string()).collect::<Vec<_>>().join(",")
    };
    let number = |state| rows.iter().filter(|row| row.state == state).count();
    let states = STATES.map(|state| (state.name(), number(state)));
    let page = Many {
        chips: super::list::chips(&chosen),
        states: states.into_iter().filter(|(_, number)| *number > 0).collect(),
        done_again: if action == Action::Replay { number(State::Done) } else { 0 },
        frame: view.frame("Many deliveries", "list"),
        action,
        chosen: &chosen,
        count: rows.len(),
        is_all: end.is_none(),
        rows: rows.iter().take(SHOWN).map(|row| Shown::of(row, view.now)).collect(),
        ids: ids(&mut rows.iter()),
        done: ids(&mut rows.iter().filter(|row| row.state == State::Done)),
        query: chosen.query(),
        next: end.map(|end| chosen.query_of_page(Some(end))),
    };
    Ok(Response::html(200, page.render()?))
}

/// Changes them, the earliest first.
pub(crate) async fn act<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let form = view.form()?;
    let (action, mut chosen) = read(view, &form)?;
    let seen = seen(form.get("ids"))?;
    let were_done = form.get("done").split(',').filter_map(|id| id.parse().ok());
    let were_done: BTreeSet<i64> = were_done.collect();
    // The rows that came after the preview do not use up the limit.
    chosen.before = seen.last().map(|newest| RowId(newest.saturating_add(1)));
    let (shared, who) = (view.shared.clone(), view.operator.name().to_owned());
    let (query, all) = (chosen.query(), seen.len());
    let filter = if query.is_empty() { "no filter".to_owned() } else { query.clone() };
    let changed = view
        .run(async move {
            let (mut rows, _) = fitting(&shared, action, &chosen).await?;
            // Others may fit by now, and nobody has seen them.
            rows.retain(|row| seen.contains(&row.id.0));
            let ids: Vec<_> = rows.iter().rev().map(|row| row.id).collect();
            let numbers = ranges(ids.iter().map(|id| id.0));
            let inbox = &*shared.inbox;
            // Several at a time, so that an engine can commit them together.
            let results: Vec<_> = stream::iter(ids)
                .map(|id| change(inbox, action, id, were_done.contains(&id.0)))
                .buffered(AT_A_TIME)
                .collect()
                .await;
            let changed = results.iter().filter(|result| matches!(result, Ok(true))).count();
            let failed = results.iter().filter(|result| result.is_err()).count();
            let perhaps = match failed {
                0 => String::new(),
                _ => format!(", and perhaps {failed} more, because the inbox failed"),
            };
            let what = format!("{} {changed} of {all} deliveries{perhaps}", action.past());
            shared.record.add(&who, action.name(), &format!("{what}: {filter}; {numbers}"));
            let error = results.into_iter().find_map(Result::err);
            error.map_or(Ok(changed), |error| Err(Refused::from(error)))
        })
        .await?;
    let end = format!("acted={}&changed={changed}&of={all}", action.name());
    let state = chosen_without_state(&query);
    Ok(Response::see_other(format!("{}?{state}{end}", view.home())))
}

/// Changes one delivery. If it became done after the preview, the warning did not count it, so it is
/// not replayed.
async fn change<I: InboxHistory>(
    inbox: &I,
    action: Action,
    id: RowId,
    was_done: bool,
) -> Result<bool, StoreError> {
    if action == Action::Replay && !was_done {
        let details = inbox.get(id).await?;
        if details.is_none_or(|details| details.row.state == State::Done) {
            return Ok(false);
        }
    }
    super::delivery::change(inbox, action, id, "").await
}

/// After the action, the deliveries have another state.
fn chosen_without_state(query: &str) -> String {
    let fields = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "state");
    fields.fold(String::new(), |query, (name, value)| format!("{query}{name}={}&", encoded(&value)))
}

fn read<I: InboxHistory>(view: &View<'_, I>, form: &Form) -> Result<(Action, Chosen), Refused> {
    if !view.operator.may_act() {
        return Err(Refused::Forbidden("You may look, and not act."));
    }
    let action = Action::named(form.get("action"));
    // Deliveries are marked as done one by one, because each needs a reason.
    let action = action.filter(|action| *action != Action::Done);
    let action = action.ok_or(Refused::Bad("There is no such action."))?;
    let mut chosen = Chosen::read(form.fields())?;
    if !chosen.text.is_empty() {
        return Err(Refused::Bad("A text in the body cannot choose deliveries for an action."));
    }
    if action == Action::Retry && chosen.state.is_empty() {
        State::Waiting.name().clone_into(&mut chosen.state);
    }
    Ok((action, chosen))
}

/// Reads the numbers of the rows that the preview showed.
fn seen(ids: &str) -> Result<BTreeSet<i64>, Refused> {
    let ids = ids.split(',').filter(|id| !id.is_empty()).map(str::parse);
    let ids: Result<BTreeSet<i64>, _> = ids.collect();
    let ids = ids.ok().filter(|ids| !ids.is_empty() && ids.len() <= MOST);
    ids.ok_or(Refused::Bad("The deliveries of the preview are missing."))
}

/// Writes numbers in ascending order, with those that follow each other as `3-7`.
fn ranges(numbers: impl Iterator<Item = i64>) -> String {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let ranges = ranges.into_iter().map(|(first, last)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    });
    ranges.collect::<Vec<_>>().join(",")
}

/// Finds the rows that an action can change. Returns the last row that was looked at, if there may be
/// more.
async fn fitting<I: InboxHistory>(
    shared: &Shared<I>,
    action: Action,
    chosen: &Chosen,
) -> Result<(Vec<Row>, Option<RowId>), Refused> {
    let (mut rows, mut end) = (Vec::new(), None);
    let asked = |state: &State| chosen.state.is_empty() || chosen.state == state.name();
    // State by state, so that others do not take the places of those that fit.
    for state in STATES.into_iter().filter(|state| action.fits(*state)).filter(asked) {
        let mut filter = chosen.filter(MOST);
        filter.state = Some(state);
        let part = look(shared, filter, chosen.has_index(), MOST, LONGEST).await?;
        end = end.max(part.last.map(|last| last.0));
        rows.extend(part.rows);
    }
    // A row can change its state meanwhile: the later look comes first, and stays.
    rows.reverse();
    rows.sort_by_key(|row| Reverse(row.id.0));
    rows.dedup_by_key(|row| row.id);
    // Below the place where the look at one state ended, rows of others would leave gaps.
    rows.retain(|row| end.is_none_or(|end| row.id.0 >= end));
    if rows.len() > MOST {
        rows.truncate(MOST);
        end = rows.last().map(|row| row.id.0);
    }
    Ok((rows, end.map(RowId)))
}

/// Most deliveries that one action changes.
const MOST: usize = 1_000;

/// Time for the look at the rows of one state.
const LONGEST: Duration = Duration::from_secs(2);
const SHOWN: usize = 10;
const AT_A_TIME: usize = 8;
