//! The deliveries of the last time, counted.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use countersign::inbox::{Activity, InboxHistory};
use tokio::sync::Mutex;

use crate::error::Refused;

/// The deliveries of an hour or of two weeks, for each endpoint and interval.
///
/// An engine has to look at all of them. So they are kept for a while, and one page at a time
/// counts them, however many people look.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    at: (Instant, SystemTime),
    since: SystemTime,
    activity: Arc<Vec<Activity>>,
}

pub(super) type Count = (SystemTime, Arc<Vec<Activity>>, SystemTime);

impl Counted {
    /// Returns the intervals, the time at which the first one begins, and the time of the count, up
    /// to 30 s ago.
    pub(super) async fn since<I: InboxHistory>(
        &self,
        inbox: &I,
        since: SystemTime,
        width: Duration,
    ) -> Result<Count, Refused> {
        let mut kept = self.0.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.at.0.elapsed() < LIFE) {
            return Ok((kept.since, Arc::clone(&kept.activity), kept.at.1));
        }
        let activity = Arc::new(inbox.activity(since, width).await?);
        let at = (Instant::now(), SystemTime::now());
        *kept = Some(Kept { at, since, activity: Arc::clone(&activity) });
        Ok((since, activity, at.1))
    }
}

/// The time for which the numbers are kept.
const LIFE: Duration = Duration::from_secs(30);
