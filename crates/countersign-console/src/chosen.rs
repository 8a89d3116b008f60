//! The filters in the URL of a page.

use std::fmt::Write as _;

use countersign::inbox::{Filter, RowId, State};
use form_urlencoded::byte_serialize;

use crate::{error::Refused, moment};

/// The filters of a list, as the URL has them. An empty text means no filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) state: String,
    pub(crate) endpoint: String,
    pub(crate) provider: String,
    pub(crate) tenant: String,
    pub(crate) event_type: String,
    pub(crate) event_id: String,
    pub(crate) since: String,
    pub(crate) until: String,
    /// Text in the body.
    pub(crate) text: String,
    /// The number of the last row of the page before.
    pub(crate) before: Option<RowId>,
}

impl Chosen {
    /// Reads the filters. Names that are no filters are ignored.
    pub(crate) fn read<'a>(
        fields: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Refused> {
        let mut chosen = Self::default();
        for (name, value) in fields {
            let value = value.trim();
            if name == "before" {
                let number = value.parse().map_err(|_| Refused::Bad("before is no number."))?;
                chosen.before = Some(RowId(number));
            } else if let Some(member) = chosen.member(name) {
                value.clone_into(member);
            }
        }
        if !chosen.state.is_empty() && state(&chosen.state).is_none() {
            return Err(Refused::Bad("There is no such state."));
        }
        for time in [&mut chosen.since, &mut chosen.until] {
            if !time.is_empty() {
                let text = "A time is not valid. Write it as 2026-11-27T09:50, in UTC.";
                // Browsers show only this form in the field.
                *time = moment::field(moment::parse(time).ok_or(Refused::Bad(text))?);
            }
        }
        Ok(chosen)
    }

    fn member(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "state" => &mut self.state,
            "endpoint" => &mut self.endpoint,
            "provider" => &mut self.provider,
            "tenant" => &mut self.tenant,
            "type" => &mut self.event_type,
            "id" => &mut self.event_id,
            "since" => &mut self.since,
            "until" => &mut self.until,
            "text" => &mut self.text,
            _ => return None,
        })
    }

    /// Returns whether engines find the rows by an index, or need no filter.
    pub(crate) fn has_index(&self) -> bool {
        // Every state but `done` has an index.
        let is_done = self.state == State::Done.name();
        let is_other = |(name, _): &(&str, &str)| !matches!(*name, "state" | "text");
        let needs_scan = is_done || self.fields().iter().any(is_other);
        !self.event_id.is_empty() || !needs_scan
    }

    /// Returns the filter of the engine. The text in the body is not a part of it.
    pub(crate) fn filter(&self, most: usize) -> Filter {
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let mut filter = Filter::new().most(most);
        filter.state = state(&self.state);
        filter.endpoint = text(&self.endpoint);
        filter.provider = text(&self.provider);
        filter.tenant = text(&self.tenant);
        filter.event_type = text(&self.event_type);
        filter.event_id = text(&self.event_id);
        filter.received_since = moment::parse(&self.since);
        filter.received_before = moment::parse(&self.until);
        filter.before = self.before;
        filter
    }

    /// Returns the names and values of the filters that are set.
    pub(crate) fn fields(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("state", &self.state),
            ("endpoint", &self.endpoint),
            ("provider", &self.provider),
            ("tenant", &self.tenant),
            ("type", &self.event_type),
            ("id", &self.event_id),
            ("since", &self.since),
            ("until", &self.until),
            ("text", &self.text),
        ];
        let set = all.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name, value.as_str())).collect()
    }

    /// Writes the query of a URL, without the page.
    pub(crate) fn query(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.fields() {
            let separator = if query.is_empty() { "" } else { "&" };
            query += &format!("{separator}{name}=");
            query.extend(byte_serialize(value.as_bytes()));
        }
        query
    }

    /// Writes the query of a URL, with the page.
    pub(crate) fn query_of_page(&self, before: Option<RowId>) -> String {
        let mut query = self.query();
        if let Some(before) = before {
            let separator = if query.is_empty() { "" } else { "&" };
            // A `String` takes every text.
            let _ = write!(query, "{separator}before={before}");
        }
        query
    }
}

/// Finds a state by its name.
pub(crate) fn state(name: &str) -> Option<State> {
    STATES.into_iter().find(|state| state.name() == name)
}

/// All states, in the order of their life.
pub(crate) const STATES: [State; 5] =
    [State::Waiting, State::Running, State::Done, State::Dead, State::Discarded];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_written() {
        let fields = [("state", "dead"), ("type", "a&b=c"), ("x", "y"), ("before", "7")];
        let chosen = Chosen::read(fields.into_iter()).unwrap();
        assert_eq!(chosen.query(), "state=dead&type=a%26b%3Dc");
        assert_eq!(chosen.query_of_page(chosen.before), "state=dead&type=a%26b%3Dc&before=7");
        let filter = chosen.filter(5);
        assert_eq!((filter.state, filter.before), (Some(State::Dead), Some(RowId(7))));
        let has_index =
            |fields: &[(&str, &str)]| Chosen::read(fields.iter().copied()).unwrap().has_index();
        for indexed in [&[][..], &[("state", "dead")], &[("id", "a"), ("state", "done")]] {
            assert!(has_index(indexed), "{indexed:?}");
        }
        for other in [&[("state", "done")][..], &[("state", "dead"), ("type", "a")]] {
            assert!(!has_index(other), "{other:?}");
        }
        for wrong in [("state", "lost"), ("since", "now"), ("before", "x")] {
            assert!(Chosen::read([wrong].into_iter()).is_err());
        }
    }
}
