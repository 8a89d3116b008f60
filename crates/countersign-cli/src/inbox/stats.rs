//! The numbers of deliveries.

use serde_json::json;

use super::{engine::Engine, text};
use crate::{
    failure::Failure,
    output::{Output, table},
    span::Span,
};

/// Prints the number of deliveries of each endpoint that are not done, by state.
pub(super) async fn print(engine: &Engine, output: &Output) -> Result<(), Failure> {
    let stats = engine.stats().await?;
    if output.is_json {
        return stats.iter().try_for_each(|stats| {
            let oldest = stats.oldest_ready.map(|age| age.as_millis());
            let record = json!({
                "endpoint": stats.endpoint,
                "ready": stats.ready,
                "waiting": stats.waiting,
                "running": stats.running,
                "dead": stats.dead,
                "oldest_ready_ms": oldest,
            });
            output.print(&record, "")
        });
    }
    if stats.is_empty() {
        return output.print(&(), "no delivery is open or dead");
    }
    let rows = stats.iter().map(|stats| {
        let numbers = [stats.ready, stats.waiting, stats.running, stats.dead];
        let oldest = stats.oldest_ready.map_or("-".to_owned(), |age| Span(age).to_string());
        let cells = std::iter::once(text::line(&stats.endpoint));
        cells.chain(numbers.map(|number| number.to_string())).chain([oldest]).collect()
    });
    let head = ["ENDPOINT", "READY", "WAITING", "RUNNING", "DEAD", "OLDEST READY"];
    output.print(&(), &table(&head, &rows.collect::<Vec<_>>()))
}
