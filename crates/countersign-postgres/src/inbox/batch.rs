//! Deliveries that are kept together, by one statement.
//!
//! A delivery is inserted immediately while few insertions are under way. Otherwise it waits in a
//! queue. When an insertion ends, the deliveries that wait are inserted together.
//!
//! If a batch fails, each of its callers inserts its own delivery, so that none fails because of
//! another one.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use countersign::inbox::{Accepted, Entry, StoreError};
use tokio::{runtime::Handle, sync::oneshot, time::timeout};

use super::{
    PostgresInbox,
    accept::{Delivery, insert},
    together::insert_together,
};

/// The deliveries of this process that wait to be kept.
#[derive(Default)]
pub(super) struct Batches(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// The length of the requests that wait.
    bytes: usize,
    /// The number of turns that are taken. A delivery waits only if this is [`TURNS`].
    turns: usize,
}

struct Waiting {
    delivery: Delivery<'static>,
    reply: oneshot::Sender<Reply>,
}

/// The answer to a caller that waits. If its sender is dropped, the caller inserts its delivery
/// itself.
enum Reply {
    Accepted(Accepted),
    /// The batch has only this delivery, so the caller inserts it.
    Turn(Turn, Box<Delivery<'static>>),
}

/// The right to insert a delivery or a batch. When it is dropped, the deliveries that wait get it.
struct Turn(PostgresInbox);

enum Entered<'a> {
    Turn(Delivery<'a>),
    Waits(oneshot::Receiver<Reply>),
    /// Too much waits.
    Full(Delivery<'a>),
}

/// Keeps a delivery without an object, perhaps together with others.
pub(super) async fn keep(inbox: &PostgresInbox, entry: &Entry) -> Result<Accepted, StoreError> {
    let (delivery, turn) = match inbox.shared.batches.enter(Delivery::of(entry)) {
        Entered::Turn(delivery) => (delivery, Some(Turn(inbox.clone()))),
        Entered::Full(delivery) => (delivery, None),
        Entered::Waits(reply) => match reply.await {
            Ok(Reply::Accepted(accepted)) => return Ok(accepted),
            Ok(Reply::Turn(turn, delivery)) => (*delivery, Some(turn)),
            Err(_) => (Delivery::of(entry), None),
        },
    };
    let mut insertion = std::pin::pin!(keep_alone(inbox, &delivery));
    if let Some(turn) = turn {
        // A delivery that waits for a lock does not keep its turn.
        let ended = timeout(LONGEST_WAIT, &mut insertion).await;
        drop(turn);
        if let Ok(accepted) = ended {
            return accepted;
        }
    }
    insertion.await
}

/// Keeps a delivery by a statement of its own.
pub(super) async fn keep_alone(
    inbox: &PostgresInbox,
    delivery: &Delivery<'_>,
) -> Result<Accepted, StoreError> {
    let lent = inbox.lend().await?;
    let answer = insert(&lent, delivery).await;
    let accepted = lent.done(answer)?;
    if accepted == Accepted::New {
        inbox.announce();
    }
    Ok(accepted)
}

impl Turn {
    /// Keeps a batch, and answers its callers.
    async fn keep_together(self, batch: Vec<Waiting>) {
        let inbox = &self.0;
        let (deliveries, mut replies): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|Waiting { delivery, reply }| (delivery, reply)).unzip();
        let insertion = async {
            let lent = inbox.lend().await?;
            let answer = insert_together(&lent, &deliveries, LONGEST_WAIT).await;
            lent.done(answer)
        };
        let gone = async {
            for reply in &mut replies {
                reply.closed().await;
            }
        };
        let accepted = tokio::select! {
            accepted = insertion => accepted,
            // All callers have stopped waiting, perhaps because the server is out of reach. Then
            // this does not wait for it either.
            () = gone => return,
        };
        // On an error, each caller inserts its delivery itself, and gets its own error.
        let Ok(accepted) = accepted else { return };
        if accepted.contains(&Accepted::New) {
            inbox.announce();
        }
        for (reply, accepted) in replies.into_iter().zip(accepted) {
            // A caller that is gone does not need the answer.
            let _ = reply.send(Reply::Accepted(accepted));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut batch = self.0.shared.batches.next();
        let turn = match batch.len() {
            0 => return,
            _ => Self(self.0.clone()),
        };
        if batch.len() == 1
            && let Some(Waiting { delivery, reply }) = batch.pop()
        {
            // If the caller is gone, this drops the turn, and the next delivery gets it.
            let _ = reply.send(Reply::Turn(turn, Box::new(delivery)));
        } else if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(turn.keep_together(batch));
        }
    }
}

impl Batches {
    /// Gives a turn to a delivery, or lets it wait.
    fn enter<'a>(&self, delivery: Delivery<'a>) -> Entered<'a> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.turns < TURNS {
            queue.turns += 1;
            return Entered::Turn(delivery);
        }
        let bytes = queue.bytes.saturating_add(delivery.request.len());
        if queue.waiting.len() == MOST_WAITING || bytes > MOST_BYTES_WAITING {
            return Entered::Full(delivery);
        }
        let (reply, answer) = oneshot::channel();
        queue.bytes = bytes;
        queue.waiting.push_back(Waiting { delivery: delivery.into_owned(), reply });
        Entered::Waits(answer)
    }

    /// Returns the deliveries that get the turn of an insertion that has ended. If none waits,
    /// there is a turn less.
    fn next(&self) -> Vec<Waiting> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(next) = queue.waiting.front()
            && batch.len() < LARGEST_BATCH
        {
            let length = next.delivery.request.len();
            if !batch.is_empty() && bytes + length > LARGEST_BATCH_IN_BYTES {
                break;
            }
            queue.bytes -= length;
            // Deliveries whose callers are gone are not inserted.
            if let Some(next) = queue.waiting.pop_front()
                && !next.reply.is_closed()
            {
                bytes += length;
                batch.push(next);
            }
        }
        if batch.is_empty() {
            queue.turns -= 1;
        }
        batch
    }
}

/// The most turns at the same time. If this is smaller, less of the server works at the same time.
/// If it is larger, the batches are smaller. Insertions without a turn are not counted.
const TURNS: usize = 8;

/// Time that a batch waits for a lock: another transaction may insert one of its keys. It is short
/// beside the deadline of an answer, which is 2 s, and beside `deadlock_timeout`, which is 1 s.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// The most deliveries of a batch.
const LARGEST_BATCH: usize = 64;

/// The most bytes of the requests of a batch, unless it is a single delivery.
const LARGEST_BATCH_IN_BYTES: usize = 1024 * 1024;

/// The most deliveries that wait for a batch. Further ones are inserted by themselves.
const MOST_WAITING: usize = 1024;

/// The most bytes of the requests that wait for a batch.
const MOST_BYTES_WAITING: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn delivery(length: usize) -> Delivery<'static> {
        Delivery {
            key: None,
            endpoint: "a".into(),
            provider: "a".into(),
            tenant: None,
            event_type: None,
            event_id: None,
            object: None,
            version: None,
            received_at: SystemTime::UNIX_EPOCH,
            request: vec![0; length],
        }
    }

    /// Takes all turns, and lets deliveries wait.
    fn waiting(lengths: &[usize]) -> (Batches, Vec<oneshot::Receiver<Reply>>) {
        let batches = Batches::default();
        for _ in 0..TURNS {
            assert!(matches!(batches.enter(delivery(1)), Entered::Turn(_)));
        }
        let wait = |length: &usize| match batches.enter(delivery(*length)) {
            Entered::Waits(reply) => reply,
            _ => panic!("does not wait"),
        };
        let replies = lengths.iter().map(wait).collect();
        (batches, replies)
    }

    #[test]
    fn a_batch_is_bounded() {
        let (batches, _replies) = waiting(&[1; LARGEST_BATCH + 1]);
        assert_eq!([(); 3].map(|()| batches.next().len()), [LARGEST_BATCH, 1, 0]);
        let large = LARGEST_BATCH_IN_BYTES;
        let (batches, _replies) = waiting(&[1, large - 1, 1, 2 * large, 1]);
        assert_eq!([(); 4].map(|()| batches.next().len()), [2, 1, 1, 1]);
    }

    #[test]
    fn the_queue_is_bounded() {
        let (batches, _replies) = waiting(&[1; MOST_WAITING]);
        assert!(matches!(batches.enter(delivery(1)), Entered::Full(_)));
        let (batches, _replies) = waiting(&[MOST_BYTES_WAITING]);
        assert!(matches!(batches.enter(delivery(1)), Entered::Full(_)));
        assert_eq!(batches.next().len(), 1);
        assert!(matches!(batches.enter(delivery(1)), Entered::Waits(_)));
    }

    #[test]
    fn a_delivery_whose_caller_is_gone_is_left_out() {
        let (batches, mut replies) = waiting(&[1, 2, 3]);
        drop(replies.remove(1));
        let lengths: Vec<_> =
            batches.next().iter().map(|waiting| waiting.delivery.request.len()).collect();
        assert_eq!(lengths, [1, 3]);
        assert!(batches.next().is_empty());
        // The turn that is not needed is free.
        assert!(matches!(batches.enter(delivery(1)), Entered::Turn(_)));
    }
}
