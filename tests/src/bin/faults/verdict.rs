//! The events that were lost, and those that were handled twice.

use std::{collections::HashMap, error::Error, fmt};

use countersign::inbox::{Details, State};

use crate::{arguments::Arguments, events::is_poison, inbox::ATTEMPTS};

/// The counts of a run.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) events: usize,
    lost: usize,
    doubled: usize,
    may_double: bool,
    inbox: Option<OfInbox>,
}

/// The counts of the rows of an inbox.
#[derive(Debug, Default)]
struct OfInbox {
    /// Acknowledged events without a row. With `--keep-for`, they are not counted.
    missing: usize,
    /// Attempts that vanished with their process.
    vanished: usize,
    /// Events that were handled twice, although no attempt of them vanished.
    without_reason: usize,
    /// Events that end their process.
    poison: usize,
    /// Those that are not dead, or had another number of attempts.
    poison_not_dead: usize,
}

impl Verdict {
    pub(crate) fn of(
        arguments: &Arguments,
        deliveries: &[String],
        effects: &str,
        rows: Option<Vec<Details>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut times: HashMap<&str, usize> = deliveries.iter().map(|id| (&**id, 0)).collect();
        let events = times.len();
        for line in effects.lines() {
            *times.get_mut(line).ok_or("an effect of no event")? += 1;
        }
        let lost = |(id, times): &(&&str, &usize)| **times == 0 && !is_poison(id);
        let inbox = rows.map(|rows| {
            let rows = rows.into_iter().filter_map(|row| Some((row.row.event_id.clone()?, row)));
            OfInbox::of(&times, &rows.collect(), arguments.keep_for.is_some())
        });
        Ok(Self {
            events,
            lost: times.iter().filter(lost).count(),
            doubled: times.values().filter(|times| **times > 1).count(),
            may_double: arguments.kills + arguments.poison > 0 && !arguments.is_exactly_once(),
            inbox,
        })
    }

    pub(crate) fn is_of_inbox(&self) -> bool {
        self.inbox.is_some()
    }

    pub(crate) fn is_good(&self) -> bool {
        let is_good_inbox = self.inbox.as_ref().is_none_or(|inbox| {
            inbox.missing == 0 && inbox.without_reason == 0 && inbox.poison_not_dead == 0
        });
        self.lost == 0 && (self.doubled == 0 || self.may_double) && is_good_inbox
    }
}

impl OfInbox {
    fn of(times: &HashMap<&str, usize>, rows: &HashMap<String, Details>, is_pruned: bool) -> Self {
        let mut counts = Self::default();
        for (id, times) in times {
            let Some(Details { row, attempts, .. }) = rows.get(*id) else {
                counts.missing += usize::from(!is_pruned);
                continue;
            };
            let vanished = attempts.iter().filter(|attempt| attempt.ended_at.is_none()).count();
            counts.vanished += vanished;
            counts.without_reason += usize::from(*times > 1 && vanished == 0);
            if is_poison(id) {
                counts.poison += 1;
                let is_dead = row.state == State::Dead && row.attempts == ATTEMPTS;
                counts.poison_not_dead += usize::from(!is_dead || vanished != ATTEMPTS as usize);
            }
        }
        counts
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lost, {} doubled", self.lost, self.doubled)?;
        let Some(inbox) = &self.inbox else { return Ok(()) };
        write!(
            f,
            " ({} without a vanished attempt), {} acknowledged and missing, {} attempts vanished; of \
             {} events that end their process, {} are not dead after exactly {ATTEMPTS} attempts",
            inbox.without_reason,
            inbox.missing,
            inbox.vanished,
            inbox.poison,
            inbox.poison_not_dead,
        )
    }
}
