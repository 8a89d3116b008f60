//! Numbers for operators.
//!
//! A consumer knows how many messages it has not given out yet. How the others are (waiting for an
//! attempt, running, dead) is only in the states, so the first call of `stats` reads all states,
//! and later calls read those that have changed.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime},
};

use async_nats::jetstream::{
    Message,
    consumer::{
        DeliverPolicy, Info,
        pull::{Ordered, OrderedConfig},
    },
};
use countersign::inbox::{Stats, StoreError};
use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::{
    record::{Record, State},
    store::{ACK_WAIT, NatsInbox, ask, is_missing},
};
use crate::setup::Names;

/// The states of the deliveries that are not done.
pub(super) struct Numbers {
    changes: Ordered,
    /// The number of the last state that was read.
    last: u64,
    /// True if no further change comes.
    has_ended: bool,
    /// By endpoint and number of the delivery.
    open: HashMap<String, BTreeMap<u64, Open>>,
}

/// A delivery that is not done.
struct Open {
    state: State,
    due_at: SystemTime,
    /// The time at which the server removes the state; `None` for a delivery that is dead.
    ends_at: Option<SystemTime>,
}

impl NatsInbox {
    /// Counts the deliveries of each endpoint.
    pub(super) async fn count(&self) -> Result<Vec<Stats>, StoreError> {
        let mut numbers = self.0.numbers.lock().await;
        let current = self.current(&mut numbers).await?;
        let now = self.now().await?;
        let subjects =
            self.0.deliveries.info_with_subjects(format!("{}.deliveries.*", self.0.names.inbox()));
        let mut subjects = subjects.await.map_err(StoreError::new)?;
        let mut endpoints: Vec<String> = current.open.keys().cloned().collect();
        while let Some(subject) = subjects.next().await {
            let (subject, _) = subject.map_err(StoreError::new)?;
            endpoints.extend(Names::endpoint_of(&subject));
        }
        endpoints.sort_unstable();
        endpoints.dedup();
        current.forget_removed(now);
        let mut all = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            all.push(self.count_of(&endpoint, current.open.get(&endpoint), now).await?);
        }
        Ok(all)
    }

    /// Returns the numbers of the deliveries of an endpoint that are dead, the oldest first.
    pub(super) async fn dead_of(
        &self,
        endpoint: &str,
        most: usize,
    ) -> Result<Vec<u64>, StoreError> {
        let mut numbers = self.0.numbers.lock().await;
        let current = self.current(&mut numbers).await?;
        let open = current.open.get(endpoint).into_iter().flatten();
        let dead =
            open.filter(|(_, open)| open.state == State::Dead).map(|(sequence, _)| *sequence);
        Ok(dead.take(most).collect())
    }

    /// Reads what has changed, and returns the numbers.
    async fn current<'a>(
        &self,
        numbers: &'a mut Option<Numbers>,
    ) -> Result<&'a mut Numbers, StoreError> {
        let current = match numbers.take().filter(|numbers| !numbers.has_ended) {
            Some(current) => numbers.insert(current),
            None => numbers.insert(self.begin().await?),
        };
        self.read_changes(current).await?;
        Ok(current)
    }

    async fn count_of(
        &self,
        endpoint: &str,
        open: Option<&BTreeMap<u64, Open>>,
        now: SystemTime,
    ) -> Result<Stats, StoreError> {
        let mut stats = Stats::of(endpoint);
        let mut oldest = None;
        let mut add_ready = |due_at: SystemTime| {
            oldest = Some(oldest.map_or(due_at, |oldest: SystemTime| oldest.min(due_at)));
        };
        for Open { state, due_at, .. } in open.into_iter().flat_map(BTreeMap::values) {
            match state {
                State::Running => stats.running += 1,
                State::Waiting if *due_at <= now => {
                    stats.ready += 1;
                    add_ready(*due_at);
                }
                State::Waiting => stats.waiting += 1,
                State::Dead => stats.dead += 1,
                State::Done => {}
            }
        }
        let taken = stats.running + stats.waiting + stats.ready;
        let info = self.settled_info(endpoint, taken).await?;
        // Those that were given out to a worker that died before it took them. They are given out
        // again.
        let given_out = u64::try_from(info.num_ack_pending).unwrap_or(u64::MAX);
        if given_out > taken {
            stats.ready += given_out - taken;
            add_ready(now);
        }
        // Those that were never given out.
        if info.num_pending > 0 {
            stats.ready += info.num_pending;
            let after = info.delivered.stream_sequence + 1;
            let subject = self.0.names.subject_of(endpoint);
            let next =
                self.0.deliveries.raw_message_builder().sequence(after).next_by_subject(subject);
            if let Ok(next) = next.send().await {
                add_ready(next.time.into());
            }
        }
        stats.oldest_ready = oldest.map(|oldest| now.duration_since(oldest).unwrap_or_default());
        Ok(stats)
    }

    /// Returns what the consumer knows. Workers do not wait for the server when they acknowledge a
    /// delivery that is done, so this waits a moment until only `taken` deliveries are given out.
    async fn settled_info(&self, endpoint: &str, taken: u64) -> Result<Info, StoreError> {
        let consumer = self.0.consumer(endpoint, ACK_WAIT).await?;
        let mut pause = FIRST_PAUSE;
        loop {
            let info = ask(|| consumer.get_info()).await?.map_err(StoreError::new)?;
            if info.num_ack_pending as u64 <= taken || pause > LONGEST_PAUSE {
                return Ok(info);
            }
            sleep(pause).await;
            pause *= 2;
        }
    }

    async fn begin(&self) -> Result<Numbers, StoreError> {
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::All,
            headers_only: true,
            ..OrderedConfig::default()
        };
        let consumer = self.0.states.create_consumer(config).await.map_err(StoreError::new)?;
        let changes = consumer.messages().await.map_err(StoreError::new)?;
        Ok(Numbers { changes, last: 0, has_ended: false, open: HashMap::new() })
    }

    async fn read_changes(&self, numbers: &mut Numbers) -> Result<(), StoreError> {
        let info = ask(|| self.0.states.get_info()).await?.map_err(StoreError::new)?;
        let end = Instant::now() + DEADLINE;
        // The newest state may be removed already, because its time was over. Its number is still
        // the last one, and no message with this number comes.
        let newest = if info.state.messages == 0 { 0 } else { info.state.last_sequence };
        while numbers.last < newest {
            match timeout_at(end, timeout(IDLE, numbers.changes.next())).await {
                Ok(Ok(Some(message))) => {
                    numbers.read(&message.map_err(StoreError::new)?, self.0.keep_for)?;
                }
                Ok(Ok(None)) => {
                    numbers.has_ended = true;
                    return Err(StoreError::new("the server has ended the list of states"));
                }
                Ok(Err(_)) => {
                    // Perhaps the server has removed the newest state, because its time was over.
                    match ask(|| self.0.states.get_raw_message(newest)).await? {
                        Err(error) if is_missing(&error) => return Ok(()),
                        _ => {}
                    }
                }
                Err(late) => return Err(StoreError::new(late)),
            }
        }
        Ok(())
    }
}

impl Numbers {
    fn read(&mut self, message: &Message, keep_for: Duration) -> Result<(), StoreError> {
        let info = message.info().map_err(StoreError::new)?;
        self.last = info.stream_sequence;
        let sequence = message.subject.rsplit('.').next().and_then(|text| text.parse().ok());
        let (Some(endpoint), Some(sequence), Some(headers)) =
            (Names::endpoint_of(&message.subject), sequence, &message.headers)
        else {
            // Not written by this crate.
            return Ok(());
        };
        // A state that a later version of this crate has written, or a note of the server.
        let Ok(Record { state, due_in_ms, .. }) = Record::read(headers) else { return Ok(()) };
        let open = self.open.entry(endpoint).or_default();
        if state == State::Done {
            open.remove(&sequence);
            return Ok(());
        }
        let due_at = SystemTime::from(info.published) + Duration::from_millis(due_in_ms);
        let ends_at = (state != State::Dead).then(|| due_at + keep_for);
        open.insert(sequence, Open { state, due_at, ends_at });
        Ok(())
    }

    fn forget_removed(&mut self, now: SystemTime) {
        for open in self.open.values_mut() {
            open.retain(|_, open| open.ends_at.is_none_or(|ends_at| ends_at > now));
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(5);

const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Time for reading the states that have changed.
const DEADLINE: Duration = Duration::from_secs(30);

/// Time without a message after which the newest state is looked for.
const IDLE: Duration = Duration::from_millis(500);
