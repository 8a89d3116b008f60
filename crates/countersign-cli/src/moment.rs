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
    let (seconds, milliseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_millis()),
        Err(error) => (i64::try_from(error.duration().as_secs()).map_or(i64::MIN, |s| -s), 0),
    };
    let text = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string());
    match (milliseconds, text.strip_suffix('Z')) {
        (1.., Some(text)) => format!("{text}.{milliseconds:03}Z"),
        _ => text,
    }
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
}
