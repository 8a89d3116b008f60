//! An inbox in PostgreSQL.

use std::{
    fmt,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::{Duration, Instant},
};

use countersign::inbox::{Accepted, Attempt, Entry, Settled, State, StoreError};
use deadpool_postgres::Pool;
use tokio::time::sleep;
use tokio_postgres::{
    Config, Socket, Transaction,
    tls::{MakeTlsConnect, TlsConnect},
};

use super::{
    accept,
    background::{PAUSE, hear},
    batch::Batches,
    bell::Bell,
    endings::Ending,
    engine::settled,
};
use crate::{
    connection::{Lent, Sending},
    migration::MigrationError,
};

/// An inbox in PostgreSQL: deliveries that are kept until they are handled, by any number of
/// receivers and workers that use the same database.
///
/// Clones share the pool. Times are measured by the server's clock. A delivery is acknowledged
/// after its commit: with `synchronous_commit = on`, which is PostgreSQL's default, it survives a
/// loss of power, and with a synchronous standby also the loss of a machine.
///
/// # Defaults
///
/// Statements are unnamed, so that they work behind a pooler. Deliveries are remembered for 72 h
/// after they were done ([`keep_for`](Self::keep_for)), and their requests with them. Without
/// [`listen`](Self::listen), a worker learns of deliveries that another process has accepted when
/// it asks: each second, unless [`Inbox::poll_interval`](countersign::inbox::Inbox::poll_interval)
/// is set.
///
/// # Errors
///
/// Every method returns a [`StoreError`] if the database is out of reach or rejects a statement.
///
/// # Examples
///
/// ```no_run
/// use countersign::{Secret, Verifier, inbox::Inbox, providers::GitHub};
/// use countersign_postgres::PostgresInbox;
/// use deadpool_postgres::{Manager, Pool, tokio_postgres::{Config, NoTls}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config: Config = "host=/run/postgresql user=app".parse()?;
/// let pool = Pool::builder(Manager::new(config.clone(), NoTls)).max_size(16).build()?;
/// let engine = PostgresInbox::new(pool).listen(config, NoTls);
/// engine.migrate().await?;
///
/// let verifier = Verifier::<GitHub>::new(Secret::new("key")?)?;
/// let worker = Inbox::new(engine).worker(&verifier, |delivery| async move {
///     println!("{} bytes", delivery.verified.bytes().len());
///     Ok(())
/// });
/// worker.run_until(std::future::pending()).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresInbox {
    pub(super) shared: Arc<Shared>,
    sending: Sending,
    pub(super) keep_for: Duration,
    pub(super) forgets_bodies: bool,
}

pub(super) struct Shared {
    pool: Pool,
    pub(super) bell: Bell,
    pub(super) batches: Batches,
    /// True while a task waits to announce deliveries to other processes.
    pub(super) is_announcing: AtomicBool,
    /// True if a delivery came that no notification has announced.
    pub(super) has_news: AtomicBool,
    /// True while a task removes old rows.
    pub(super) is_keeping_up: AtomicBool,
    /// The time at which rows are removed again.
    pub(super) next_upkeep: Mutex<Instant>,
}

impl PostgresInbox {
    /// Makes an inbox in the tables that [`migrate`](Self::migrate) makes. They are in the first
    /// schema of the `search_path`.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        let shared = Shared {
            pool,
            bell: Bell::default(),
            batches: Batches::default(),
            is_announcing: AtomicBool::new(false),
            has_news: AtomicBool::new(false),
            is_keeping_up: AtomicBool::new(false),
            next_upkeep: Mutex::new(Instant::now()),
        };
        Self {
            shared: Arc::new(shared),
            sending: Sending::Unnamed,
            keep_for: Duration::from_secs(72 * 60 * 60),
            forgets_bodies: false,
        }
    }

    /// Sets the time for which a delivery is remembered after it was done or discarded. Its event
    /// is a duplicate for that long, and new afterwards. Default: 72 h, because most providers
    /// repeat a delivery for at most three days.
    ///
    /// Workers remove older rows, up to 500 at a time. If several processes use the tables, the
    /// shortest time of all of them applies.
    #[must_use]
    pub fn keep_for(self, keep_for: Duration) -> Self {
        Self { keep_for, ..self }
    }

    /// Removes the request of a delivery, with its body, once a handler has succeeded. Its row stays
    /// for [`keep_for`](Self::keep_for), but it cannot be replayed. A delivery that an operator marks
    /// as done, or discards, keeps its body as long as its row. Default: requests are kept as
    /// long as their rows.
    #[must_use]
    pub fn forget_bodies_when_done(self) -> Self {
        Self { forgets_bodies: true, ..self }
    }

    /// Sets whether each connection prepares its statements once and keeps them. Default: `false`.
    /// Set it only if the pool connects to the server itself, or to a pooler in session mode.
    #[must_use]
    pub fn prepared_statements(self, prepared: bool) -> Self {
        let sending = if prepared { Sending::Prepared } else { Sending::Unnamed };
        Self { sending, ..self }
    }

    /// Opens a connection of its own (`LISTEN`), which wakes workers soon after another process has
    /// accepted a delivery. The connection is made again when it breaks. Deliveries of
    /// [`accept_in`](Self::accept_in) are not announced: workers find them when they ask.
    ///
    /// `config` must lead to the server itself: a pooler in transaction mode does not pass
    /// notifications on. The pool can still use a pooler.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn listen<T>(self, config: Config, tls: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let shared = Arc::downgrade(&self.shared);
        tokio::spawn(async move {
            while shared.strong_count() > 0 {
                // Until the connection works, workers find the deliveries of other processes only
                // when they ask.
                let _ = hear(&shared, &config, tls.clone()).await;
                sleep(PAUSE).await;
            }
        });
        self
    }

    /// Makes the tables, their indexes and two functions, if they do not exist.
    ///
    /// You can call it at each start, and in several processes at once. If all exist, it
    /// locks nothing, and needs no right to create.
    ///
    /// Tables of an earlier release get what they lack. No delivery waits for this, and processes
    /// of that release go on to work. If you execute [`INBOX_MIGRATION`] yourself, do it before the
    /// new release runs: until then, old rows stay, and `activity` and `prune` return errors.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach or rejects a statement. Nothing is
    /// made then.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let lent = self.lend().await?;
        let answer = async {
            let is_migrated: bool = lent.query_typed_one(IS_MIGRATED, &[]).await?.try_get(0)?;
            if is_migrated {
                return Ok(());
            }
            lent.batch_execute(&format!("begin; {INBOX_MIGRATION}; commit")).await
        };
        let answer = answer.await.map_err(|error| MigrationError::new("countersign_inbox", error));
        if answer.is_err() {
            // The connection is in a transaction that has failed.
            drop(lent);
            return answer.map_err(StoreError::new);
        }
        lent.done(answer)
    }

    /// Keeps a delivery in a transaction of yours, together with what else you write at receipt.
    /// The delivery is kept once you have committed.
    ///
    /// If another transaction inserts the same event, this waits until that one has ended. No
    /// worker is woken: one finds the delivery when it asks, within a second by default.
    ///
    /// If the entry has an object, the transaction must be `read committed`, and other deliveries
    /// about the object wait until it ends. They are answered 503 after 2 s. Write your own rows
    /// first, here and in the transactions of [`finish_in`](Self::finish_in), so that the two do
    /// not wait for each other.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach or rejects the statement. Roll the
    /// transaction back then.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use countersign::inbox::{Accepted, Entry};
    /// use countersign_postgres::PostgresInbox;
    /// use deadpool_postgres::Pool;
    ///
    /// # async fn receive(pool: Pool, engine: PostgresInbox, entry: Entry) -> Result<bool, Box<dyn std::error::Error>> {
    /// let mut client = pool.get().await?;
    /// let transaction = client.transaction().await?;
    /// transaction.batch_execute("update statistics set received = received + 1").await?;
    /// let accepted = engine.accept_in(&transaction, &entry).await?;
    /// transaction.commit().await?;
    /// Ok(accepted == Accepted::New)
    /// # }
    /// ```
    pub async fn accept_in(
        &self,
        transaction: &Transaction<'_>,
        entry: &Entry,
    ) -> Result<Accepted, StoreError> {
        accept::insert_in(transaction, entry).await
    }

    /// Marks a delivery as done in a transaction of its handler, together with the effect of the
    /// handler. The effect then happens exactly once.
    ///
    /// On [`Settled::Applied`], commit: once you have committed, the delivery is done, whatever the
    /// handler returns. [`Settled::LeaseLost`] means that another attempt has taken the delivery:
    /// roll back.
    ///
    /// The row stays locked until the transaction ends. Call it after your own statements, shortly
    /// before the commit. If the delivery has an object, the transaction must be `read committed`,
    /// and new deliveries about the object wait until it ends. They are answered 503 after 2 s.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach or rejects the statement. Roll the
    /// transaction back then.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use countersign::inbox::{Attempt, Failure, Settled};
    /// use countersign_postgres::PostgresInbox;
    /// use deadpool_postgres::Pool;
    ///
    /// async fn pay(pool: Pool, engine: PostgresInbox, attempt: Attempt) -> Result<(), Failure> {
    ///     let mut client = pool.get().await?;
    ///     let transaction = client.transaction().await?;
    ///     transaction.batch_execute("update accounts set balance = balance + 5").await?;
    ///     match engine.finish_in(&transaction, &attempt).await? {
    ///         Settled::Applied => transaction.commit().await?,
    ///         Settled::LeaseLost => transaction.rollback().await?,
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn finish_in(
        &self,
        transaction: &Transaction<'_>,
        attempt: &Attempt,
    ) -> Result<Settled, StoreError> {
        let ending = Ending {
            held: attempt.held(),
            state: State::Done,
            delay: None,
            reason: None,
            forgets_body: self.forgets_bodies,
        };
        let is_applied = ending.apply_in(transaction).await?;
        if is_applied {
            attempt.note_end_in_transaction();
        }
        Ok(settled(is_applied))
    }

    pub(super) async fn lend(&self) -> Result<Lent, StoreError> {
        Lent::from(&self.shared.pool, self.sending).await
    }
}

/// SQL that makes the tables and functions of the inbox: see [`PostgresInbox::migrate`].
///
/// Use it with a migration tool of your own. Execute it in one transaction, because it sets the
/// transaction's `lock_timeout` to 1 s.
pub const INBOX_MIGRATION: &str = include_str!("schema.sql");

/// Returns whether the last function exists, and the table that earlier releases lack.
const IS_MIGRATED: &str = "\
select to_regproc('countersign_inbox_accept_all') is not null
    and to_regclass('countersign_inbox_hours') is not null";

impl fmt::Debug for PostgresInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresInbox").field("keep_for", &self.keep_for).finish_non_exhaustive()
    }
}
