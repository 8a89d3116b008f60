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
        let since = begin(now, HOURS);
        let hours = Arc::new(inbox.activity(since, HOUR).await?);
        *kept = Some((Instant::now(), Arc::clone(&hours)));
        Ok(hours)
    }
}

/// Returns the time at which this many hours began, of which the last one is the hour of now.
///
/// Engines keep the numbers of removed rows by whole hours of UTC.
pub(super) fn begin(now: SystemTime, hours: u32) -> SystemTime {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let before = u64::from(hours.saturating_sub(1)).saturating_mul(HOUR.as_secs());
    let first = (seconds - seconds % HOUR.as_secs()).saturating_sub(before);
    SystemTime::UNIX_EPOCH + Duration::from_secs(first)
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
    fn hours_begin_at_a_whole_hour() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(begin(at(7 * 3600 + 59), 1), at(7 * 3600));
        assert_eq!(begin(at(7 * 3600), 3), at(5 * 3600));
        assert_eq!(begin(at(10), HOURS), at(0));
    }

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
