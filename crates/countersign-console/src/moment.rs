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

/// Reads a time: RFC 3339, or without an offset, as a field of a form has it: `2026-11-27T09:50`, in
/// UTC.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim().replacen(' ', "T", 1);
    let (date, clock) = text.split_once(['T', 't']).unwrap_or((&text, "00:00:00"));
    let begin = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(begin);
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    let offset = if offset.is_empty() { "Z" } else { offset };
    let full = format!("{date}T{clock}{seconds}{offset}");
    let seconds = OffsetDateTime::parse(&full, &Rfc3339).ok()?.unix_timestamp();
    let since = u64::try_from(seconds).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(since))
}

/// Writes a time in UTC, without a part of a second: `2026-11-27 09:50:57`.
pub(crate) fn seconds(time: SystemTime) -> String {
    let text = utc(time);
    text.split('.').next().unwrap_or_default().to_owned()
}

/// Writes the time of the day in UTC: `09:50:57`.
pub(crate) fn clock(time: SystemTime) -> String {
    let text = seconds(time);
    text.rsplit_once(' ').map_or(text.clone(), |(_, clock)| clock.to_owned())
}

/// Writes a time in UTC, without seconds: `2026-11-27 09:50`.
pub(crate) fn minute(time: SystemTime) -> String {
    let text = seconds(time);
    text.rsplit_once(':').map_or(text.clone(), |(minutes, _)| minutes.to_owned())
}

/// Writes a time as a field of a form has it: `2026-11-27T09:50`, or with seconds if it has some.
pub(crate) fn field(time: SystemTime) -> String {
    let text = seconds(time).replacen(' ', "T", 1);
    text.strip_suffix(":00").unwrap_or(&text).to_owned()
}

/// Writes the time that has passed: `12 s`, `5 min`, `3 h`, `4 d`.
pub(crate) fn age(time: SystemTime, now: SystemTime) -> String {
    let passed = now.duration_since(time).unwrap_or_default();
    span(passed)
}

/// Writes a duration in the largest unit of which it has at least two.
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
        for same in [
            "2026-11-27T10:50:00+01:00",
            "2026-11-27T04:50-05:00",
            "2026-11-27 09:50:00z",
            " 2026-11-27T09:50:00 ",
        ] {
            assert_eq!(parse(same), Some(time), "{same}");
        }
        assert_eq!(parse("2026-11-27"), parse("2026-11-27T00:00:00Z"));
        assert_eq!(field(time), "2026-11-27T09:50");
        assert_eq!(field(time + Duration::from_secs(7)), "2026-11-27T09:50:07");
        for wrong in ["", "yesterday", "2026-13-01", "1969-01-01", "9999999-01-01T00:00"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(u64::MAX / 4)), "unknown");
        assert_eq!(age(time, time + Duration::from_secs(7200)), "2 h");
        assert_eq!(span(Duration::from_millis(7)), "7 ms");
    }
}
