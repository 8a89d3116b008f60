//! The store and its methods.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use countersign::idempotency::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError};
use deadpool_postgres::Pool;
use tokio_postgres::types::Type;

use crate::{
    TableNameError, answer,
    connection::{Lent, Parameter, Sending},
    duration::Interval,
    migration::MigrationError,
    statements::Statements,
    table::Table,
};

/// A [`Store`] in a PostgreSQL table, shared by all instances that use the same database.
///
/// Clones share the pool. Times are measured by the server's clock. Durations over a hundred years
/// count as a hundred years.
///
/// # Defaults
///
/// The table is `countersign_claims`, and statements are unnamed. [`claim_in`](Self::claim_in)
/// waits at most 2 s for each lock. The pool has no timeouts except yours.
/// [`Idempotency`](countersign::idempotency::Idempotency) sets the lease (60 s), the ttl (24 h) and
/// the deadline for a whole call (2 s).
///
/// # Errors
///
/// Every method of [`Store`] returns a [`StoreError`] if the database is out of reach or rejects a
/// statement. If a claim fails, [`Idempotency`](countersign::idempotency::Idempotency) answers 503
/// with `Retry-After: 5` (seconds). If a completion fails, it repeats the completion for
/// up to the length of a lease.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use countersign::idempotency::{Claim, IdempotencyKey, Lease, Store};
/// use countersign_postgres::PostgresStore;
/// use deadpool_postgres::{Manager, Pool, tokio_postgres::NoTls};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = "host=/run/postgresql user=app".parse()?;
/// let pool = Pool::builder(Manager::new(config, NoTls)).max_size(16).build()?;
/// let store = PostgresStore::new(pool).table("webhooks.claims")?;
/// store.migrate().await?;
///
/// let lease = Lease::new(IdempotencyKey::builder("github").event_type(None).id("72d3162e"));
/// assert_eq!(store.claim(&lease, Duration::from_secs(60)).await?, Claim::Fresh);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    sending: Sending,
    pub(crate) statements: Arc<Statements>,
    pub(crate) longest_wait: Duration,
}

impl PostgresStore {
    /// Makes a store in the table `countersign_claims`, which [`migrate`](Self::migrate) creates.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        let statements = Arc::new(Statements::of(&Table::default()));
        let longest_wait = Duration::from_secs(2);
        Self { pool, sending: Sending::Unnamed, statements, longest_wait }
    }

    /// Sets the table: `table`, or `schema.table`. Default: `countersign_claims`. The name is
    /// quoted as it is, so `Claims` is not `claims`.
    ///
    /// # Errors
    ///
    /// Returns a [`TableNameError`] unless the name consists of ASCII letters, digits and
    /// underscores, does not begin with a digit, and is at most 52 bytes long. The same rules apply
    /// to the name of a schema, but it may be 63 bytes long.
    pub fn table(self, name: &str) -> Result<Self, TableNameError> {
        let statements = Arc::new(Statements::of(&Table::new(name)?));
        Ok(Self { statements, ..self })
    }

    /// Sets how long [`claim_in`](Self::claim_in) waits for another transaction. Default: 2 s; at
    /// least 1 ms, and at most some 24 days.
    #[must_use]
    pub fn longest_wait(self, longest_wait: Duration) -> Self {
        Self { longest_wait, ..self }
    }

    /// Sets whether each connection prepares its statements once and keeps them. Default: `false`.
    ///
    /// The server then plans a claim once for each connection, instead of once for each claim. A
    /// claim took some 35 % less time in `benches/NOTES.md`. Set it only if the pool connects to
    /// the server itself, or to a pooler in session mode. Behind a pooler in transaction mode
    /// (PgBouncer, Supabase, Neon) claims fail, because the next transaction can be on a server
    /// connection that does not have the statement.
    ///
    /// [`claim_in`](Self::claim_in) uses your transaction, so this setting does not apply to it.
    #[must_use]
    pub fn prepared_statements(self, prepared: bool) -> Self {
        let sending = if prepared { Sending::Prepared } else { Sending::Unnamed };
        Self { sending, ..self }
    }

    /// Makes the table and its index, if they do not exist.
    ///
    /// You can call it at each start, and in several instances at once: the instances wait for each
    /// other. `migrate` first checks whether both exist. If they do, it locks nothing, does not
    /// wait, and needs no right to create. Otherwise the schema has to exist, and the role needs
    /// the right to create in it. If the role lacks that right, execute
    /// the SQL of [`migration`](Self::migration) with another role.
    ///
    /// While a missing index is made, no claim can be written to the table. While `migrate` waits
    /// for a transaction that holds a lock on the table, new claims wait for `migrate`. It
    /// therefore gives up after 1 s. If the table has many rows, make the index yourself with
    /// `create index concurrently`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach or rejects a statement, or if
    /// another transaction holds a lock on the table for longer than 1 s. Nothing is made then.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let lent = self.lend().await?;
        let Statements { table, is_migrated, migrate, .. } = &*self.statements;
        let answer = async {
            let is_migrated: bool = lent.query_typed_one(is_migrated, &[]).await?.try_get(0)?;
            if is_migrated { Ok(()) } else { lent.batch_execute(migrate).await }
        };
        let answer = answer.await.map_err(|source| MigrationError::new(table, source));
        lent.done(answer)
    }

    /// The SQL that [`migrate`](Self::migrate) executes, for a migration tool of yours.
    #[must_use]
    pub fn migration(&self) -> &str {
        &self.statements.migrate
    }

    /// Removes up to `limit` expired rows, and returns their number.
    ///
    /// Rows are not removed otherwise. An expired row does no harm, because it counts as gone, but
    /// the table grows by one row for each event. Prune regularly, on any number of instances: they
    /// do not wait for each other, and no claim waits for them.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn prune(store: countersign_postgres::PostgresStore) {
    /// loop {
    ///     // Batches, so that no transaction is long.
    ///     while matches!(store.prune(1000).await, Ok(1000)) {}
    ///     tokio::time::sleep(Duration::from_secs(60)).await;
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach.
    pub async fn prune(&self, limit: u32) -> Result<u64, StoreError> {
        self.execute(&self.statements.prune, &[(&i64::from(limit), Type::INT8)]).await
    }

    /// Executes a statement. Returns the number of rows.
    async fn execute(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, StoreError> {
        let lent = self.lend().await?;
        let answer = lent.count(statement, parameters).await;
        lent.done(answer)
    }

    async fn lend(&self) -> Result<Lent, StoreError> {
        Lent::from(&self.pool, self.sending).await
    }
}

impl Store for PostgresStore {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        let (key, token, length) =
            (lease.key().as_str(), lease.token().to_bytes(), Interval::of(length));
        let parameters: [Parameter<'_>; 4] = [
            (&key, Type::TEXT),
            (&&token[..], Type::BYTEA),
            (&length, Type::INTERVAL),
            (&IN_PROGRESS, Type::BYTEA),
        ];
        let lent = self.lend().await?;
        let answer = async {
            let Statements { insert, held, claim, .. } = &*self.statements;
            if lent.count(insert, &parameters[..3]).await? == 1 {
                return Ok(Claim::Fresh);
            }
            if let Some(row) = lent.row(held, &parameters[..2]).await? {
                return answer::claim(&row);
            }
            answer::claim(&lent.one_row(claim, &parameters).await?)
        };
        let answer = answer.await;
        lent.done(answer)
    }

    async fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        let (key, token, ttl) = (lease.key().as_str(), lease.token().to_bytes(), Interval::of(ttl));
        let parameters: [Parameter<'_>; 4] = [
            (&key, Type::TEXT),
            (&&token[..], Type::BYTEA),
            (&ttl, Type::INTERVAL),
            (&&note[..], Type::BYTEA),
        ];
        self.execute(&self.statements.complete, &parameters).await.map(settled)
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let (key, token) = (lease.key().as_str(), lease.token().to_bytes());
        let parameters: [Parameter<'_>; 2] = [(&key, Type::TEXT), (&&token[..], Type::BYTEA)];
        self.execute(&self.statements.release, &parameters).await.map(settled)
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        let key = key.as_str();
        let parameters: [Parameter<'_>; 1] = [(&key, Type::TEXT)];
        self.execute(&self.statements.forget, &parameters).await.map(|rows| rows == 1)
    }
}

/// The note of an event in progress.
const IN_PROGRESS: Option<&[u8]> = None;

/// Reads the number of rows of `complete` or `release`: 0 if another lease holds the event, or if
/// the event is completed.
fn settled(rows: u64) -> Settled {
    if rows == 0 { Settled::LeaseLost } else { Settled::Applied }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("table", &self.statements.table)
            .finish_non_exhaustive()
    }
}
