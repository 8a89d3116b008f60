//! Reports the attempts and the state of an inbox to `metrics`, if the feature is on.

use std::sync::Arc;

use tokio::task::JoinHandle;
#[cfg(feature = "metrics")]
use tokio::time::{sleep, timeout};

use crate::inbox::{InboxStore, Outcome};
#[cfg(feature = "metrics")]
use crate::metrics;

/// Counts an attempt that has ended.
pub(crate) fn attempted(endpoint: &str, event_type: Option<&'static str>, outcome: Outcome) {
    #[cfg(feature = "metrics")]
    metrics::attempted(endpoint, event_type, outcome.name());
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, event_type, outcome);
}

/// Reports whether the engine of these endpoints can be reached.
pub(crate) fn set_up(endpoints: &[String], is_up: bool) {
    #[cfg(feature = "metrics")]
    for endpoint in endpoints {
        metrics::inbox_up(endpoint, is_up);
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoints, is_up);
}

/// A task that reports the numbers of an inbox until this is dropped.
pub(crate) struct Reports(Option<JoinHandle<()>>);

impl Drop for Reports {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// Begins to report the numbers of these endpoints. Without the feature `metrics`, the engine is
/// not asked for them.
pub(crate) fn report_stats<S: InboxStore>(engine: Arc<S>, endpoints: Vec<String>) -> Reports {
    #[cfg(feature = "metrics")]
    return Reports(Some(tokio::spawn(async move {
        loop {
            if let Ok(Ok(stats)) = timeout(INTERVAL, engine.stats()).await {
                for endpoint in &endpoints {
                    let numbers = stats.iter().find(|stats| stats.endpoint == *endpoint);
                    metrics::inbox_stats(endpoint, numbers);
                }
            }
            sleep(INTERVAL).await;
        }
    })));
    #[cfg(not(feature = "metrics"))]
    {
        let _ = (engine, endpoints);
        Reports(None)
    }
}

/// The time between two reports.
#[cfg(feature = "metrics")]
const INTERVAL: std::time::Duration = std::time::Duration::from_secs(10);
