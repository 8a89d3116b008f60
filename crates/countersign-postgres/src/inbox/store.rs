//! An inbox in PostgreSQL.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use countersign::inbox::{
    Accept, Accepted, Attempt, Entry, Held, InboxStore, RowId, SerialInbox, Settled, State, Stats,
    StoreError, Taken, Wanted,
};
use deadpool_postgres::Pool;
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};
use tokio_postgres::{
    AsyncMessage, Config, Error, Socket, Transaction,
    tls::{MakeTlsConnect, TlsConnect},
    types::Type,
};

use super::{
    accept,
    bell::Bell,
    endings::{self, Ending},
    history, take,
    text::clean,
};
use crate::{
    connection::{Lent, Parameter, Sending},
    duration::remaining,
    migration::MigrationError,
};

/// An inbox in PostgreSQL: deliveries that are kept until they are handled, by any number of
/// receivers and workers that use the same database.
///
/// Clones share the pool. Times are measured by the server's clock. A delivery is acknowledged after
/// its commit: with `synchronous_commit = on`, which is PostgreSQL's default, it survives a loss of
/// power, and with a synchronous standby also the loss of a machine.
///
/// # Defaults
///
/// Statements are unnamed, so that they work behind a pooler. Deliveries are remembered for 72 h
/// after they were done ([`keep_for`](Self::keep_for)), and their requests with them. Without
/// [`listen`](Self::listen), a worker learns of deliveries that another process has accepted when it
/// asks: each second, unless
/// [`Inbox::poll_interval`](countersign::inbox::Inbox::poll_interval) is set.
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
    shared: Arc<Shared>,
    sending: Sending,
    keep_for: Duration,
    forgets_bodies: bool,
}

struct Shared {
    pool: Pool,
    bell: Bell,
    /// True while a task waits to announce deliveries to other processes.
    is_announcing: AtomicBool,
    /// True while a task removes old rows.
    is_keeping_up: AtomicBool,
    /// The time at which rows are removed again.
    next_upkeep: Mutex<Instant>,
}

impl PostgresInbox {
    /// Makes an inbox in the tables that [`migrate`](Self::migrate) makes. They are in the first
    /// schema of the `search_path`.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        let shared = Shared {
            pool,
            bell: Bell::default(),
            is_announcing: AtomicBool::new(false),
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
    /// Workers remove older rows, some hundred at a time. If several processes use the tables, the
    /// shortest time of all of them applies.
    #[must_use]
    pub fn keep_for(self, keep_for: Duration) -> Self {
        Self { keep_for, ..self }
    }

    /// Removes the request of a delivery, with its body, once the delivery is done. Its row stays
    /// for [`keep_for`](Self::keep_for), but it cannot be replayed. Default: requests are kept as
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

    /// Makes the tables and their indexes, if they do not exist.
    ///
    /// You can call it at each start, and in several processes at once. If the tables exist, it
    /// locks nothing, and needs no right to create.
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
    /// If another transaction inserts the same event, this waits until that one has ended. No worker
    /// is woken: one finds the delivery when it asks, within a second by default.
    ///
    /// If the entry has an object, the transaction must be `read committed`, and other deliveries
    /// about the object wait until it ends. They are answered 503 after 2 s. Write your own rows
    /// first, here and in the transactions of [`finish_in`](Self::finish_in), so that the two do not
    /// wait for each other.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the database is out of reach or rejects the statement. Roll the
    /// transaction back then.
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

    /// Wakes the workers of this process, and those of others.
    pub(super) fn announce(&self) {
        self.shared.bell.ring();
        if self.shared.is_announcing.swap(true, Ordering::SeqCst) {
            return;
        }
        let inbox = self.clone();
        // Commits with a notification wait for each other, so one serves all deliveries of a moment.
        let moment = Flag(Arc::clone(&self.shared), |shared| &shared.is_announcing);
        tokio::spawn(async move {
            sleep(MOMENT).await;
            drop(moment);
            let notify = async {
                let lent = inbox.lend().await?;
                let answer = lent.count(NOTIFY, &[]).await;
                lent.done(answer)
            };
            // Workers also ask, so a lost notification only makes a delivery late.
            let _ = timeout(DEADLINE, notify).await;
        });
    }

    async fn end(&self, ending: Ending<'_>) -> Result<Settled, StoreError> {
        let lent = self.lend().await?;
        let answer = ending.apply(&lent).await;
        let settled = lent.done(answer).map(settled)?;
        match ending.delay {
            Some(delay) if settled == Settled::Applied => self.shared.bell.ring_within(delay),
            // The next delivery of the same object, or one that waited to be alone, may be due. If
            // the lease is lost, the handler may have ended the attempt in its transaction.
            _ => self.shared.bell.ring(),
        }
        Ok(settled)
    }

    async fn take_now(
        &self,
        wanted: &Wanted,
        served: &Vec<String>,
    ) -> Result<Vec<Taken>, StoreError> {
        let token = Held::new(RowId(0)).token();
        let lent = self.lend().await?;
        let rings = self.shared.bell.look();
        let taken = take::take(&lent, wanted, token).await;
        if let Ok(taken) = &taken {
            let next = if taken.len() < wanted.most {
                // If this fails, the worker asks at its next interval.
                take::next_due(&lent, served).await.unwrap_or_default()
            } else {
                Some(Duration::ZERO)
            };
            self.shared.bell.looked(rings, next);
        }
        lent.done(taken)
    }

    /// Removes old rows in the background, once in a while.
    fn keep_up(&self) {
        let now = Instant::now();
        {
            let mut next = self.shared.next_upkeep.lock().unwrap_or_else(PoisonError::into_inner);
            if *next > now {
                return;
            }
            *next = now + UPKEEP_INTERVAL;
        }
        if self.shared.is_keeping_up.swap(true, Ordering::SeqCst) {
            return;
        }
        let running = Flag(Arc::clone(&self.shared), |shared| &shared.is_keeping_up);
        let inbox = self.clone();
        tokio::spawn(async move {
            let _running = running;
            loop {
                let prune = async {
                    let lent = inbox.lend().await?;
                    let answer = history::prune(&lent, inbox.keep_for, BATCH).await;
                    lent.done(answer)
                };
                match timeout(DEADLINE, prune).await {
                    Ok(Ok(BATCH)) => sleep(MOMENT).await,
                    // An error is temporary, or each call reports it as well.
                    _ => return,
                }
            }
        });
    }
}

/// A flag that is cleared when its task ends, or is dropped with its runtime.
struct Flag(Arc<Shared>, fn(&Shared) -> &AtomicBool);

impl Drop for Flag {
    fn drop(&mut self) {
        self.1(&self.0).store(false, Ordering::SeqCst);
    }
}

/// Listens until the connection breaks, or the inbox is gone.
async fn hear<T>(shared: &Weak<Shared>, config: &Config, tls: T) -> Result<(), Error>
where
    T: MakeTlsConnect<Socket>,
{
    let Ok(connected) = timeout(DEADLINE, config.connect(tls)).await else { return Ok(()) };
    let (client, mut connection) = connected?;
    let listen = async {
        client.batch_execute(LISTEN).await?;
        if let Some(shared) = shared.upgrade() {
            // Notifications may have been lost before.
            shared.bell.ring();
        }
        loop {
            sleep(TEST_INTERVAL).await;
            if timeout(DEADLINE, client.simple_query("")).await.is_err() {
                return Ok(());
            }
        }
    };
    let messages = async {
        loop {
            let message = std::future::poll_fn(|context| connection.poll_message(context)).await;
            let (Some(message), Some(shared)) = (message, shared.upgrade()) else { return Ok(()) };
            if let AsyncMessage::Notification(_) = message? {
                shared.bell.ring();
            }
        }
    };
    let gone = async {
        while shared.strong_count() > 0 {
            sleep(PAUSE).await;
        }
        Ok(())
    };
    tokio::select! {
        ended = listen => ended,
        ended = messages => ended,
        ended = gone => ended,
    }
}

impl Accept for PostgresInbox {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        let lent = self.lend().await?;
        let answer = accept::insert(&lent, entry).await;
        let accepted = lent.done(answer)?;
        if accepted == Accepted::New {
            self.announce();
        }
        Ok(accepted)
    }
}

impl InboxStore for PostgresInbox {
    async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        if wanted.most == 0 || wanted.endpoints.is_empty() {
            return Ok(Vec::new());
        }
        self.keep_up();
        let served = self.shared.bell.serve(&wanted.endpoints);
        let (inbox, wanted) = (self.clone(), wanted.clone());
        let (reply, taken) = oneshot::channel();
        // A task of its own: if the worker stops meanwhile, the deliveries are given back.
        tokio::spawn(async move {
            let taken = inbox.take_now(&wanted, &served).await;
            if let Err(Ok(taken)) = reply.send(taken) {
                for taken in taken {
                    // If this fails, the delivery is due when its lease has run out.
                    let _ = inbox.release(&taken.held).await;
                }
            }
        });
        taken.await.unwrap_or_else(|_| Ok(Vec::new()))
    }

    async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
        let lent = self.lend().await?;
        let answer = endings::extend(&lent, held, lease).await;
        lent.done(answer).map(settled)
    }

    async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
        self.end(Ending {
            held,
            state: State::Done,
            delay: None,
            reason: None,
            forgets_body: self.forgets_bodies,
        })
        .await
    }

    async fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> Result<Settled, StoreError> {
        self.end(Ending {
            held,
            state: State::Waiting,
            delay: Some(delay),
            reason: Some(reason),
            forgets_body: false,
        })
        .await
    }

    async fn bury(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        self.end(Ending {
            held,
            state: State::Dead,
            delay: None,
            reason: Some(reason),
            forgets_body: false,
        })
        .await
    }

    async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
        let lent = self.lend().await?;
        let answer = endings::release(&lent, held).await;
        let settled = lent.done(answer).map(settled)?;
        if settled == Settled::Applied {
            self.announce();
        }
        Ok(settled)
    }

    async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
        let lent = self.lend().await?;
        let answer = async {
            let rows = lent.rows(STATS, &[]).await?;
            rows.iter().map(stats).collect::<Result<Vec<_>, Error>>()
        };
        let answer = answer.await;
        lent.done(answer)
    }

    async fn wait_until_due(&self) {
        self.shared.bell.wait().await;
    }
}

impl SerialInbox for PostgresInbox {
    async fn newest_done(&self, endpoint: &str, object: &str) -> Result<Option<i64>, StoreError> {
        let (endpoint, object) = (clean(endpoint), clean(object));
        let parameters: [Parameter<'_>; 2] = [(&&*endpoint, Type::TEXT), (&&*object, Type::TEXT)];
        let lent = self.lend().await?;
        let answer = async {
            lent.row(NEWEST_DONE, &parameters).await?.map(|row| row.try_get(0)).transpose()
        };
        let answer = answer.await;
        lent.done(answer)
    }
}

fn settled(is_applied: bool) -> Settled {
    if is_applied { Settled::Applied } else { Settled::LeaseLost }
}

fn stats(row: &tokio_postgres::Row) -> Result<Stats, Error> {
    let number = |name| row.try_get::<_, i64>(name).map(i64::unsigned_abs);
    let mut stats = Stats::of(row.try_get("endpoint")?);
    stats.ready = number("ready")?;
    stats.waiting = number("waiting")?;
    stats.running = number("running")?;
    stats.dead = number("dead")?;
    stats.oldest_ready = row.try_get::<_, Option<f64>>("oldest_ready")?.map(remaining);
    Ok(stats)
}

/// SQL that makes the tables of the inbox: see [`PostgresInbox::migrate`].
///
/// Use it with a migration tool of your own. Execute it in one transaction, because it sets the
/// transaction's `lock_timeout` to 1 s.
pub const INBOX_MIGRATION: &str = include_str!("schema.sql");

/// Returns whether the last index exists.
const IS_MIGRATED: &str = "select to_regclass('countersign_inbox_events') is not null";

/// A delivery whose lease has run out counts as running until it is taken again.
const STATS: &str = "\
select endpoint,
    count(*) filter (where state = 'waiting' and due_at <= statement_timestamp()) as ready,
    count(*) filter (where state = 'waiting' and due_at > statement_timestamp()) as waiting,
    count(*) filter (where state = 'running') as running,
    count(*) filter (where state = 'dead') as dead,
    date_part('epoch', statement_timestamp() - min(due_at) filter (
        where state = 'waiting' and due_at <= statement_timestamp()
    )) as oldest_ready
from countersign_inbox
where state in ('waiting', 'running', 'dead') and state <> 'done'
group by endpoint";

const NEWEST_DONE: &str = "\
select version from countersign_inbox
where state = 'done' and version is not null and endpoint = $1 and object = $2
order by version desc
limit 1";

const LISTEN: &str = "listen countersign_inbox";

const NOTIFY: &str = "select pg_notify('countersign_inbox', '')";

/// Time for which the deliveries of one notification are collected.
const MOMENT: Duration = Duration::from_millis(10);

/// Pause before a connection is made again.
const PAUSE: Duration = Duration::from_secs(1);

const UPKEEP_INTERVAL: Duration = Duration::from_secs(10);

/// Time for one statement of a task in the background, and for its connection.
const DEADLINE: Duration = Duration::from_secs(10);

/// Interval at which the connection that listens is tested: a network can forget it.
const TEST_INTERVAL: Duration = Duration::from_secs(30);

/// Rows that are removed at a time, so that no transaction is long.
const BATCH: usize = 500;

impl fmt::Debug for PostgresInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresInbox").field("keep_for", &self.keep_for).finish_non_exhaustive()
    }
}
