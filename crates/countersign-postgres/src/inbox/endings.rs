//! The ends of attempts.

use std::{borrow::Cow, time::Duration};

use countersign::inbox::{Held, State, StoreError};
use tokio_postgres::{Error, GenericClient, Row, types::Type};

use super::{
    objects::{BEGIN, LET_NEXT, LOCK_OF_ROW, check},
    text::clean,
};
use crate::{
    connection::{Lent, Parameter},
    duration::Interval,
};

/// The end of an attempt.
pub(super) struct Ending<'a> {
    pub(super) held: &'a Held,
    /// The state afterwards.
    pub(super) state: State,
    /// For a row that waits: the time until it is due.
    pub(super) delay: Option<Duration>,
    pub(super) reason: Option<&'a str>,
    pub(super) forgets_body: bool,
}

impl Ending<'_> {
    /// Ends the attempt. Returns false if another one has taken the row.
    pub(super) async fn apply(&self, lent: &Lent) -> Result<bool, Error> {
        let values = Values::of(self);
        let parameters = values.parameters();
        // Most rows have no object, and need no transaction.
        if is_applied(&lent.one_row(END_WITHOUT_OBJECT, &parameters).await?)? {
            return Ok(true);
        }
        let id = &parameters[..1];
        // Sent one after the other, without waiting for the answers, and so not prepared.
        let (begun, locked, ended, next, committed) = tokio::join! {
            biased;
            lent.batch_execute(BEGIN),
            lent.query_typed(LOCK_OF_ROW, id),
            lent.query_typed_one(END, &parameters),
            lent.execute_typed(LET_NEXT, id),
            lent.batch_execute("commit"),
        };
        begun?;
        locked?;
        let ended = ended?;
        next?;
        committed?;
        is_applied(&ended)
    }

    /// Ends the attempt in a transaction of the caller.
    pub(super) async fn apply_in<C: GenericClient>(&self, client: &C) -> Result<bool, StoreError> {
        let values = Values::of(self);
        let parameters = values.parameters();
        let locked = client.query_typed(LOCK_OF_ROW, &parameters[..1]).await;
        check(&locked.map_err(StoreError::new)?)
            .map_err(StoreError::new)?
            .map_err(StoreError::new)?;
        Self::end_in(client, &parameters).await.map_err(StoreError::new)
    }

    async fn end_in<C: GenericClient>(
        client: &C,
        parameters: &[Parameter<'_>; 6],
    ) -> Result<bool, Error> {
        let ended = client.query_typed_one(END, parameters).await?;
        client.execute_typed(LET_NEXT, &parameters[..1]).await?;
        is_applied(&ended)
    }
}

fn is_applied(row: &Row) -> Result<bool, Error> {
    Ok(row.try_get::<_, i64>(0)? > 0)
}

/// The values of an ending, as the statements take them.
struct Values<'a> {
    id: i64,
    token: Vec<u8>,
    state: &'static str,
    delay: Option<Interval>,
    reason: Option<Cow<'a, str>>,
    forgets_body: bool,
}

impl<'a> Values<'a> {
    fn of(ending: &Ending<'a>) -> Self {
        Self {
            id: ending.held.id().0,
            token: ending.held.token().to_bytes().into(),
            state: ending.state.name(),
            delay: ending.delay.map(Interval::of),
            reason: ending.reason.map(clean),
            forgets_body: ending.forgets_body,
        }
    }

    fn parameters(&self) -> [Parameter<'_>; 6] {
        [
            (&self.id, Type::INT8),
            (&self.token, Type::BYTEA),
            (&self.state, Type::TEXT),
            (&self.delay, Type::INTERVAL),
            (&self.reason, Type::TEXT),
            (&self.forgets_body, Type::BOOL),
        ]
    }
}

/// Holds a row for a time of `lease` from now. Returns false if another attempt has taken it.
pub(super) async fn extend(lent: &Lent, held: &Held, lease: Duration) -> Result<bool, Error> {
    let (id, token) = (held.id().0, held.token().to_bytes());
    let parameters: [Parameter<'_>; 3] =
        [(&id, Type::INT8), (&&token[..], Type::BYTEA), (&Interval::of(lease), Type::INTERVAL)];
    Ok(lent.count(EXTEND, &parameters).await? > 0)
}

/// Puts a row back, due now, as if it had not been taken.
pub(super) async fn release(lent: &Lent, held: &Held) -> Result<bool, Error> {
    let (id, token) = (held.id().0, held.token().to_bytes());
    let parameters: [Parameter<'_>; 2] = [(&id, Type::INT8), (&&token[..], Type::BYTEA)];
    Ok(lent.count(RELEASE, &parameters).await? > 0)
}

macro_rules! end {
    ($condition:literal) => {
        concat!(
            "with ended as (
    update countersign_inbox set
        state = $3, due_at = clock_timestamp() + $4,
        ended_at = case when $4 is null then clock_timestamp() end,
        last_reason = coalesce($5, last_reason), token = null, began_at = null,
        attempts_log = case when began_at is null then attempts_log
            else attempts_log || jsonb_build_array(jsonb_build_array(attempts,
                floor(date_part('epoch', began_at) * 1000)::bigint,
                floor(date_part('epoch', clock_timestamp()) * 1000)::bigint, $5)) end
    where id = $1 and token = $2",
            $condition,
            "
    returning id
), forgotten as (
    delete from countersign_inbox_requests where $6 and id in (select id from ended)
)
select count(*) from ended"
        )
    };
}

/// Ends the attempt that has the token. Only rows that run have one. A row that was taken with no
/// attempts left has no attempt that could end.
const END: &str = end!("");

const END_WITHOUT_OBJECT: &str = end!(" and object is null");

const EXTEND: &str = "\
update countersign_inbox set due_at = clock_timestamp() + $3 where id = $1 and token = $2";

/// A row that was taken with no attempts left was taken without being counted.
const RELEASE: &str = "\
update countersign_inbox set
    state = 'waiting', token = null, due_at = clock_timestamp(),
    attempts = attempts - (began_at is not null)::int, began_at = null
where id = $1 and token = $2";
