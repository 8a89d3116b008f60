//! Schedules of retries: the waits before each attempt.

use std::time::Duration;

use countersign_core::providers::AnyProvider;

use crate::{duration, failure::Failure};

/// The waits before each attempt, the first attempt included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule(Vec<Duration>);

impl Schedule {
    /// Returns the schedule of one attempt.
    pub(crate) fn once() -> Self {
        Self(vec![Duration::ZERO])
    }

    /// Reads `provider`, or waits with commas between them, such as `0,60,300`.
    pub(crate) fn read(text: &str, provider: AnyProvider) -> Result<Self, Failure> {
        if text == "provider" {
            return Self::of(provider);
        }
        let waits: Result<Vec<_>, _> = text.split(',').map(duration::parse).collect();
        waits.map(Self).map_err(|error| {
            Failure::usage(format!("--schedule: {error}"))
                .next("give `provider`, or the waits before each attempt, such as 0,60,5m")
        })
    }

    /// Returns the schedule that the provider documents.
    fn of(provider: AnyProvider) -> Result<Self, Failure> {
        let known = KNOWN.iter().find(|(names, _)| names.contains(&provider.name()));
        let (_, waits) = known.ok_or_else(|| {
            let names = KNOWN.iter().flat_map(|(names, _)| *names).copied();
            let names: Vec<_> = names.collect();
            Failure::usage(format!("the retries of {} are not known", provider.name()))
                .next(format!("give the waits, such as 0,60,300 (known are {})", names.join(", ")))
        })?;
        Ok(Self(waits.iter().copied().map(Duration::from_secs).collect()))
    }

    /// Returns the waits, shortened by this factor.
    pub(crate) fn waits(&self, speed: f64) -> Vec<Duration> {
        self.0.iter().map(|wait| wait.div_f64(speed)).collect()
    }
}

/// Reads a factor that is greater than zero.
pub(crate) fn speed(text: &str) -> Result<f64, String> {
    let is_usable = |speed: &f64| (1e-3..=1e9).contains(speed);
    let speed = text.parse().ok().filter(is_usable);
    speed.ok_or_else(|| format!("{text:?} is not a factor between 0.001 and 1000000000"))
}

/// Seconds before each attempt, as the providers document them.
///
/// - Svix: <https://docs.svix.com/retries>. Clerk and Resend send with Svix, and so do many systems
///   that follow Standard Webhooks.
/// - Slack: <https://docs.slack.dev/apis/events-api/#retries>.
/// - GitHub does not send again:
///   <https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries>.
/// - Linear: <https://linear.app/developers/webhooks>.
const KNOWN: &[(&[&str], &[u64])] = &[
    (&["github"], &[0]),
    (&["clerk", "resend", "standard-webhooks"], &[0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000]),
    (&["slack"], &[0, 0, 60, 300]),
    (&["linear"], &[0, 60, 3600, 21_600]),
    (&["x-webhook-signature"], &[0, 60, 300, 1800, 7200]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_schedules() {
        let linear = AnyProvider::named("linear").unwrap();
        let read = |text| Schedule::read(text, linear).map(|schedule| schedule.waits(60.0));
        assert_eq!(read("0,60,5m").unwrap(), [0, 1, 5].map(Duration::from_secs));
        assert_eq!(read("provider").unwrap().len(), 4);
        for wrong in ["", "0,", "x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(Schedule::read("provider", AnyProvider::named("vercel").unwrap()).is_err());
        assert!(speed("2").is_ok() && speed("0").is_err() && speed("nan").is_err());
    }
}
