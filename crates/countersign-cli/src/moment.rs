//! Times as text, in the form of RFC 3339.

use std::time::SystemTime;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Returns the time with milliseconds, such as `2025-02-18T10:35:00.5Z`.
pub(crate) fn with_milliseconds(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let millisecond = time.millisecond();
    text(time.replace_millisecond(millisecond).unwrap_or(time))
}

/// Returns the time in whole seconds, such as `2025-02-18T10:35:00Z`.
pub(crate) fn in_seconds(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    text(time.replace_nanosecond(0).unwrap_or(time))
}

fn text(time: OffsetDateTime) -> String {
    // Only years after 9999 have no such form.
    time.format(&Rfc3339).unwrap_or_else(|_| time.unix_timestamp().to_string())
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
    }
}
