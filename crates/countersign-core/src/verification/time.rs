//! Signed times: the tolerance, and the check against it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{
    PayloadError,
    error::{Stale, VerifyErrorKind},
    event::{json, member_text},
    scheme::{Timestamp, TimestampUnit},
};

/// The tolerance of a verifier: the greatest distance of a signed time from now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tolerance {
    /// The tolerance that the scheme states.
    OfScheme,
    /// This distance, in the past and in the future.
    Within(Duration),
    /// Any distance.
    Any,
}

impl Tolerance {
    /// Returns the greatest distance from now, or `None` if it is not bounded.
    pub(crate) fn of(self, rule: Timestamp) -> Option<Duration> {
        match self {
            Self::OfScheme => Some(rule.tolerance),
            Self::Within(tolerance) => Some(tolerance),
            Self::Any => None,
        }
    }

    /// Adds a distance.
    pub(crate) fn plus(self, rule: Option<Timestamp>, more: Duration) -> Self {
        let tolerance = rule.and_then(|rule| self.of(rule));
        tolerance.map_or(Self::Any, |tolerance| Self::Within(tolerance.saturating_add(more)))
    }
}

/// A signed time that is in the body. It is read only after the signature over the body matched.
pub(super) struct MemberTime {
    pub(super) names: &'static [&'static str],
    pub(super) unit: TimestampUnit,
    pub(super) tolerance: Option<Duration>,
    /// The time at which the delivery began, so that a slow body does not make the signed time
    /// stale.
    pub(super) now: SystemTime,
}

impl MemberTime {
    /// Finds the time in the signed text, and compares it with the tolerance.
    pub(super) fn judge(&self, body: &[u8]) -> Result<SystemTime, TimeError> {
        let malformed = |_: PayloadError| TimeError::Malformed;
        let text = json::text(body).map_err(malformed)?;
        let digits = member_text(text, self.names).map_err(malformed)?;
        let digits = digits.ok_or(TimeError::Malformed)?;
        judge(self.unit, &digits, self.tolerance, self.now)
    }
}

/// A signed time that is not accepted.
pub(super) enum TimeError {
    Malformed,
    Stale(Stale),
}

impl TimeError {
    pub(super) fn kind(&self) -> VerifyErrorKind {
        match self {
            Self::Malformed => VerifyErrorKind::MalformedTimestamp,
            Self::Stale(_) => VerifyErrorKind::StaleTimestamp,
        }
    }

    pub(super) fn stale(self) -> Option<Stale> {
        match self {
            Self::Malformed => None,
            Self::Stale(stale) => Some(stale),
        }
    }
}

/// Returns the time that the digits state, if it is within the tolerance. The arithmetic cannot
/// overflow for any digits.
pub(super) fn judge(
    unit: TimestampUnit,
    digits: &str,
    tolerance: Option<Duration>,
    now: SystemTime,
) -> Result<SystemTime, TimeError> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimeError::Malformed);
    }
    let count: u64 = digits.parse().map_err(|_| TimeError::Malformed)?;
    let since_epoch = match unit {
        TimestampUnit::Seconds => Duration::from_secs(count),
        TimestampUnit::Milliseconds => Duration::from_millis(count),
    };
    let beyond = TimeError::Stale(Stale { age: -i64::MAX, tolerance });
    let time = UNIX_EPOCH.checked_add(since_epoch).ok_or(beyond)?;
    let (distance, is_past) = match now.duration_since(time) {
        Ok(age) => (age, true),
        Err(error) => (error.duration(), false),
    };
    if tolerance.is_some_and(|tolerance| distance > tolerance) {
        let seconds = i64::try_from(rounded_up(distance)).unwrap_or(i64::MAX);
        let age = if is_past { seconds } else { -seconds };
        return Err(TimeError::Stale(Stale { age, tolerance }));
    }
    Ok(time)
}

/// Returns the seconds, rounded up: an age that exceeds the tolerance is then never reported as
/// equal to it.
fn rounded_up(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}
