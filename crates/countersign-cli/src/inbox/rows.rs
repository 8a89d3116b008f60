//! Lists of deliveries.

use std::time::SystemTime;

use countersign::inbox::Row;
use serde::Serialize;

use super::{
    engine::Engine,
    filter::Chosen,
    text::{self, note},
};
use crate::{
    failure::Failure,
    moment,
    output::{Output, table},
};

/// A delivery in JSON.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    id: i64,
    state: &'a str,
    endpoint: &'a str,
    provider: &'a str,
    tenant: Option<&'a str>,
    #[serde(rename = "type")]
    event_type: Option<&'a str>,
    event: Option<&'a str>,
    attempts: u32,
    received_at: String,
    due_at: Option<String>,
    last_reason: Option<&'a str>,
}

impl<'a> From<&'a Row> for Record<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            id: row.id.0,
            state: row.state.name(),
            endpoint: &row.endpoint,
            provider: &row.provider,
            tenant: row.tenant.as_deref(),
            event_type: row.event_type.as_deref(),
            event: row.event_id.as_deref(),
            attempts: row.attempts,
            received_at: moment::with_milliseconds(row.received_at),
            due_at: row.due_at.map(moment::with_milliseconds),
            last_reason: row.last_reason.as_deref(),
        }
    }
}

/// Prints the deliveries that fit.
pub(super) async fn list(engine: &Engine, chosen: &Chosen, output: &Output) -> Result<(), Failure> {
    let rows = engine.list(&chosen.filter()).await?;
    print(&rows, output)?;
    if let Some(last) = rows.last().filter(|_| rows.len() == chosen.most()) {
        note(&format!("the next page, if there is one: --before {}", last.id));
    }
    Ok(())
}

/// Prints deliveries: one object a line, or a table.
pub(super) fn print(rows: &[Row], output: &Output) -> Result<(), Failure> {
    if !output.is_json {
        let text = if rows.is_empty() { "no deliveries".to_owned() } else { as_table(rows) };
        return output.print(&(), &text);
    }
    rows.iter().try_for_each(|row| output.print(&Record::from(row), ""))
}

fn as_table(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let text = |text: Option<&String>| text.map_or_else(|| "-".into(), |text| text::line(text));
        let due = row
            .due_at
            .filter(|due_at| *due_at > SystemTime::now())
            .map(|due| format!("due {}", moment::in_seconds(due)));
        let reason = row.last_reason.as_deref().map(|reason| text::start(reason, LONGEST_REASON));
        vec![
            row.id.to_string(),
            row.state.name().to_owned(),
            text::line(&row.endpoint),
            text::line(&row.provider),
            text(row.event_type.as_ref()),
            text(row.event_id.as_ref()),
            row.attempts.to_string(),
            moment::in_seconds(row.received_at),
            [due, reason].into_iter().flatten().collect::<Vec<_>>().join(": "),
        ]
    };
    let cells: Vec<_> = rows.iter().map(cells).collect();
    table(&HEAD, &cells)
}

const HEAD: [&str; 9] =
    ["ID", "STATE", "ENDPOINT", "PROVIDER", "TYPE", "EVENT", "ATTEMPTS", "RECEIVED", "NOTE"];

/// In characters: the part of a reason that fits into a table.
const LONGEST_REASON: usize = 60;
