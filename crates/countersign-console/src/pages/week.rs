//! The last week, hour by hour.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use countersign::inbox::{Activity, InboxHistory};
use tokio::sync::Mutex;

use super::silence::HOUR;
use crate::error::Refused;

/// The deliveries of the last week, for each endpoint and hour.
///
/// An engine has to look at all of them. So they are kept for a while, and one page at a time
/// counts them, however many people look.
#[derive(Debug, Default)]
pub(crate) struct Week(Mutex<Option<(Instant, Arc<Vec<Activity>>)>>);

impl Week {
    /// Returns the hours, at most [`LIFE`] old.
    pub(crate) async fn hours<I: InboxHistory>(
        &self,
        inbox: &I,
        now: SystemTime,
    ) -> Result<Arc<Vec<Activity>>, Refused> {
        let mut kept = self.0.lock().await;
        if let Some((_, hours)) = kept.as_ref().filter(|(at, _)| at.elapsed() < LIFE) {
            return Ok(Arc::clone(hours));
        }
        // Engines count rows that were removed by whole hours. The last hour has not ended yet.
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let hour =
            SystemTime::UNIX_EPOCH + HOUR * u32::try_from(seconds / 3600).unwrap_or_default();
        let since = hour.checked_sub(HOUR * (HOURS - 1)).unwrap_or(SystemTime::UNIX_EPOCH);
        let hours = Arc::new(inbox.activity(since, HOUR).await?);
        *kept = Some((Instant::now(), Arc::clone(&hours)));
        Ok(hours)
    }
}

/// Puts hours together into parts of this many hours, of which the last one ends now.
pub(super) fn parts(week: &[Activity], intervals: u32, hours: u32) -> Vec<Activity> {
    let first = u64::from(HOURS.saturating_sub(intervals * hours));
    let of_part = |hour: &Activity| {
        let interval = hour.interval.checked_sub(first)? / u64::from(hours);
        Some(Activity { interval, ..hour.clone() })
    };
    week.iter().filter_map(of_part).collect()
}

const HOURS: u32 = 7 * 24;

/// The time for which the hours are kept.
const LIFE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_ends_now() {
        let hour = |interval| Activity {
            endpoint: "e".to_owned(),
            interval,
            accepted: 1,
            dead: 0,
            last_received_at: SystemTime::UNIX_EPOCH,
        };
        let week: Vec<_> = [0, 143, 144, 167].map(hour).into();
        let places = |intervals, hours| -> Vec<_> {
            parts(&week, intervals, hours).iter().map(|part| part.interval).collect()
        };
        assert_eq!(places(24, 1), [0, 23]);
        assert_eq!(places(28, 6), [0, 23, 24, 27]);
    }
}
