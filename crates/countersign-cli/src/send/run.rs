//! The work of `send`: many deliveries at the same time.

use std::{
    process::ExitCode,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use super::{Arguments, body::Bodies, delivery::Deliveries};
use crate::{failure::Failure, http::Client, outcome::Report, output::Output, schedule::Schedule};

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let secret = match self.unsigned {
            true => None,
            false => Some(self.secrets.read()?.current()?),
        };
        let schedule = match &self.schedule {
            Some(text) => Schedule::read(text, self.provider)?,
            None => Schedule::once(),
        };
        let waits = schedule.waits(self.speed);
        let times = self.times.get();
        let parallel = self.parallel.get().min(MAX_PARALLEL).min(times);
        let deliveries = Deliveries {
            arguments: self,
            bodies: &Bodies::new(self)?,
            secret: secret.as_ref(),
            waits: &waits,
            client: &Client::new(self.timeout, parallel),
        };
        let mut report = Report::new(output, times);
        let next = AtomicUsize::new(1);
        // A bounded channel: the threads wait for the output instead of filling the memory.
        let (sender, outcomes) = mpsc::sync_channel(2 * parallel);
        thread::scope(|scope| {
            for _ in 0..parallel {
                let (sender, next, deliveries) = (sender.clone(), &next, &deliveries);
                scope.spawn(move || {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number > times {
                            return;
                        }
                        // A failure would be the same for each delivery: the first one ends all.
                        let is_open = deliveries.deliver(number, &mut |outcome| {
                            outcome.is_ok() & sender.send(outcome).is_ok()
                        });
                        if !is_open {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            outcomes.into_iter().try_for_each(|outcome| report.add(&outcome?))
        })?;
        report.end()
    }
}

/// Greatest number of threads.
const MAX_PARALLEL: usize = 256;
