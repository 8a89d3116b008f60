//! Durations on the command line, such as `30s` or `30d`.

use std::{fmt, str::FromStr, time::Duration};

/// A duration with one unit: `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err("a number with one of the units ms, s, m, h, d: `30d`".to_owned()),
        };
        let number: u64 = number.parse().map_err(|_| "a whole number and a unit: `30d`")?;
        let milliseconds = number.checked_mul(unit).ok_or("the duration is too long")?;
        Ok(Self(Duration::from_millis(milliseconds)))
    }
}

/// Shows a duration in its greatest whole unit that keeps two digits.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_millis();
        match milliseconds {
            0..10_000 => write!(f, "{milliseconds} ms"),
            10_000..600_000 => write!(f, "{} s", milliseconds / 1000),
            600_000..36_000_000 => write!(f, "{} min", milliseconds / 60_000),
            36_000_000..864_000_000 => write!(f, "{} h", milliseconds / 3_600_000),
            _ => write!(f, "{} d", milliseconds / 86_400_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_number_with_a_unit() {
        let read = |text: &str| text.parse::<Span>().map(|span| span.0);
        assert_eq!(read("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert_eq!(read("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(read("0s"), Ok(Duration::ZERO));
        for text in ["", "d", "5", "-1s", "1.5h", "1 d", "1w", "1é", "99999999999999999d"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shows_a_duration_with_one_unit() {
        let shown = |milliseconds| Span(Duration::from_millis(milliseconds)).to_string();
        assert_eq!([shown(600), shown(60_000), shown(7_200_000)], ["600 ms", "60 s", "120 min"]);
    }
}
