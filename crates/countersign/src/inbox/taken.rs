//! Deliveries that are taken from an inbox.

use std::{fmt, time::Duration};

use bytes::Bytes;

use crate::idempotency::Token;

/// The deliveries that a worker wants to [take](super::InboxStore::take).
///
/// Several workers can share one inbox. Each one takes the deliveries of its own endpoints only,
/// because it has no verifiers for the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The names of the endpoints.
    pub endpoints: Vec<String>,
    /// Greatest number of deliveries.
    pub most: usize,
    /// The time for which each delivery is held.
    pub lease: Duration,
    /// Greatest number of attempts for each delivery, at least 1.
    pub attempts: u32,
}

/// A delivery that [`take`](super::InboxStore::take) returned, for one attempt.
///
/// `Debug` shows the length of the request, and nothing of the payload.
#[derive(Clone)]
pub struct Taken {
    /// The row and the attempt that holds it.
    pub held: Held,
    /// The number of this attempt, counted from 1.
    pub number: u32,
    /// True if the delivery already had all its attempts: the last one vanished, for example
    /// because it ended the process, or fewer attempts are allowed than before. Then `number` is
    /// the number of the last attempt.
    pub is_exhausted: bool,
    /// The object that the event is about, and its version, as accepted.
    pub object: Option<(Box<str>, Option<i64>)>,
    /// The time since the delivery became due.
    pub late: Duration,
    /// The [request](super::StoredRequest) as JSON.
    pub request: Bytes,
}

/// A row of an inbox, and the token of the attempt that holds it.
///
/// If the lease runs out and another attempt takes the row, this token is no longer accepted.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Held {
    id: RowId,
    token: Token,
}

/// The number of a row, unique within its inbox. Rows that were accepted later have greater
/// numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub i64);

impl Held {
    /// Makes a new token for an attempt. No two attempts of a row may have the same one.
    #[must_use]
    pub fn new(id: RowId) -> Self {
        Self { id, token: Token::next() }
    }

    /// Makes an attempt that shares its token with the other rows of one
    /// [`take`](super::InboxStore::take): the row and the token together name the attempt.
    #[must_use]
    pub fn sharing(id: RowId, token: Token) -> Self {
        Self { id, token }
    }

    /// Returns the number of the row.
    #[must_use]
    pub fn id(&self) -> RowId {
        self.id
    }

    /// Returns the token.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token
    }
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken")
            .field("held", &self.held)
            .field("number", &self.number)
            .field("is_exhausted", &self.is_exhausted)
            .field("length", &self.request.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("id", &self.id.0).field("token", &self.token).finish()
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
