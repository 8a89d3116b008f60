//! The claim within a transaction of the caller.

use std::time::Duration;

use countersign::idempotency::{Claim, IdempotencyKey, Lease, StoreError};
use tokio_postgres::{
    Error, Transaction,
    types::{ToSql, Type},
};

use crate::{PostgresStore, answer, duration::Interval, statements::Statements};

impl PostgresStore {
    /// Claims an event and marks it as done for `ttl`, within a transaction of yours.
    ///
    /// Your writes in the same transaction are committed together with the claim, or not at all, so
    /// the effect happens exactly once. On [`Claim::Fresh`], write and commit. On any other result,
    /// roll back. [`Claim::Done`] means that the event was handled: answer 2xx.
    /// [`Claim::InProgress`] means that a lease holds it: answer 503. This happens only if the
    /// table is also used with leases.
    ///
    /// If a duplicate comes while the first transaction runs, it waits, with its connection, until
    /// that transaction ends. It is then `Done`, or `Fresh` if the first transaction was rolled
    /// back. It waits at most [`longest_wait`](Self::longest_wait) for each lock. This time becomes
    /// the transaction's `lock_timeout`: set another value afterwards if your own statements wait
    /// for locks. A claim with a lease waits as well, for as long as its `statement_timeout`
    /// allows.
    ///
    /// Do slow work outside of the transaction. A rollback does not undo calls of other services,
    /// such as one that sends an email: write a task into a table in the transaction, and execute
    /// the task after the commit.
    ///
    /// The row is kept until `ttl` has passed, and then until it is [pruned](Self::prune). A day
    /// is enough for most providers. Those that repeat a delivery for days document this.
    ///
    /// # Isolation
    ///
    /// The above holds for `read committed`, PostgreSQL's default. With `repeatable read` and
    /// `serializable`, a duplicate gets the error 40001 if the first transaction is committed
    /// meanwhile. Any other serialization conflict gets this error as well. The error can also come
    /// at the commit.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach or rejects a statement, or if the
    /// wait was too long. Roll the transaction back then, and answer 503, so that the provider
    /// sends the event again: nothing was done. If the commit returns an error, answer 503, too:
    /// the server may have committed, and the next delivery is then `Done`.
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
    /// match store.claim_in(&transaction, &key, Duration::from_secs(24 * 60 * 60)).await? {
    ///     Claim::Fresh => {}
    ///     Claim::Done { .. } => return Ok(false),
    ///     Claim::InProgress { .. } => return Err("in progress: answer 503".into()),
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
            // The statements are sent in this order, without waiting for the first answer.
            biased;
            self.bound(transaction),
            self.attempt(transaction, key, ttl),
        };
        bound.and(claim).map_err(StoreError::new)
    }

    async fn bound(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        // PostgreSQL takes 0 as no limit.
        let wait = self.longest_wait.as_millis().clamp(1, LONGEST_WAIT);
        transaction.batch_execute(&format!("set local lock_timeout = {wait}")).await
    }

    /// Claims the event. If another transaction has inserted it, the first statement waits until
    /// that transaction ends.
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

/// The empty note: the event is done, and no answer is kept.
const NO_NOTE: &[u8] = b"";

/// Longest `lock_timeout` of PostgreSQL, in milliseconds.
const LONGEST_WAIT: u128 = i32::MAX as u128;
