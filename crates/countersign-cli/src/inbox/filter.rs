//! The deliveries that a command is about.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use countersign::inbox::{Filter, RowId, State};

use crate::span::Span;

/// The deliveries that fit all of these options.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Filters")]
pub(super) struct Chosen {
    /// Only deliveries in this state
    #[arg(long, value_enum)]
    state: Option<Name>,
    /// Only deliveries of this endpoint
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// Only deliveries of this provider, such as `github`
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only deliveries of this tenant
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Only events of this type
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Only the event with this id
    #[arg(long = "event", value_name = "ID")]
    event_id: Option<String>,
    /// Only deliveries that were received longer ago, such as `2h` or `30d`
    #[arg(long, value_name = "AGE")]
    older_than: Option<Span>,
    /// Only deliveries that were received within this time
    #[arg(long, value_name = "AGE")]
    newer_than: Option<Span>,
    /// Only deliveries older than the one with this number. For the next page, give the last
    /// number of this page
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,
    /// Greatest number of deliveries [default: 100]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    most: Option<u32>,
}

/// The name of a state.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Name {
    Waiting,
    Running,
    Done,
    Dead,
    Discarded,
}

impl Chosen {
    /// Returns true if the options leave no delivery out.
    pub(super) fn is_all(&self) -> bool {
        Self { most: None, ..self.clone() } == Self::default()
    }

    /// Returns the filter.
    pub(super) fn filter(&self) -> Filter {
        let mut filter = Filter::new().most(self.most());
        filter.state = self.state.map(|name| match name {
            Name::Waiting => State::Waiting,
            Name::Running => State::Running,
            Name::Done => State::Done,
            Name::Dead => State::Dead,
            Name::Discarded => State::Discarded,
        });
        filter.endpoint = self.endpoint.clone();
        filter.provider = self.provider.clone();
        filter.tenant = self.tenant.clone();
        filter.event_type = self.event_type.clone();
        filter.event_id = self.event_id.clone();
        filter.received_before = self.older_than.map(|age| ago(age.0));
        filter.received_since = self.newer_than.map(|age| ago(age.0));
        filter.before = self.before.map(RowId);
        filter
    }

    /// Returns the greatest number of deliveries.
    pub(super) fn most(&self) -> usize {
        self.most.and_then(|most| usize::try_from(most).ok()).unwrap_or(DEFAULT_MOST)
    }
}

fn ago(age: Duration) -> SystemTime {
    SystemTime::now().checked_sub(age).unwrap_or(UNIX_EPOCH)
}

const DEFAULT_MOST: usize = 100;
