//! The history of an inbox, for operators.

use std::{
    fmt,
    future::Future,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use super::{Activity, InboxStore, RowId, StoreError};

/// An engine whose rows can be listed, read and changed by operators.
pub trait InboxHistory: InboxStore {
    /// Returns the rows that fit the filter, the newest first.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn list(&self, filter: &Filter) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Returns one row with its request and its attempts, or `None` if there is no such row.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn get(&self, id: RowId) -> impl Future<Output = Result<Option<Details>, StoreError>> + Send;

    /// Makes a delivery due now, and counts its attempts from 1 again. Its [`Details`] keep the
    /// earlier attempts, so numbers can occur twice. Returns false, and changes nothing, if there
    /// is no such row, if it is running, or if its body was forgotten.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn replay(&self, id: RowId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Makes a delivery that waits for its next attempt due now. The count of its attempts goes on.
    /// Returns false, and changes nothing, if it is not waiting, or if there is no such row.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn retry(&self, id: RowId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Marks a delivery that is waiting or dead as discarded: it is kept as the memory of its
    /// event, and is not taken again. Returns false, and changes nothing, for all other rows.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn discard(&self, id: RowId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Marks a delivery that is waiting or dead as done, because an operator has dealt with its event
    /// in another way. The reason becomes the last reason of its row. Returns false, and changes
    /// nothing, for all other rows.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn mark_done(
        &self,
        id: RowId,
        reason: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Counts the deliveries that were received at `since` or later, for each endpoint and for each
    /// interval of this width, of which the first one begins at `since`. Intervals without a delivery
    /// are left out. A width of less than a millisecond counts as one.
    ///
    /// Rows that were removed are still counted, for 15 days from their receipt. For them, an
    /// engine keeps one number for each endpoint and hour of UTC, which are about 360 numbers for
    /// each endpoint. It may count all removed rows of one hour as received when the last of them
    /// was. The numbers are exact if `since` is the start of an hour, and the width is a whole
    /// number of hours.
    ///
    /// An engine may assume that deliveries were accepted in the order of their receipt, with
    /// differences of up to a minute. Then it does not have to look at all rows.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn activity(
        &self,
        since: SystemTime,
        width: Duration,
    ) -> impl Future<Output = Result<Vec<Activity>, StoreError>> + Send;

    /// Counts the rows that [`prune`](Self::prune) would remove now.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn prunable(
        &self,
        age: Duration,
        most: usize,
    ) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Removes up to `most` rows that are done or discarded and whose last change is at least `age`
    /// ago. Returns the number of rows that were removed. Deliveries of their events are new again.
    /// [`activity`](Self::activity) still counts the rows.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn prune(
        &self,
        age: Duration,
        most: usize,
    ) -> impl Future<Output = Result<usize, StoreError>> + Send;
}

/// The state of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It is due, or its retry is not due yet.
    Waiting,
    /// It is being handled, or its lease has run out and no other attempt has taken it yet.
    Running,
    /// It was handled, or an operator marked it as done.
    Done,
    /// Its attempts are used up, its handler said that another attempt is useless, or it cannot be
    /// handled at all, for example because the verifier no longer accepts it.
    Dead,
    /// An operator discarded it.
    Discarded,
}

impl State {
    /// Returns the name of the state, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

/// The rows that a list has. An empty filter fits all rows. Texts must be equal, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Filter {
    /// Only rows in this state.
    pub state: Option<State>,
    /// Only rows of this endpoint.
    pub endpoint: Option<String>,
    /// Only rows of this provider.
    pub provider: Option<String>,
    /// Only rows of this tenant.
    pub tenant: Option<String>,
    /// Only rows whose event has this type.
    pub event_type: Option<String>,
    /// Only rows whose event has this id.
    pub event_id: Option<String>,
    /// Only rows whose delivery was received at this time or later.
    pub received_since: Option<SystemTime>,
    /// Only rows whose delivery was received before this time.
    pub received_before: Option<SystemTime>,
    /// Only rows that were accepted before this one: the last row of the previous page.
    pub before: Option<RowId>,
    /// Only rows that were accepted after this one. With `before`, an engine looks at nothing but
    /// the rows in between, so that a list takes a bounded time even if no row fits. Numbers can
    /// have gaps.
    pub after: Option<RowId>,
    /// Greatest number of rows. 0 means 100.
    pub most: usize,
}

impl Filter {
    /// Makes a filter that fits all rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fits only rows in this state.
    pub fn state(self, state: State) -> Self {
        Self { state: Some(state), ..self }
    }

    /// Fits only rows of this endpoint.
    pub fn endpoint(self, endpoint: &str) -> Self {
        Self { endpoint: Some(endpoint.to_owned()), ..self }
    }

    /// Fits only rows that were accepted before this one.
    pub fn before(self, id: RowId) -> Self {
        Self { before: Some(id), ..self }
    }

    /// Fits only rows that were accepted after this one.
    pub fn after(self, id: RowId) -> Self {
        Self { after: Some(id), ..self }
    }

    /// Sets the greatest number of rows. Default: 100.
    pub fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }
}

/// A row of an inbox, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the row.
    pub id: RowId,
    /// The state.
    pub state: State,
    /// The name of the endpoint.
    pub endpoint: String,
    /// The name of the provider.
    pub provider: String,
    /// The tenant.
    pub tenant: Option<String>,
    /// The type of the event.
    pub event_type: Option<String>,
    /// The id of the event.
    pub event_id: Option<String>,
    /// The number of attempts until now.
    pub attempts: u32,
    /// The time at which the delivery was received.
    pub received_at: SystemTime,
    /// For a row that waits: the time at which it is due.
    pub due_at: Option<SystemTime>,
    /// The reason of the last attempt that failed, or of the operator who marked it as done.
    pub last_reason: Option<String>,
}

/// A row of an inbox with its request and its attempts.
///
/// `Debug` shows the length of the request, and nothing of the payload.
#[derive(Clone, PartialEq, Eq)]
pub struct Details {
    /// The row.
    pub row: Row,
    /// The [request](super::StoredRequest) as JSON; `None` if the body was forgotten.
    pub request: Option<Bytes>,
    /// The attempts that have ended, the first one first.
    pub attempts: Vec<EndedAttempt>,
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details")
            .field("row", &self.row)
            .field("length", &self.request.as_ref().map(Bytes::len))
            .field("attempts", &self.attempts)
            .finish()
    }
}

/// An attempt that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedAttempt {
    /// The number of the attempt, counted from 1.
    pub number: u32,
    /// The time at which it began.
    pub began_at: SystemTime,
    /// The time at which it ended; `None` if it vanished and its lease ran out.
    pub ended_at: Option<SystemTime>,
    /// The reason why it failed; `None` if it succeeded, or if it vanished (then `ended_at` is
    /// `None`, too).
    pub reason: Option<String>,
}
