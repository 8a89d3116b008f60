//! Changes of deliveries: one or some by their numbers, or many by a filter.

use clap::Args;
use countersign::inbox::{Row, RowId};
use serde::Serialize;

use super::text::note;
use super::{
    engine::Engine,
    filter::Chosen,
    rows::{self, Record},
};
use crate::{failure::Failure, output::Output};

/// The deliveries to change.
#[derive(Args)]
pub(super) struct Change {
    /// The numbers of the deliveries, from `list`
    #[arg(value_name = "NUMBER", conflicts_with = "Chosen")]
    ids: Vec<i64>,
    /// Changes the deliveries that fit the filters; without it, they are only listed
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    chosen: Chosen,
}

/// A change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    Retry,
    Replay,
    Discard,
}

/// A change in JSON.
#[derive(Serialize)]
struct Changed {
    action: Action,
    id: i64,
    /// False if the state of the delivery does not allow the change.
    changed: bool,
}

/// A change that was not made, in JSON.
#[derive(Serialize)]
struct Preview<'a> {
    preview: Action,
    #[serde(flatten)]
    row: Record<'a>,
}

impl Change {
    /// Returns false if a delivery was not changed.
    pub(super) async fn run(
        &self,
        action: Action,
        engine: &Engine,
        output: &Output,
    ) -> Result<bool, Failure> {
        if !self.ids.is_empty() {
            let ids = self.ids.iter().copied().map(RowId).collect();
            return change(action, ids, engine, output).await;
        }
        if self.chosen.is_all() {
            let failure = Failure::usage("no delivery is named");
            return Err(failure.next("give its number, or a filter such as `--state dead`"));
        }
        let found = engine.list(&self.chosen.filter()).await?;
        let is_all = found.len() < self.chosen.most();
        if !self.yes {
            return preview(action, &found, is_all, output).map(|()| true);
        }
        // The earliest first, as they were received.
        let ids = found.iter().rev().map(|row| row.id).collect();
        let is_changed = change(action, ids, engine, output).await?;
        if !is_all {
            note("there may be more deliveries: repeat the command, or raise --most");
        }
        Ok(is_changed)
    }
}

async fn change(
    action: Action,
    ids: Vec<RowId>,
    engine: &Engine,
    output: &Output,
) -> Result<bool, Failure> {
    let (all, mut count) = (ids.len(), 0);
    for RowId(id) in ids {
        let changed = engine.change(action, RowId(id)).await?;
        count += usize::from(changed);
        let text = if changed { action.done() } else { action.refused() };
        output.print(&Changed { action, id, changed }, &format!("{id}: {text}"))?;
    }
    if count > 0 {
        engine.announced().await;
    }
    if all > 1 {
        note(&format!("{} of {all}", count));
    }
    Ok(count == all)
}

fn preview(action: Action, found: &[Row], is_all: bool, output: &Output) -> Result<(), Failure> {
    if output.is_json {
        for row in found {
            output.print(&Preview { preview: action, row: row.into() }, "")?;
        }
    } else {
        rows::print(found, output)?;
    }
    if found.is_empty() {
        return Ok(());
    }
    let more = if is_all { "" } else { ", and there may be more (--most)" };
    let count = found.len();
    note(&format!("{count} would be {}{more}; repeat with --yes", action.done()));
    Ok(())
}

impl Action {
    fn done(self) -> &'static str {
        match self {
            Self::Retry => "retried",
            Self::Replay => "replayed",
            Self::Discard => "discarded",
        }
    }

    fn refused(self) -> &'static str {
        match self {
            Self::Retry => "not retried: it is not waiting, or there is no such delivery",
            Self::Replay => {
                "not replayed: it is running, its body was forgotten, or there is no such delivery"
            }
            Self::Discard => {
                "not discarded: it is neither waiting nor dead, or there is no such delivery"
            }
        }
    }
}
