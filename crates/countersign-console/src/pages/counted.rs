//! The deliveries of the last time, counted.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use countersign::inbox::{Activity, InboxHistory};
use tokio::sync::Mutex;

use crate::error::Refused;

/// The deliveries of an hour or of a week, for each endpoint and interval.
///
/// An engine has to look at all of them. So they are kept for a while, and one page at a time
/// counts them, however many people look.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    at: Instant,
    since: SystemTime,
    activity: Arc<Vec<Activity>>,
}

impl Counted {
    /// Returns the intervals, and the time at which the first one begins: `since`, or up to 30 s
    /// before it.
    pub(super) async fn since<I: InboxHistory>(
        &self,
        inbox: &I,
        since: SystemTime,
        width: Duration,
    ) -> Result<(SystemTime, Arc<Vec<Activity>>), Refused> {
        let mut kept = self.0.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.at.elapsed() < LIFE) {
            return Ok((kept.since, Arc::clone(&kept.activity)));
        }
        let activity = Arc::new(inbox.activity(since, width).await?);
        *kept = Some(Kept { at: Instant::now(), since, activity: Arc::clone(&activity) });
        Ok((since, activity))
    }
}

/// The time for which the numbers are kept.
const LIFE: Duration = Duration::from_secs(30);
