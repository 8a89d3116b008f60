//! The claim within a transaction of one's own.

use std::time::Duration;

use countersign::idempotency::{Claim, IdempotencyKey, Lease, StoreError};
use tokio_postgres::{
    Error, Transaction,
    types::{ToSql, Type},
};

use crate::{PostgresStore, answer, duration::Interval, statements::Statements};

impl PostgresStore {
    /// Claims an event and marks it as done for as long as `ttl`, within a transaction of yours.
    ///
    /// What you write in the same transaction is committed together with the claim, or not at all:
    /// the effect happens exactly once. On [`Claim::Fresh`], write and commit. On anything else,
    /// roll back: on [`Claim::Done`] the event was handled, and on [`Claim::InProgress`] somebody
    /// holds it by a lease, where the table is used in both ways.
    ///
    /// A duplicate that comes while the first transaction runs waits for its end, with its
    /// connection: then it is `Done`, or `Fresh` if the first one was rolled back. For each lock it
    /// waits for [`longest_wait`](Self::longest_wait), which becomes the transaction's
    /// `lock_timeout`; set another afterwards if your own statements wait for locks. A claim by a
    /// lease waits, too, for as long as its `statement_timeout` allows. Do what takes long, such as
    /// calls to others, before or after the transaction.
    ///
    /// The row is kept until `ttl` has passed, and then until it is [pruned](Self::prune): a day is
    /// longer than most providers repeat a delivery, and those that repeat for days say so.
    ///
    /// # Isolation
    ///
    /// With `read committed`, PostgreSQL's default, all is as said above. With `repeatable read`
    /// and `serializable` a duplicate of a transaction that is committed meanwhile is an error
    /// (40001), as is any other conflict, at the commit, too.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database is out of reach, refuses, or the wait was too long. The
    /// transaction can only be rolled back then. Answer 503, so that the provider sends again:
    /// nothing was done. Do so, too, where the commit itself fails: it may have succeeded, and then
    /// the next delivery is told `Done`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use countersign::idempotency::{Claim, IdempotencyKey};
    /// use countersign_postgres::PostgresStore;
    /// use deadpool_postgres::{Pool, tokio_postgres::types::Type};
    ///
    /// # async fn handle(pool: Pool, store: PostgresStore) -> Result<bool, Box<dyn std::error::Error>> {
    /// let key = IdempotencyKey::builder("billing").event_type(None).id("evt_1");
    /// let mut client = pool.get().await?;
    /// let transaction = client.transaction().await?;
    /// if store.claim_in(&transaction, &key, Duration::from_secs(24 * 60 * 60)).await? != Claim::Fresh {
    ///     return Ok(false);
    /// }
    /// // Unnamed, so that it also works behind a pooler.
    /// let insert = "insert into payments (event) values ($1)";
    /// transaction.execute_typed(insert, &[(&"evt_1", Type::TEXT)]).await?;
    /// transaction.commit().await?;
    /// Ok(true)
    /// # }
    /// ```
    pub async fn claim_in(
        &self,
        transaction: &Transaction<'_>,
        key: &IdempotencyKey,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        let (bound, claim) = tokio::join! {
            // In this order, and without waiting for the first answer.
            biased;
            self.bound(transaction),
            self.attempt(transaction, key, ttl),
        };
        bound.and(claim).map_err(StoreError::new)
    }

    async fn bound(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        // 0 would be no bound at all.
        let wait = self.longest_wait.as_millis().clamp(1, LONGEST_WAIT);
        transaction.batch_execute(&format!("set local lock_timeout = {wait}")).await
    }

    /// Where another transaction has inserted the event, the first statement waits for its end.
    async fn attempt(
        &self,
        transaction: &Transaction<'_>,
        key: &IdempotencyKey,
        ttl: Duration,
    ) -> Result<Claim, Error> {
        let token = Lease::new(key.clone()).token().to_bytes();
        let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
            (&key.as_str(), Type::TEXT),
            (&&token[..], Type::BYTEA),
            (&Interval::of(ttl), Type::INTERVAL),
            (&NO_NOTE, Type::BYTEA),
        ];
        let Statements { insert_done, claim, .. } = &*self.statements;
        if transaction.execute_typed(insert_done, &parameters).await? == 1 {
            return Ok(Claim::Fresh);
        }
        answer::claim(&transaction.query_typed_one(claim, &parameters).await?)
    }
}

/// The event is done, and nothing is kept with it.
const NO_NOTE: &[u8] = b"";

/// PostgreSQL's, in milliseconds.
const LONGEST_WAIT: u128 = i32::MAX as u128;
