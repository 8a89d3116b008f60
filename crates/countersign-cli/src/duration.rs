//! Durations on the command line: `90`, `90s`, `5m`, `2h`, `3d` or `250ms`.

use std::time::Duration;

/// Reads a duration. A number without a unit is in seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "" | "s" => 1000,
        "ms" => 1,
        "m" => 60 * 1000,
        "h" => 3_600 * 1000,
        "d" => 86_400 * 1000,
        _ => return Err(format!("{text:?} is not a duration: write 90, 5m, 2h or 250ms")),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| format!("{text:?} is not a duration: write 90, 5m, 2h or 250ms"))?;
    let milliseconds = number.checked_mul(milliseconds);
    milliseconds.map(Duration::from_millis).ok_or_else(|| format!("{text} is too long"))
}

/// Writes a duration in its largest whole unit, such as `5 min`.
pub(crate) fn text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        _ if duration.subsec_millis() > 0 => format!("{} ms", duration.as_millis()),
        0 => "0 s".to_owned(),
        _ if seconds.is_multiple_of(86_400) => format!("{} d", seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_durations() {
        for (given, expected) in
            [("0", "0 s"), ("90", "90 s"), ("300s", "5 min"), ("2h", "2 h"), ("250ms", "250 ms")]
        {
            assert_eq!(text(parse(given).unwrap()), expected, "{given}");
        }
        for wrong in ["", "s", "5 m", "-1", "1.5s", "5x", "99999999999999999999d"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
