//! Times on the command line and in results: RFC 3339, or seconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Reads a time: RFC 3339, seconds since 1970, or milliseconds since 1970 (12 digits or more).
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let since_epoch = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = text.parse().map_err(|_| format!("{text} is too far in the future"))?;
        if text.len() < MILLISECONDS {
            Duration::from_secs(number)
        } else {
            Duration::from_millis(number)
        }
    } else {
        let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
            format!("{text:?} is not a time: write 2026-01-31T12:00:00Z or 1700000000")
        })?;
        u64::try_from(time.unix_timestamp_nanos())
            .map(Duration::from_nanos)
            .map_err(|_| format!("{text} is not between 1970 and 2554"))?
    };
    UNIX_EPOCH.checked_add(since_epoch).ok_or_else(|| format!("{text} is too far in the future"))
}

/// Writes a time in UTC, with milliseconds if there are any.
pub(crate) fn text(time: SystemTime) -> String {
    let text = with_milliseconds(time);
    text.strip_suffix(".000Z").map_or(text.clone(), |seconds| format!("{seconds}Z"))
}

/// Writes a time in UTC with milliseconds, such as `2025-02-18T10:35:00.500Z`.
pub(crate) fn with_milliseconds(time: SystemTime) -> String {
    let seconds = in_seconds(time);
    let milliseconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_millis());
    match seconds.strip_suffix('Z') {
        Some(seconds) => format!("{seconds}.{milliseconds:03}Z"),
        None => seconds,
    }
}

/// Writes a time in UTC in whole seconds, such as `2025-02-18T10:35:00Z`.
pub(crate) fn in_seconds(time: SystemTime) -> String {
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(error) => i64::try_from(error.duration().as_secs()).map_or(i64::MIN, |s| -s),
    };
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    // Only years after 9999 have no such form.
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// Returns the time that is this many milliseconds after 1970.
pub(crate) fn after_milliseconds(milliseconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}

/// Number of digits from which a number is milliseconds: as seconds, it would be after the year
/// 5000.
const MILLISECONDS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_times() {
        for (given, expected) in [
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("1700000000123", "2023-11-14T22:13:20.123Z"),
            ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
            ("2023-11-15T00:13:20.5+02:00", "2023-11-14T22:13:20.500Z"),
        ] {
            assert_eq!(text(parse(given).unwrap()), expected, "{given}");
        }
        for wrong in ["", "now", "2023-11-14", "-1", "1969-12-31T23:59:59Z", "99999999999999999999"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(text(UNIX_EPOCH - Duration::from_secs(1)), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn writes_the_times_of_the_manuals() {
        let time = UNIX_EPOCH + Duration::from_nanos(1_739_874_900_123_456_789);
        assert_eq!(in_seconds(time), "2025-02-18T10:35:00Z");
        assert_eq!(with_milliseconds(time), "2025-02-18T10:35:00.123Z");
        assert_eq!(with_milliseconds(UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
