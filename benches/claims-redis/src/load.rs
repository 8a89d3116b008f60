//! Many tasks, each with its share of the events.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use countersign::idempotency::IdempotencyKey;
use tokio::task::JoinSet;

use crate::{Arguments, server::Server, subject::Subject};

/// Figures of one turn.
pub(crate) struct Load {
    /// Events per second.
    pub(crate) rate: f64,
    /// Median time of an event, in microseconds.
    pub(crate) half_within: f64,
    /// Time within which 99 of 100 events end, in microseconds.
    pub(crate) almost_all_within: f64,
}

impl Load {
    pub(crate) async fn of(
        subject: Subject,
        server: &Server,
        arguments: &Arguments,
    ) -> Result<Self, Box<dyn Error>> {
        server.clear().await?;
        if subject.wants_them_done() {
            run(Subject::Handled, server, arguments).await;
        }
        let start = Instant::now();
        let mut took = run(subject, server, arguments).await;
        let elapsed = start.elapsed();
        took.sort_unstable();
        let within = |share: usize| took[took.len() * share / 100].as_secs_f64() * 1e6;
        Ok(Self {
            rate: took.len() as f64 / elapsed.as_secs_f64(),
            half_within: within(50),
            almost_all_within: within(99),
        })
    }
}

/// Runs the tasks. Returns the time of each event.
async fn run(subject: Subject, server: &Server, arguments: &Arguments) -> Vec<Duration> {
    let mut tasks = JoinSet::new();
    for task in 0..arguments.tasks {
        let server = server.clone();
        let share = (task..arguments.events).step_by(arguments.tasks);
        tasks.spawn(async move {
            let mut took = Vec::with_capacity(share.len());
            for event in share {
                // The ids are as long as those of providers, and in no order.
                let id = format!("{:032x}", (event as u128 + 1).wrapping_mul(ODD));
                let key = IdempotencyKey::builder("github").event_type(None).id(&id);
                let start = Instant::now();
                subject.handle(&key, &server).await.unwrap();
                took.push(start.elapsed());
            }
            took
        });
    }
    tasks.join_all().await.concat()
}

/// An odd factor gives each event a number of its own.
const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
