//! The list of deliveries.

use askama::Template;
use countersign::inbox::InboxHistory;

use super::{
    Frame, View,
    form::Form,
    rows::Shown,
    scan::{self, Part, look},
    search::search,
};
use crate::{
    Response,
    action::Action,
    chosen::{Chosen, STATES},
    error::Refused,
    text,
};

#[derive(Template)]
#[template(path = "list.html")]
struct List<'a> {
    frame: Frame<'a>,
    chosen: &'a Chosen,
    /// The filters, as they can be shown.
    chips: Vec<String>,
    states: Vec<&'static str>,
    rows: Vec<Shown>,
    /// The query of the filters, without the page.
    query: String,
    next: Option<String>,
    notice: Option<String>,
    actions: &'static [Action],
    searches: bool,
    /// False if only some deliveries were looked at.
    is_full: bool,
    is_live: bool,
}

/// Shows a page of the list. The key of a page is the last row of the page before.
pub(crate) async fn page<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let form = Form::of_query(&view.request.query);
    let chosen = Chosen::read(form.fields())?;
    let part = part(view, &chosen).await?;
    let next = part.last.map(|last| chosen.query_of_page(Some(last)));
    let list = List {
        frame: view.frame("Deliveries", "list"),
        chips: chips(&chosen),
        states: STATES.map(|state| state.name()).to_vec(),
        rows: part.rows.iter().map(|row| Shown::of(row, view.now)).collect(),
        query: chosen.query(),
        next,
        notice: notice(&form),
        actions: &[Action::Replay, Action::Retry, Action::Discard],
        searches: view.reads_bodies(),
        is_full: part.is_full,
        is_live: chosen.before.is_none() && chosen.text.is_empty(),
        chosen: &chosen,
    };
    Ok(Response::html(200, list.render()?))
}

async fn part<I: InboxHistory>(view: &View<'_, I>, chosen: &Chosen) -> Result<Part, Refused> {
    if !chosen.text.is_empty() {
        if !view.reads_bodies() {
            return Err(Refused::Forbidden("You may not read bodies, and so not search in them."));
        }
        return search(view, chosen, PAGE).await;
    }
    Ok(look(view.shared, chosen.filter(PAGE), chosen.has_index(), PAGE, scan::LONGEST).await?)
}

/// Returns the filters, as texts that can be shown.
pub(super) fn chips(chosen: &Chosen) -> Vec<String> {
    let fields = chosen.fields().into_iter();
    fields.map(|(name, value)| format!("{name} = {}", text::start(value, 60))).collect()
}

/// The result of an action on many deliveries, which the URL names. Only constant texts and numbers
/// are shown.
fn notice(form: &Form) -> Option<String> {
    let action = Action::named(form.get("acted"))?;
    let (changed, all): (usize, usize) =
        (form.get("changed").parse().ok()?, form.get("of").parse().ok()?);
    Some(format!("{changed} of {all} {}.", action.past()))
}

/// Rows of a page.
pub(crate) const PAGE: usize = 50;
