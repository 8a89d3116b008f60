//! Fills a store with ids, and claims some of them again.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{process, subject::Remembers};

/// Figures of one process.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Figures {
    /// Nanoseconds for making a key from an id's text.
    pub(crate) key: f64,
    /// Nanoseconds for a new claim.
    pub(crate) claim: f64,
    /// Nanoseconds for a completion.
    pub(crate) complete: f64,
    /// Nanoseconds for the claim of an id that is known.
    pub(crate) duplicate: f64,
    /// Bytes of memory for each known id.
    pub(crate) bytes: f64,
    /// Milliseconds of the longest claim.
    pub(crate) longest: f64,
    /// Milliseconds of the longest claim, without the time in which other processes had the core.
    pub(crate) longest_running: f64,
}

/// Claims and completes this many ids, and then claims some of the last ones again, which are still
/// known.
pub(crate) fn fill<R: Remembers>(ids: u64, known: u64, make: impl FnOnce() -> R) -> Figures {
    let (mut texts, mut keys) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut held = Vec::with_capacity(BATCH);
    write(&mut texts, 0..BATCH as u64);
    let mut naming = Duration::ZERO;
    let (mut claiming, mut completing) = (Duration::ZERO, Duration::ZERO);
    let (mut longest, mut longest_running) = (Duration::ZERO, Duration::ZERO);
    let before = process::memory();

    let store = make();
    for start in (0..ids).step_by(BATCH) {
        write(&mut texts, start..ids.min(start + BATCH as u64));
        naming += running(|| keys.extend(texts.iter().map(|id| R::key(id)))).0;
        let mut longest_here = Duration::ZERO;
        let (took, waited) = running(|| {
            let mut last = Instant::now();
            for key in keys.drain(..) {
                held.push(store.claim(key).unwrap());
                let now = Instant::now();
                longest_here = longest_here.max(now - last);
                last = now;
            }
        });
        claiming += took;
        longest = longest.max(longest_here);
        longest_running = longest_running.max(longest_here.saturating_sub(waited));
        completing += running(|| held.drain(..).for_each(|held| store.complete(held))).0;
    }
    let bytes = (process::memory() - before) / known as f64;

    let duplicates = DUPLICATES.min(known);
    let mut duplicating = Duration::ZERO;
    for start in (0..duplicates).step_by(BATCH) {
        let end = duplicates.min(start + BATCH as u64);
        write(&mut texts, (start..end).map(|number| ids - 1 - mix(number) % known));
        keys.extend(texts.iter().map(|id| R::key(id)));
        let claim_again = |key| assert!(black_box(store.claim(key)).is_none());
        duplicating += running(|| keys.drain(..).for_each(claim_again)).0;
    }
    Figures {
        key: naming.as_nanos() as f64 / ids as f64,
        claim: claiming.as_nanos() as f64 / ids as f64,
        complete: completing.as_nanos() as f64 / ids as f64,
        duplicate: duplicating.as_nanos() as f64 / duplicates as f64,
        bytes,
        longest: longest.as_secs_f64() * 1e3,
        longest_running: longest_running.as_secs_f64() * 1e3,
    }
}

/// Returns the time that the work takes while it has a core, and the time that it waits for one,
/// because the machine may be busy.
fn running(work: impl FnOnce()) -> (Duration, Duration) {
    let waited = process::waited();
    let begin = Instant::now();
    work();
    let took = begin.elapsed();
    let waited = process::waited() - waited;
    (took.saturating_sub(waited), waited)
}

/// Writes ids like those of providers.
fn write(texts: &mut Vec<String>, numbers: impl Iterator<Item = u64>) {
    texts.clear();
    texts.extend(numbers.map(|number| format!("evt_{:016x}{number:08x}", mix(number))));
}

/// Spreads numbers, as SplitMix64 does.
fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Ids that are claimed before they are completed.
const BATCH: usize = 1000;
const DUPLICATES: u64 = 2_000_000;
