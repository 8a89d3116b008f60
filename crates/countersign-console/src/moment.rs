//! Times and durations, as people read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Writes a time in UTC: `2026-11-27 09:50:57.123`.
pub(crate) fn utc(time: SystemTime) -> String {
    let Some(parts) = parts(time) else { return "unknown".to_owned() };
    let (date, clock) = (parts.date(), parts.time());
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        clock.millisecond(),
    )
}

/// Reads a time in UTC: RFC 3339, or `2026-11-27T09:50` as a field of a form has it.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim().replacen(' ', "T", 1);
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        _ if text.ends_with('Z') || text.contains('+') => text,
        _ => format!("{text}Z"),
    };
    let seconds = OffsetDateTime::parse(&full, &Rfc3339).ok()?.unix_timestamp();
    let since = u64::try_from(seconds).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(since))
}

/// Writes the time that has passed: `12 s`, `5 min`, `3 h`, `4 d`.
pub(crate) fn age(time: SystemTime, now: SystemTime) -> String {
    let passed = now.duration_since(time).unwrap_or_default();
    span(passed)
}

/// Writes a duration in its largest unit.
pub(crate) fn span(duration: Duration) -> String {
    match duration.as_secs() {
        0 if duration.is_zero() => "0 s".to_owned(),
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds @ 7200..=172_799 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

fn parts(time: SystemTime) -> Option<OffsetDateTime> {
    let nanoseconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).ok()?,
        Err(before) => -i128::try_from(before.duration().as_nanos()).ok()?,
    };
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_times() {
        let time = parse("2026-11-27T09:50").unwrap();
        assert_eq!(utc(time), "2026-11-27 09:50:00.000");
        assert_eq!(parse("2026-11-27T10:50:00+01:00"), Some(time));
        for wrong in ["", "yesterday", "2026-13-01", "1969-01-01", "9999999-01-01T00:00"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(u64::MAX / 4)), "unknown");
        assert_eq!(age(time, time + Duration::from_secs(7200)), "2 h");
        assert_eq!(span(Duration::from_millis(7)), "7 ms");
    }
}
