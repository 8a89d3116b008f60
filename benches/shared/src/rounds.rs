//! Rounds in which all subjects take their turn.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

use crate::Samples;

/// A subject, which repeats its work and returns the time that this took.
pub struct Subject<'a> {
    /// The name in tables.
    pub name: String,
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

impl<'a> Subject<'a> {
    /// Makes a subject that measures the whole of `work`.
    pub fn new<T>(name: &str, mut work: impl FnMut() -> T + 'a) -> Self {
        Self::timed(name, move |times| {
            let start = Instant::now();
            for _ in 0..times {
                black_box(work());
            }
            start.elapsed()
        })
    }

    /// Makes a subject from `run`, which does its work so many times and returns the time of this.
    pub fn timed(name: &str, run: impl FnMut(u32) -> Duration + 'a) -> Self {
        Self { name: name.to_owned(), run: Box::new(run) }
    }
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subject").field(&self.name).finish()
    }
}

/// Settings of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// Turns of each subject.
    pub count: u32,
    /// Approximate length of a turn.
    pub turn: Duration,
}

impl Rounds {
    /// Measures all subjects in turn. Returns, for each subject, the nanoseconds of one piece of
    /// work.
    pub fn measure(&self, subjects: &mut [Subject<'_>]) -> Vec<Samples> {
        let times: Vec<u32> = subjects.iter_mut().map(|subject| self.times(subject)).collect();
        let mut samples = vec![Samples::default(); subjects.len()];
        for round in 0..self.count as usize {
            // Each round begins with another subject, so that no subject always follows the same
            // one.
            for place in 0..subjects.len() {
                let index = (place + round) % subjects.len();
                let took = (subjects[index].run)(times[index]);
                samples[index].0.push(took.as_nanos() as f64 / f64::from(times[index]));
            }
        }
        samples
    }

    /// Returns the number of pieces of work that make a turn.
    fn times(&self, subject: &mut Subject<'_>) -> u32 {
        let mut times = 1;
        loop {
            let took = (subject.run)(times);
            if took * 4 >= self.turn || times >= 1 << 24 {
                let each = took.as_secs_f64() / f64::from(times);
                return ((self.turn.as_secs_f64() / each) as u32).max(1);
            }
            times *= 2;
        }
    }
}
