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
    /// In a header of its own: one name for all signature headers, or one for each, in their order.
    #[must_use]
    pub const fn header(names: &'static [&'static str], unit: TimestampUnit) -> Self {
        Self { place: TimestampPlace::Header(names), unit, tolerance: DEFAULT_TOLERANCE }
    }

    /// In the list that holds the signatures, under this key, once.
    #[must_use]
    pub const fn entry(key: &'static str, unit: TimestampUnit) -> Self {
        Self { place: TimestampPlace::Entry(key), unit, tolerance: DEFAULT_TOLERANCE }
    }

    /// In the first of these top-level members of the JSON body that is there, as an integer or as
    /// text of digits. It is part of what is signed, and is judged once the signature is; a body
    /// without it is refused.
    ///
    /// A provider that has the time in the body usually repeats it in its retries: see
    /// [`Verifier::tolerance`](crate::Verifier::tolerance).
    #[must_use]
    pub const fn member(names: &'static [&'static str], unit: TimestampUnit) -> Self {
        Self { place: TimestampPlace::Member(names), unit, tolerance: DEFAULT_TOLERANCE }
    }

    /// Accepts times up to this far from now, in the past and in the future. Default: 300 s.
    #[must_use]
    pub const fn tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum TimestampPlace {
    Header(&'static [&'static str]),
    Entry(&'static str),
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

/// The tolerance of the libraries of Stripe, Slack and Standard Webhooks.
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);
