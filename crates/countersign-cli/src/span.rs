//! Durations on the command line, such as `30s` or `30d`.

use std::{fmt, str::FromStr, time::Duration};

use crate::duration;

/// A duration that needs its unit: removing rows that are older than `30` would be a guess.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.ends_with(|c: char| c.is_ascii_digit()) {
            return Err("the unit is missing: write 30s, 5m, 2h or 30d".to_owned());
        }
        duration::parse(text).map(Self)
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
