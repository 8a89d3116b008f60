//! An inbox in a file.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use countersign::inbox::{
    Accept, Accepted, Entry, Held, InboxStore, SerialInbox, Settled, State, Stats, StoreError,
    Taken, Wanted,
};
use rusqlite::params;

use super::{
    InboxOptions,
    accept::Delivery,
    alarm::Alarm,
    endings::{self, Ended, Ending},
    haul::Haul,
    prune, stats,
    take::{self, Order},
};
use crate::{
    claims::{self, SqliteStore},
    engine::{Location, Queue, Statements},
    time::{Clock, milliseconds},
};

/// An inbox in an SQLite file: deliveries that are kept until they are handled.
///
/// Clones share the file's threads. Several inboxes, in one process or in several, can open one
/// file: each delivery is given to one worker at a time. Deliveries of one object are handled in
/// their order ([`SerialInbox`]).
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use countersign::{
///     Secret, Signer, Verifier,
///     idempotency::IdempotencyKey,
///     inbox::{Accept as _, Accepted, Entry, InboxStore as _, Settled, StoredRequest, Wanted},
///     providers::Stripe,
/// };
/// use countersign_sqlite::SqliteInbox;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("inbox.db");
/// # let (secret, received_at) = (Secret::new("whsec_abc123")?, SystemTime::now());
/// # let body = br#"{"id":"evt_1","type":"invoice.paid"}"#;
/// # let headers = Signer::<Stripe>::new(secret.clone())?.at(received_at).sign(body)?;
/// # let verified = Verifier::<Stripe>::new(secret)?.verify(&headers, body)?;
/// let inbox = SqliteInbox::open(path).await?;
///
/// // The delivery is kept once, and then it can be acknowledged.
/// let delivery = verified.to_stored(&headers, received_at);
/// let entry = Entry::new(IdempotencyKey::of(&verified), StoredRequest::new("/stripe", delivery));
/// assert_eq!(inbox.accept(&entry).await?, Accepted::New);
/// assert_eq!(inbox.accept(&entry).await?, Accepted::Duplicate);
///
/// // A worker does the rest, also after a restart.
/// let wanted = Wanted {
///     endpoints: vec!["stripe".to_owned()],
///     most: 32,
///     lease: Duration::from_secs(30),
///     attempts: 20,
/// };
/// let taken = inbox.take(&wanted).await?;
/// let request = StoredRequest::from_json(&taken[0].request)?;
/// assert_eq!(request.body(), &body[..]);
/// assert_eq!(inbox.finish(&taken[0].held).await?, Settled::Applied);
/// assert!(inbox.take(&wanted).await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteInbox(Arc<Inner>);

struct Inner {
    writer: Queue,
    /// Lists for operators can take long. They do not hold deliveries up.
    reader: Queue,
    location: Location,
    clock: Clock,
    alarm: Arc<Alarm>,
    forgets_bodies: bool,
}

impl SqliteInbox {
    /// Opens the inbox in the file at `path`, with the default settings. If there is no such file,
    /// it is made. Its directory must exist.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] as [`InboxOptions::open`] does.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::options().open(path).await
    }

    /// Returns the default settings, to change them.
    pub fn options() -> InboxOptions {
        InboxOptions::default()
    }

    pub(super) async fn open_with(path: &Path, options: InboxOptions) -> Result<Self, StoreError> {
        let InboxOptions { keep_for, forgets_bodies, busy_timeout, clock, must_exist } = options;
        let location = Location::new(path, busy_timeout).map_err(StoreError::new)?;
        let location = Location { must_exist, ..location };
        let upkeep = vec![prune::upkeep(clock.clone(), keep_for), claims::upkeep(clock.clone())];
        let writer = Queue::writer(location.clone(), upkeep).await?;
        let reader = Queue::reader(location.clone()).await?;
        let alarm = Arc::new(Alarm::new());
        Ok(Self(Arc::new(Inner { writer, reader, location, clock, alarm, forgets_bodies })))
    }

    /// Returns a store of handled events in the same file, which uses the same threads. It is for
    /// endpoints whose deliveries are handled before they are acknowledged.
    #[must_use]
    pub fn store(&self) -> SqliteStore {
        let Inner { writer, location, clock, .. } = &*self.0;
        SqliteStore::new(writer.clone(), location.clone(), clock.clone())
    }

    pub(super) fn writer(&self) -> &Queue {
        &self.0.writer
    }

    pub(super) fn reader(&self) -> &Queue {
        &self.0.reader
    }

    pub(super) fn alarm(&self) -> &Arc<Alarm> {
        &self.0.alarm
    }

    pub(super) fn now(&self) -> i64 {
        self.0.clock.now()
    }

    fn after(&self, delay: Duration) -> i64 {
        self.now().saturating_add(milliseconds(delay))
    }

    async fn end(&self, ending: Ending) -> Result<Settled, StoreError> {
        let (clock, alarm) = (self.0.clock.clone(), Arc::clone(self.alarm()));
        let ended = self
            .writer()
            .run(
                move |statements| ending.apply(statements, clock.now()),
                move |Ended { due_at, .. }| {
                    if let Some(due_at) = *due_at {
                        alarm.ring_at(due_at);
                    }
                },
            )
            .await?;
        Ok(ended.settled)
    }
}

impl Accept for SqliteInbox {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        // Before the delivery is copied: callers that wait hold no copy.
        let place = self.writer().place(entry.request().body().len()).await?;
        let delivery = Delivery::of(entry);
        let (now, alarm) = (self.now(), Arc::clone(self.alarm()));
        // If the caller has gone, its provider sends the delivery again. Without a key, the second
        // one would be new as well.
        let only_for_answer = entry.key().is_none();
        let insert = move |statements: &mut Statements<'_>| delivery.insert(statements, now);
        let ring = move |accepted: &Accepted| {
            if *accepted == Accepted::New {
                alarm.ring_at(now);
            }
        };
        self.writer().run_at(place, insert, ring, only_for_answer).await
    }
}

impl InboxStore for SqliteInbox {
    async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        let wanted = wanted.clone();
        if wanted.most == 0 || wanted.endpoints.is_empty() {
            return Ok(Vec::new());
        }
        let served = self.alarm().serve(&wanted.endpoints);
        let (queue, returns) = (self.writer().clone(), Arc::clone(self.alarm()));
        let (clock, alarm) = (self.0.clock.clone(), Arc::clone(self.alarm()));
        let haul = self
            .writer()
            .ask(
                move |statements| {
                    let mut haul = Haul::new(queue.clone(), Arc::clone(&returns));
                    // The time now, because the job may have waited.
                    let order = Order { wanted: &wanted, served: &served, now: clock.now() };
                    take::take(statements, &order, &mut haul)?;
                    Ok(haul)
                },
                move |haul: &Haul| alarm.set(haul.next_due_at),
            )
            .await?;
        Ok(haul.unload())
    }

    async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
        let (held, lease_ends_at) = (held.clone(), self.after(lease));
        self.writer()
            .run(move |statements| endings::extend(statements, &held, lease_ends_at), |_| {})
            .await
    }

    async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
        self.end(Ending {
            held: held.clone(),
            state: State::Done,
            due_at: None,
            reason: None,
            forgets_body: self.0.forgets_bodies,
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
            held: held.clone(),
            state: State::Waiting,
            due_at: Some(self.after(delay)),
            reason: Some(reason.to_owned()),
            forgets_body: false,
        })
        .await
    }

    async fn bury(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        self.end(Ending {
            held: held.clone(),
            state: State::Dead,
            due_at: None,
            reason: Some(reason.to_owned()),
            forgets_body: false,
        })
        .await
    }

    async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
        let (held, now, alarm) = (held.clone(), self.now(), Arc::clone(self.alarm()));
        self.writer()
            .run(
                move |statements| endings::release(statements, &held, now),
                move |settled| {
                    if *settled == Settled::Applied {
                        alarm.ring_at(now);
                    }
                },
            )
            .await
    }

    async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
        let clock = self.0.clock.clone();
        self.reader().ask(move |statements| stats::count(statements, clock.now()), |_| {}).await
    }

    async fn wait_until_due(&self) {
        self.0.alarm.wait(&self.0.clock).await;
    }
}

impl SerialInbox for SqliteInbox {
    async fn newest_done(&self, endpoint: &str, object: &str) -> Result<Option<i64>, StoreError> {
        let (endpoint, object) = (endpoint.to_owned(), object.to_owned());
        // Workers wait for the answer, so it does not wait for lists.
        self.writer()
            .ask(
                move |statements| {
                    statements.row(NEWEST_DONE, params![endpoint, object], |row| row.get(0))
                },
                |_| {},
            )
            .await
    }
}

const NEWEST_DONE: &str = "\
select version from countersign_inbox
where state = 'done' and version is not null and endpoint = ?1 and object = ?2
order by version desc
limit 1";

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInbox").field("path", &self.0.location.path).finish_non_exhaustive()
    }
}
