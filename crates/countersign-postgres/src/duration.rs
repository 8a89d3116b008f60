//! Durations in the format of the database.

use std::{error::Error, time::Duration};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, accepts, to_sql_checked};

/// A value of the SQL type `interval`. The server plans `time + $1` in less time than
/// `time + $1 * interval '1 second'`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval(Duration);

impl Interval {
    /// Shortens durations over 100 years to 100 years, because PostgreSQL's times end in the year
    /// 294276.
    pub(crate) fn of(duration: Duration) -> Self {
        Self(duration.min(LONGEST))
    }
}

impl ToSql for Interval {
    accepts!(INTERVAL);

    to_sql_checked!();

    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        // The format has three numbers: microseconds, days and months.
        out.put_i64(i64::try_from(self.0.as_micros())?);
        out.put_i32(0);
        out.put_i32(0);
        Ok(IsNull::No)
    }
}

/// Returns the time left of a claim.
pub(crate) fn remaining(seconds: f64) -> Duration {
    // The claim may have ended meanwhile, or someone may have written an impossible time by hand.
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST)
}

/// A hundred years.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_duration() {
        for (duration, microseconds) in [
            (Duration::ZERO, 0),
            (Duration::from_nanos(1999), 1),
            (Duration::from_millis(1500), 1_500_000),
            (Duration::MAX, 3_153_600_000_000_000_i64),
        ] {
            let mut bytes = BytesMut::new();
            let written = Interval::of(duration).to_sql(&Type::INTERVAL, &mut bytes);
            assert!(matches!(written, Ok(IsNull::No)));
            assert_eq!(bytes[..8], microseconds.to_be_bytes());
            assert_eq!(bytes[8..], [0; 8]);
        }
    }

    #[test]
    fn reads_every_rest() {
        assert_eq!(remaining(-1.0), Duration::ZERO);
        assert_eq!(remaining(f64::NEG_INFINITY), Duration::ZERO);
        assert_eq!(remaining(f64::NAN), Duration::ZERO);
        assert_eq!(remaining(1.5), Duration::from_millis(1500));
        assert_eq!(remaining(f64::INFINITY), LONGEST);
    }
}
