//! Tries texts and keys until the signature matches.

use std::{cell::Cell, collections::BTreeSet, ops::ControlFlow, time::Instant};

use countersign_core::__trial::Candidates;

use crate::{
    Cause, Step,
    body::{self, Visitor},
    candidate::Candidate,
    frame::Frame,
    secret::Variant,
};

/// Everything that is tried.
pub(crate) struct Search<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) candidates: &'a [Candidate],
    pub(crate) keys: &'a [Variant],
    pub(crate) frames: &'a [Frame],
    /// The time at which the search ends. `None` if there is no limit.
    pub(crate) end: Option<Instant>,
}

/// The changes under which a signature matches.
pub(crate) struct Found {
    pub(crate) candidate: Candidate,
    /// The index of the key.
    pub(crate) key: usize,
    /// The index of the secret.
    pub(crate) secret: usize,
    /// The changes of the frame, of the secret and of the body.
    pub(crate) steps: Vec<Step>,
    /// The text that was signed.
    pub(crate) signed: Vec<u8>,
}

/// The end of a search.
pub(crate) struct Outcome {
    pub(crate) found: Option<Found>,
    /// The number of texts that were tried with a key.
    pub(crate) attempts: usize,
    /// The causes whose changes were tried.
    pub(crate) tried: BTreeSet<Cause>,
    /// False if the time was over before everything was tried, or if the body is so long that only
    /// pairs of frequent changes were tried.
    pub(crate) is_complete: bool,
}

/// The reason for which a search, or a part of it, ends early.
enum End {
    Found(Found),
    TimeIsOver,
    /// Enough changes of one kind were tried.
    Enough,
}

/// Visits the first `most` texts of `visit`. Notes if there are more.
fn first(
    (most, is_limited): (usize, &Cell<bool>),
    visit: impl FnOnce(&mut Visitor<'_, End>) -> ControlFlow<End>,
    mut take: impl FnMut(&[u8], Step) -> ControlFlow<End>,
) -> ControlFlow<End> {
    let mut count = 0;
    let end = visit(&mut |text, step| {
        if count == most {
            is_limited.set(true);
            return ControlFlow::Break(End::Enough);
        }
        count += 1;
        take(text, step)
    });
    match end {
        ControlFlow::Break(End::Enough) => ControlFlow::Continue(()),
        end => end,
    }
}

/// Returns the number of changes of one kind that are tried in pairs, for a body of this length.
fn side(length: usize) -> usize {
    (MOST_HASHED / length.max(1)).isqrt().clamp(LEAST_CHANGES, MOST_CHANGES)
}

/// Bytes that are hashed for one kind of pairs, about.
const MOST_HASHED: usize = 64 * 1024 * 1024;

/// The least number of changes of one kind that are tried in pairs.
const LEAST_CHANGES: usize = 8;

/// The most changes of one kind that are tried in pairs: more than there are.
const MOST_CHANGES: usize = 1000;

struct Progress<'a> {
    search: &'a Search<'a>,
    candidates: Candidates,
    end: Option<Instant>,
    attempts: usize,
    tried: BTreeSet<Cause>,
    is_limited: bool,
}

impl Search<'_> {
    /// Tries the delivery as it is, then one change, then two.
    pub(crate) fn run(&self) -> Outcome {
        let mut progress = Progress {
            search: self,
            candidates: Candidates::new(self.candidates.iter().map(|one| &*one.bytes)),
            end: self.end,
            attempts: 0,
            tried: BTreeSet::new(),
            is_limited: false,
        };
        let end = if self.candidates.is_empty() || self.keys.is_empty() {
            ControlFlow::Continue(())
        } else {
            progress.try_all()
        };
        let (found, is_complete) = match end {
            ControlFlow::Continue(()) => (None, !progress.is_limited),
            ControlFlow::Break(End::TimeIsOver | End::Enough) => (None, false),
            ControlFlow::Break(End::Found(found)) => (Some(found), true),
        };
        let Progress { attempts, tried, .. } = progress;
        Outcome { found, attempts, tried, is_complete }
    }
}

impl Progress<'_> {
    fn try_all(&mut self) -> ControlFlow<End> {
        let Search { body, keys, frames, .. } = *self.search;
        let (own_keys, other_keys): (Vec<_>, Vec<_>) =
            keys.iter().partition(|key| key.steps.is_empty());
        let (own_frames, other_frames): (Vec<_>, Vec<_>) =
            frames.iter().partition(|frame| frame.steps.is_empty());
        // The delivery as it is.
        self.try_each(&own_frames, &own_keys, body, &[])?;
        // One change.
        body::visit(body, &mut |text, step| self.try_each(&own_frames, &own_keys, text, &[step]))?;
        self.try_each(&own_frames, &other_keys, body, &[])?;
        self.try_each(&other_frames, &own_keys, body, &[])?;
        // Two changes. Of a long body, only pairs of frequent changes are tried.
        let side = side(body.len());
        self.is_limited |= other_keys.len().max(other_frames.len()) > side;
        let other_keys = &other_keys[..other_keys.len().min(side)];
        let other_frames = &other_frames[..other_frames.len().min(side)];
        let is_limited = Cell::new(false);
        let end =
            self.try_pairs(side, &is_limited, (&own_frames, other_frames), (&own_keys, other_keys));
        self.is_limited |= is_limited.get();
        end
    }

    /// Tries two changes, at most `side` of each kind.
    fn try_pairs(
        &mut self,
        side: usize,
        is_limited: &Cell<bool>,
        (own_frames, other_frames): (&[&Frame], &[&Frame]),
        (own_keys, other_keys): (&[&Variant], &[&Variant]),
    ) -> ControlFlow<End> {
        let body = self.search.body;
        first(
            (side, is_limited),
            |visitor| body::visit(body, visitor),
            |text, step| {
                let steps = [step];
                self.try_each(own_frames, other_keys, text, &steps)?;
                self.try_each(other_frames, own_keys, text, &steps)
            },
        )?;
        self.try_each(other_frames, other_keys, body, &[])?;
        first(
            (side, is_limited),
            |visitor| body::unwrap(body, visitor),
            |text, one| {
                if text.is_empty() || text == body {
                    return ControlFlow::Continue(());
                }
                first(
                    (side, is_limited),
                    |visitor| body::visit(text, visitor),
                    |text, other| self.try_each(own_frames, own_keys, text, &[one.clone(), other]),
                )
            },
        )?;
        // Another spelling, and then a line break at its end.
        first(
            (side, is_limited),
            |visitor| body::spellings(body, visitor),
            |text, one| {
                body::spaces(text, &mut |text, other| {
                    self.try_each(own_frames, own_keys, text, &[one.clone(), other])
                })
            },
        )
    }

    fn try_each(
        &mut self,
        frames: &[&Frame],
        keys: &[&Variant],
        body: &[u8],
        steps: &[Step],
    ) -> ControlFlow<End> {
        for frame in frames {
            let framed;
            let text = if frame.after.is_empty() {
                body
            } else {
                framed = [body, &frame.after].concat();
                &framed
            };
            for key in keys {
                if self.end.is_some_and(|end| Instant::now() >= end) {
                    return ControlFlow::Break(End::TimeIsOver);
                }
                self.attempts += 1;
                let causes = frame.steps.iter().chain(&key.steps).chain(steps);
                self.tried.extend(causes.map(|step| step.cause));
                if key.key.matches(&frame.before, text, &self.candidates) {
                    return ControlFlow::Break(End::Found(self.found(frame, key, text, steps)));
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn found(&self, frame: &Frame, key: &Variant, text: &[u8], steps: &[Step]) -> Found {
        let is_it = |one: &&Candidate| {
            key.key.matches(&frame.before, text, &Candidates::new([&*one.bytes]))
        };
        let candidates = self.search.candidates;
        let candidate = candidates.iter().find(is_it).unwrap_or(&candidates[0]).clone();
        let steps = frame.steps.iter().chain(&key.steps).chain(steps).cloned().collect();
        let place = self.search.keys.iter().position(|one| std::ptr::eq(one, key));
        let place = place.unwrap_or_default();
        Found {
            candidate,
            key: place,
            secret: key.secret,
            steps,
            signed: [&frame.before, text].concat(),
        }
    }
}
