//! Groups of rows. Each row is a test.

use libtest_mimic::{Arguments, Failed, Trial};

use crate::{receivers::Receivers, row::Row};

/// Rows about one subject, for receivers with the same settings.
pub(crate) struct Group {
    name: &'static str,
    rows: fn() -> Vec<Row>,
    pub(crate) settings: Settings,
}

/// Arguments of the receivers, in addition to those that all receivers get.
pub(crate) type Settings = &'static [&'static [&'static str]];

impl Group {
    pub(crate) const fn new(
        name: &'static str,
        rows: fn() -> Vec<Row>,
        settings: Settings,
    ) -> Self {
        Self { name, rows, settings }
    }

    /// Returns whether these arguments may choose a row of this group. `cargo nextest` starts a
    /// process for each row, with the row's exact name, and that process need not make the rows of
    /// other groups.
    pub(crate) fn may_be_chosen(&self, arguments: &Arguments) -> bool {
        let group_of = |name: &String| name.starts_with(&format!("{}::", self.name));
        !arguments.exact || arguments.filter.as_ref().is_none_or(group_of)
    }

    /// Makes the rows, which takes up to half a second.
    pub(crate) fn rows(&self) -> Vec<Row> {
        (self.rows)()
    }

    /// Returns the test of a row of this group.
    pub(crate) fn trial(&self, row: Row) -> Trial {
        let settings = self.settings;
        // The group is part of the name, because rows of two groups may have the same name. The
        // harness's `kind` cannot hold it: failures are reported without their kinds.
        let name = format!("{}::{}", self.name, row.name);
        Trial::test(name, move || compare(&row, settings))
    }
}

/// Sends a row to all surfaces.
fn compare(row: &Row, settings: Settings) -> Result<(), Failed> {
    row.make_ready();
    let mut receivers = Receivers::take(settings);
    let complaints = row.complaints(&receivers.fire(row));
    if !complaints.is_empty() {
        // These receivers are dropped, because they may no longer work, and would then fail other
        // rows.
        return Err(complaints.join("\n").into());
    }
    receivers.give_back();
    Ok(())
}
