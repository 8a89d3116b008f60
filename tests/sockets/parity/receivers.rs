//! Receivers on all surfaces, which rows use one after another.

use std::{sync::Mutex, thread};

use crate::{
    fire::{Receiver, Seen},
    group::Settings,
    row::Row,
};

pub(crate) const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];

/// A receiver on each surface, in the order of [`SURFACES`]. The first row starts them.
pub(crate) struct Receivers {
    settings: Settings,
    receivers: [Option<Receiver>; SURFACES.len()],
}

/// Receivers that wait for the next row, at most one set for each thread of the harness. A
/// thread-local cannot hold them: the harness exits before thread-locals are dropped, and the
/// receivers would keep running.
static IDLE: Mutex<Vec<Receivers>> = Mutex::new(Vec::new());

impl Receivers {
    /// Returns receivers with these settings that no other row is using.
    pub(crate) fn take(settings: Settings) -> Self {
        let mut idle = IDLE.lock().unwrap();
        // The rows are sorted by their settings, so that receivers with other settings get no more
        // rows.
        idle.retain(|receivers| receivers.settings == settings);
        idle.pop().unwrap_or_else(|| Self { settings, receivers: Default::default() })
    }

    /// Keeps the receivers for another row.
    pub(crate) fn give_back(self) {
        IDLE.lock().unwrap().push(self);
    }

    /// Stops the receivers that no row is using. Call this at the end, because a static is never
    /// dropped.
    pub(crate) fn stop_idle() {
        IDLE.lock().unwrap().clear();
    }

    /// Sends a row to all surfaces at the same time, because some rows wait for a deadline.
    pub(crate) fn fire(&mut self, row: &Row) -> Vec<Result<Seen, String>> {
        let arguments = &self.settings.concat();
        thread::scope(|scope| {
            let surfaces = SURFACES.into_iter().zip(&mut self.receivers);
            let threads: Vec<_> = surfaces
                .map(|(surface, slot)| {
                    scope.spawn(move || {
                        let receiver = match slot {
                            Some(receiver) => receiver,
                            None => slot.insert(Receiver::start(surface, arguments)?),
                        };
                        receiver.fire(row)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }
}
