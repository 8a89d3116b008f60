//! Endpoints that are quiet for longer than usual.

use std::time::{Duration, SystemTime};

use countersign::inbox::Activity;

/// A silence that is longer than the others of the last two weeks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    pub(crate) lasts: Duration,
    /// The longest silence before it.
    pub(crate) usual: Duration,
}

/// Looks at the hours of one endpoint in the last two weeks. Returns a silence if the endpoint has been
/// quiet for more than an hour longer than its longest gap between two deliveries. Nights and weekends are such
/// gaps, so they raise no alarm. With deliveries in fewer than four hours, there is nothing to
/// compare with.
pub(crate) fn silence<'a>(
    hours: impl Iterator<Item = &'a Activity>,
    now: SystemTime,
) -> Option<Silence> {
    let (mut numbers, mut last) = (Vec::new(), None);
    for hour in hours {
        numbers.push(hour.interval);
        last = last.max(Some(hour.last_received_at));
    }
    if numbers.len() < FEWEST {
        return None;
    }
    numbers.sort_unstable();
    let longest = numbers.windows(2).map(|pair| pair[1] - pair[0]).max()?;
    let usual = HOUR * u32::try_from(longest).ok()?;
    let lasts = now.duration_since(last?).ok()?;
    // The numbers are of whole hours.
    (lasts > usual + HOUR).then_some(Silence { lasts, usual })
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
const FEWEST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_longer_than_the_others() {
        let start = SystemTime::now();
        let hour = |interval: u64| Activity {
            endpoint: "e".to_owned(),
            interval,
            accepted: 1,
            dead: 0,
            last_received_at: start + HOUR * u32::try_from(interval).unwrap_or_default(),
        };
        let hours: Vec<_> = [0, 1, 5, 6].map(hour).into();
        let after = |hours_later: u32| silence(hours.iter(), start + HOUR * (6 + hours_later));
        assert_eq!(after(4), None);
        assert_eq!(after(5), None);
        assert_eq!(after(6), Some(Silence { lasts: HOUR * 6, usual: HOUR * 4 }));
        assert_eq!(silence(hours[..3].iter(), start + HOUR * 99), None);
    }
}
