//! Figures of all subjects for one size of body.

use std::time::Duration;

use countersign_bench::{
    Rounds, Row, Samples, Subject, Table,
    servers::{Framework, Handler, Server},
};

/// A subject, and the names of the subjects to compare with.
pub(crate) struct Entry {
    subject: Subject<'static>,
    bare: String,
    limit: Option<String>,
}

impl Entry {
    pub(crate) fn new(
        name: &str,
        bare: &str,
        limit: Option<&str>,
        run: impl FnMut(u32) -> Duration + 'static,
    ) -> Self {
        let (bare, limit) = (bare.to_owned(), limit.map(str::to_owned));
        Self { subject: Subject::timed(name, run), bare, limit }
    }

    /// Makes the entry of a server, to compare with the bare one and the limit of its framework.
    pub(crate) fn of_server(
        server: Server,
        suffix: &str,
        run: impl FnMut(u32) -> Duration + 'static,
    ) -> Self {
        let name = |handler| Server { handler, ..server }.name();
        let limit = name(server.handler.limit());
        Self::new(&format!("{}{suffix}", server.name()), &name(Handler::Bare), Some(&limit), run)
    }
}

/// Figures of all subjects, by name.
pub(crate) struct Measured(Vec<Figures>);

struct Figures {
    name: String,
    bare: String,
    limit: Option<String>,
    samples: Samples,
}

impl Measured {
    pub(crate) fn new(rounds: Rounds, entries: Vec<Entry>) -> Self {
        let (mut subjects, others): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .map(|Entry { subject, bare, limit }| (subject, (bare, limit)))
            .unzip();
        let samples = rounds.measure(&mut subjects);
        let figures = subjects.into_iter().zip(others).zip(samples);
        Self(
            figures
                .map(|((subject, (bare, limit)), samples)| Figures {
                    name: subject.name,
                    bare,
                    limit,
                    samples,
                })
                .collect(),
        )
    }

    /// Returns the samples of a server.
    pub(crate) fn server(&self, framework: Framework, handler: Handler) -> &Samples {
        self.of(&Server { framework, handler }.name())
    }

    /// Returns the median ratio of this subject's time to the other's.
    pub(crate) fn ratio(&self, name: &str, other: &str) -> f64 {
        self.of(name).over(self.of(other)).median()
    }

    fn of(&self, name: &str) -> &Samples {
        let found = self.0.iter().find(|figures| figures.name == name);
        &found.unwrap_or_else(|| panic!("there is no {name}")).samples
    }

    pub(crate) fn table(&self, title: &str) -> Table {
        let rows = self.0.iter().map(|Figures { name, bare, limit, samples }| Row {
            name: name.clone(),
            figures: vec![
                Some(samples.median()),
                Some(samples.quantile(0.25)),
                Some(samples.quantile(0.75)),
                Some(self.ratio(name, bare)),
                limit.as_ref().map(|limit| self.ratio(name, limit)),
            ],
        });
        let columns =
            ["ns, median", "ns, lower quartile", "ns, upper quartile", "over bare", "over limit"];
        Table {
            title: title.to_owned(),
            columns: columns.map(str::to_owned).into(),
            rows: rows.collect(),
        }
    }
}
