//! The engine, as workers and receivers call it.

use std::time::Duration;

use countersign::inbox::{
    Accept, Accepted, Entry, Held, InboxStore, RowId, SerialInbox, Settled, State, Stats,
    StoreError, Taken, Wanted,
};
use tokio::sync::oneshot;
use tokio_postgres::{Error, types::Type};

use super::{
    PostgresInbox,
    accept::Delivery,
    batch,
    endings::{self, Ending},
    take,
    text::clean,
};
use crate::{connection::Parameter, duration::remaining};

impl Accept for PostgresInbox {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        // The order of an object needs a transaction.
        match entry.object() {
            None => batch::keep(self, entry).await,
            Some(_) => batch::keep_alone(self, &Delivery::of(entry)).await,
        }
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

pub(super) fn settled(is_applied: bool) -> Settled {
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

impl PostgresInbox {
    async fn end(&self, ending: Ending<'_>) -> Result<Settled, StoreError> {
        let lent = self.lend().await?;
        let answer = ending.apply(&lent).await;
        let settled = lent.done(answer).map(settled)?;
        match ending.delay {
            Some(delay) if settled == Settled::Applied => self.shared.bell.ring_within(delay),
            // Another delivery may be due now: the next one of the same object, or one of those
            // that are taken one at a time because their attempts vanished. If the lease is lost,
            // the handler may have ended the attempt in its transaction.
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
}

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
