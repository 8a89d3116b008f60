/// Stands for the crate of this name in the programs of the guide: the documentation of
/// `countersign` cannot use a crate that depends on it. Deliveries are kept in memory.
mod countersign_sqlite {
    use std::{
        cmp::Reverse,
        path::Path,
        sync::{Mutex, MutexGuard, PoisonError},
        time::{Duration, Instant},
    };

    use countersign::inbox::{
        Accept, Accepted, Entry, Held, InboxStore, RowId, SerialInbox, Settled, State, Stats,
        StoreError, Taken, Wanted,
    };
    use tokio::sync::Notify;

    #[derive(Default)]
    pub struct SqliteInbox {
        rows: Mutex<Vec<Row>>,
        changed: Notify,
    }

    struct Row {
        entry: Entry,
        state: State,
        /// The time of the next attempt, or the end of the lease. `None` means never.
        due: Option<Instant>,
        attempts: u32,
        /// The attempts before the running one.
        before: u32,
        held: Option<Held>,
    }

    impl SqliteInbox {
        pub async fn open(_: impl AsRef<Path>) -> Result<Self, StoreError> {
            Ok(Self::default())
        }

        fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
            self.rows.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn settle(
            &self,
            held: &Held,
            change: impl FnOnce(&mut Row),
        ) -> Result<Settled, StoreError> {
            let mut rows = self.rows();
            let row = rows.iter_mut().find(|row| row.held.as_ref() == Some(held));
            let Some(row) = row else { return Ok(Settled::LeaseLost) };
            change(row);
            self.changed.notify_one();
            Ok(Settled::Applied)
        }
    }

    impl Row {
        fn is_open(&self) -> bool {
            matches!(self.state, State::Waiting | State::Running)
        }

        fn end(&mut self, state: State, due: Option<Instant>) {
            (self.state, self.due, self.held) = (state, due, None);
        }
    }

    impl Accept for SqliteInbox {
        async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
            let mut rows = self.rows();
            if entry.key().is_some() && rows.iter().any(|row| row.entry.key() == entry.key()) {
                return Ok(Accepted::Duplicate);
            }
            rows.push(Row {
                entry: entry.clone(),
                state: State::Waiting,
                due: Some(Instant::now()),
                attempts: 0,
                before: 0,
                held: None,
            });
            self.changed.notify_one();
            Ok(Accepted::New)
        }
    }

    impl InboxStore for SqliteInbox {
        async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
            let (now, mut rows) = (Instant::now(), self.rows());
            let mut due: Vec<_> = (0..rows.len())
                .filter(|&place| {
                    let (row, earlier) = (&rows[place], &rows[..place]);
                    let of_object = |earlier: &Row| {
                        row.entry.object().is_some()
                            && earlier.entry.object() == row.entry.object()
                            && earlier.entry.endpoint() == row.entry.endpoint()
                    };
                    wanted.endpoints.iter().any(|endpoint| endpoint == row.entry.endpoint())
                        && row.is_open()
                        && row.due.is_some_and(|due| due <= now)
                        && !earlier.iter().any(|earlier| earlier.is_open() && of_object(earlier))
                })
                .collect();
            due.sort_by_key(|&place| Reverse(now - rows[place].due.unwrap_or(now)));
            due.truncate(wanted.most);
            let take = |place: usize| {
                let row = &mut rows[place];
                let late = now - row.due.unwrap_or(now);
                let held = Held::new(RowId(place as i64));
                let is_exhausted = row.attempts >= wanted.attempts;
                row.before = row.attempts;
                row.attempts += u32::from(!is_exhausted);
                (row.state, row.held) = (State::Running, Some(held.clone()));
                row.due = now.checked_add(wanted.lease);
                let object = row.entry.object().map(|object| (object.into(), row.entry.version()));
                let request = row.entry.request().to_json().into();
                Taken { held, number: row.attempts, is_exhausted, object, late, request }
            };
            Ok(due.into_iter().map(take).collect())
        }

        async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
            self.settle(held, |row| row.due = Instant::now().checked_add(lease))
        }

        async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
            self.settle(held, |row| row.end(State::Done, None))
        }

        async fn fail_until(
            &self,
            held: &Held,
            delay: Duration,
            _reason: &str,
        ) -> Result<Settled, StoreError> {
            self.settle(held, |row| row.end(State::Waiting, Instant::now().checked_add(delay)))
        }

        async fn bury(&self, held: &Held, _reason: &str) -> Result<Settled, StoreError> {
            self.settle(held, |row| row.end(State::Dead, None))
        }

        async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
            self.settle(held, |row| {
                row.attempts = row.before;
                row.end(State::Waiting, Some(Instant::now()));
            })
        }

        async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
            let (now, rows) = (Instant::now(), self.rows());
            let mut all = Vec::<Stats>::new();
            for row in rows.iter() {
                let endpoint = row.entry.endpoint();
                let place = all.iter().position(|stats| stats.endpoint == endpoint);
                let place = place.unwrap_or_else(|| {
                    all.push(Stats::of(endpoint));
                    all.len() - 1
                });
                let stats = &mut all[place];
                match row.state {
                    State::Waiting if row.due.is_some_and(|due| due <= now) => {
                        stats.ready += 1;
                        stats.oldest_ready = stats.oldest_ready.max(row.due.map(|due| now - due));
                    }
                    State::Waiting => stats.waiting += 1,
                    State::Running => stats.running += 1,
                    State::Dead => stats.dead += 1,
                    _ => {}
                }
            }
            Ok(all)
        }

        async fn wait_until_due(&self) {
            self.changed.notified().await;
        }
    }

    impl SerialInbox for SqliteInbox {
        async fn newest_done(
            &self,
            endpoint: &str,
            object: &str,
        ) -> Result<Option<i64>, StoreError> {
            let rows = self.rows();
            let done = rows.iter().filter(|row| {
                row.state == State::Done
                    && row.entry.endpoint() == endpoint
                    && row.entry.object() == Some(object)
            });
            Ok(done.filter_map(|row| row.entry.version()).max())
        }
    }
}
