//! Times as text, in the form of RFC 3339.

use std::time::SystemTime;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Returns the time with milliseconds, such as `2025-02-18T10:35:00.500Z`.
pub(crate) fn with_milliseconds(time: SystemTime) -> String {
    let milliseconds = OffsetDateTime::from(time).millisecond();
    let seconds = in_seconds(time);
    match seconds.strip_suffix('Z') {
        Some(seconds) => format!("{seconds}.{milliseconds:03}Z"),
        None => seconds,
    }
}

/// Returns the time in whole seconds, such as `2025-02-18T10:35:00Z`.
pub(crate) fn in_seconds(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let seconds = time.replace_nanosecond(0).unwrap_or(time);
    // Only years after 9999 have no such form.
    seconds.format(&Rfc3339).unwrap_or_else(|_| time.unix_timestamp().to_string())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn writes_the_times_of_the_manuals() {
        let time = UNIX_EPOCH + Duration::from_nanos(1_739_874_900_123_456_789);
        assert_eq!(in_seconds(time), "2025-02-18T10:35:00Z");
        assert_eq!(with_milliseconds(time), "2025-02-18T10:35:00.123Z");
        assert_eq!(with_milliseconds(UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
