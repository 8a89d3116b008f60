//! Figures of subjects that do the same work.

use countersign_bench::{Rounds, Row, Samples, Subject, Table};

/// Figures of all subjects. The first subject is the floor.
pub(crate) struct Measured(Vec<(String, Samples)>);

impl Measured {
    pub(crate) fn new(rounds: Rounds, mut subjects: Vec<Subject<'_>>) -> Self {
        let samples = rounds.measure(&mut subjects);
        Self(subjects.into_iter().map(|subject| subject.name).zip(samples).collect())
    }

    /// Returns the median ratio of this subject's time to the other's.
    pub(crate) fn ratio(&self, name: &str, other: &str) -> f64 {
        self.of(name).over(self.of(other)).median()
    }

    fn of(&self, name: &str) -> &Samples {
        let found = self.0.iter().find(|(candidate, _)| candidate == name);
        &found.unwrap_or_else(|| panic!("there is no {name}")).1
    }

    pub(crate) fn table(&self, title: &str) -> Table {
        let (_, floor) = &self.0[0];
        let rows = self.0.iter().map(|(name, samples)| Row {
            name: name.clone(),
            figures: vec![
                Some(samples.median()),
                Some(samples.quantile(0.25)),
                Some(samples.quantile(0.75)),
                Some(samples.over(floor).median()),
            ],
        });
        let columns =
            ["ns, median", "ns, lower quartile", "ns, upper quartile", "over the first row"];
        Table {
            title: title.to_owned(),
            columns: columns.map(str::to_owned).into(),
            rows: rows.collect(),
        }
    }
}
