//! The place of the signed time.

use std::time::Duration;

/// The place of the signed time, its unit, and its greatest distance from now.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    pub(crate) place: TimestampPlace,
    pub(crate) unit: TimestampUnit,
    pub(crate) tolerance: Duration,
}

impl Timestamp {
    /// Reads the time from a header of its own. Give one name for all signature headers, or one for
    /// each of them in the same order.
    #[must_use]
    pub const fn header(names: &'static [&'static str], unit: TimestampUnit) -> Self {
        Self { place: TimestampPlace::Header(names), unit, tolerance: DEFAULT_TOLERANCE }
    }

    /// Reads the time from the list that holds the signatures: the entry with this key, which
    /// occurs once.
    #[must_use]
    pub const fn entry(key: &'static str, unit: TimestampUnit) -> Self {
        Self { place: TimestampPlace::Entry(key), unit, tolerance: DEFAULT_TOLERANCE }
    }

    /// Reads the time from the JSON body: from the first of these top-level members that is an
    /// integer or text. Its value must consist of digits. The time is part of the signed body, and
    /// is checked after the signature. A body without it is rejected.
    ///
    /// A provider that has the time in the body usually sends the same time in its retries: see
    /// [`Verifier::tolerance`](crate::Verifier::tolerance).
    #[must_use]
    pub const fn member(names: &'static [&'static str], unit: TimestampUnit) -> Self {
        Self { place: TimestampPlace::Member(names), unit, tolerance: DEFAULT_TOLERANCE }
    }

    /// Sets the greatest distance of the signed time from now, in the past and in the future.
    /// Default: 300 s.
    #[must_use]
    pub const fn tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }
}

/// The place of a signed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampPlace {
    /// A header of its own: one name for all signature headers, or one for each of them.
    Header(&'static [&'static str]),
    /// The entry with this key in the list of signatures.
    Entry(&'static str),
    /// The first of these members of the JSON body.
    Member(&'static [&'static str]),
}

/// The unit of a timestamp, counted from 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// Default tolerance, which the libraries of Stripe, Slack and Standard Webhooks also have.
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);
