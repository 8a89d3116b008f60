//! The removal of old deliveries.

use clap::Args;
use serde_json::json;

use super::engine::Engine;
use crate::{failure::Failure, output::Output, span::Span};

/// Removes deliveries that are done or discarded, and whose last change is long ago
///
/// If the provider sends such an event again, it is new. Deliveries that wait or are dead stay.
#[derive(Args)]
pub(super) struct Prune {
    /// Age since the last change, such as `30d`
    #[arg(long, value_name = "AGE")]
    older_than: Span,
}

impl Prune {
    pub(super) async fn run(&self, engine: &Engine, output: &Output) -> Result<(), Failure> {
        let mut removed = 0;
        loop {
            let batch = engine.prune(self.older_than.0, BATCH).await?;
            removed += batch;
            if batch < BATCH {
                break;
            }
        }
        output.print(&json!({ "removed": removed }), &format!("removed {removed}"))
    }
}

/// Deliveries of one transaction, so that no receiver waits long for it.
const BATCH: usize = 200;
