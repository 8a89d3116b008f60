//! The numbers of rejections of one endpoint and reason, by the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// The numbers for each five minutes of the last day, and for each hour of the last week. It has
/// the same size for any number of rejections.
#[derive(Clone, Default)]
pub(super) struct Numbers {
    parts: Slots<PART, PARTS_OF_A_DAY>,
    hours: Slots<HOUR, HOURS_OF_A_WEEK>,
    /// The time of the last rejection.
    last: Seconds,
}

/// Seconds since 1970.
pub(super) type Seconds = u64;

impl Numbers {
    pub(super) fn add(&mut self, now: Seconds) {
        self.parts.add(now);
        self.hours.add(now);
        self.last = now;
    }

    /// Returns the beginnings and the numbers of the parts that are not older than this time. They
    /// are hours if the time is more than a day before the last rejection.
    pub(super) fn since(&self, since: Seconds) -> Vec<(Seconds, u32)> {
        let first_part = (self.last / PART + 1).saturating_sub(PARTS_OF_A_DAY as u64);
        if since / PART >= first_part { self.parts.since(since) } else { self.hours.since(since) }
    }

    /// Returns true if the last rejection was more than a week ago.
    pub(super) fn is_old(&self, now: Seconds) -> bool {
        self.last / HOUR + HOURS_OF_A_WEEK as u64 <= now / HOUR
    }
}

/// The numbers of some parts of time, each of which is `SECONDS` long. A part has a fixed place,
/// and takes it from the part that is `LENGTH` parts older.
#[derive(Clone)]
struct Slots<const SECONDS: u64, const LENGTH: usize>([Slot; LENGTH]);

#[derive(Clone, Copy)]
struct Slot {
    /// Counted from 0 since 1970.
    part: u32,
    number: u32,
}

impl<const SECONDS: u64, const LENGTH: usize> Slots<SECONDS, LENGTH> {
    fn add(&mut self, now: Seconds) {
        let part = u32::try_from(now / SECONDS).unwrap_or(u32::MAX);
        let slot = &mut self.0[part as usize % LENGTH];
        if slot.part != part {
            *slot = Slot { part, number: 0 };
        }
        slot.number = slot.number.saturating_add(1);
    }

    fn since(&self, since: Seconds) -> Vec<(Seconds, u32)> {
        let slots = self.0.iter().map(|slot| (u64::from(slot.part), slot.number));
        let slots = slots.filter(|(part, number)| *number > 0 && *part >= since / SECONDS);
        slots.map(|(part, number)| (part * SECONDS, number)).collect()
    }
}

impl<const SECONDS: u64, const LENGTH: usize> Default for Slots<SECONDS, LENGTH> {
    fn default() -> Self {
        Self([Slot { part: 0, number: 0 }; LENGTH])
    }
}

pub(super) fn seconds(time: SystemTime) -> Seconds {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// In seconds.
pub(super) const PART: u64 = 5 * 60;
pub(super) const HOUR: u64 = 60 * 60;

/// One more than the parts of a day, because the first and the last one are cut.
const PARTS_OF_A_DAY: usize = 24 * 12 + 1;
const HOURS_OF_A_WEEK: usize = 7 * 24 + 1;
