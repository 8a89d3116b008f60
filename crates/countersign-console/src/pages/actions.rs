//! The page of the last actions.

use askama::Template;
use countersign::inbox::InboxHistory;

use super::{Frame, View};
use crate::{Response, error::Refused, moment, text};

#[derive(Template)]
#[template(path = "actions.html")]
struct Actions<'a> {
    frame: Frame<'a>,
    rows: Vec<[String; 3]>,
}

pub(crate) fn page<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let entries = view.shared.record.entries();
    let rows = entries
        .iter()
        .map(|entry| [moment::utc(entry.at), text::line(&entry.who), text::line(&entry.what)]);
    let rows = rows.collect();
    let page = Actions { frame: view.frame("Actions", "actions"), rows };
    Ok(Response::html(200, page.render()?))
}
