//! The body of each delivery: a sample with changed members, a file, or a text.

use std::{path::Path, time::SystemTime};

use countersign_core::{event::Location, providers::AnyProvider};

use super::Arguments;
use crate::{failure::Failure, fixtures::Fixture, input, members};

/// The bodies of all deliveries.
pub(super) enum Bodies {
    /// The same bytes each time.
    Exact(Vec<u8>),
    /// A sample, which has the time and the id of each delivery.
    Sample { fixture: Fixture, changes: Vec<String> },
}

impl Bodies {
    pub(super) fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let is_change = |text: &&String| text.contains('=');
        let changes: Vec<_> = arguments.rest.iter().filter(is_change).cloned().collect();
        let files: Vec<_> = arguments.rest.iter().filter(|text| !is_change(text)).collect();
        let is_sample = match (&files[..], &arguments.text) {
            ([], None) => true,
            ([_], None) | ([], Some(_)) => false,
            _ => {
                return Err(Failure::usage("more than one body")
                    .next("give one FILE or --text; members are written as MEMBER=VALUE"));
            }
        };
        if !is_sample && (!changes.is_empty() || arguments.event_type.is_some()) {
            return Err(Failure::usage("only members of a sample can be changed")
                .next("remove the file or the text, or the members and --type"));
        }
        if let Some(text) = &arguments.text {
            return Ok(Self::Exact(text.clone().into_bytes()));
        }
        if let [file] = &files[..] {
            let bytes = input::read(Some(Path::new(file)), &arguments.secrets)?;
            return Ok(Self::Exact(bytes));
        }
        let fixture = Fixture::of(arguments.provider, arguments.event_type.as_deref())?;
        Ok(Self::Sample { fixture, changes })
    }

    /// Returns the event's type, for the header of providers that send it there.
    pub(super) fn event_type(&self) -> Option<&str> {
        match self {
            Self::Exact(_) => None,
            Self::Sample { fixture, .. } => Some(fixture.event_type()),
        }
    }

    /// Returns the body of the delivery with this number, which counts from 1.
    pub(super) fn body(
        &self,
        provider: AnyProvider,
        number: usize,
        id: Option<&str>,
        time: SystemTime,
    ) -> Result<Vec<u8>, Failure> {
        let (fixture, changes) = match self {
            Self::Exact(bytes) => return Ok(bytes.clone()),
            Self::Sample { fixture, changes } => (fixture, changes),
        };
        let mut body = fixture.body(time);
        let changed = |reason| {
            Failure::usage(reason).next("write data.name=text, data.cents:=5, or id= to remove it")
        };
        for change in changes {
            body = members::change(&body, change).map_err(changed)?;
        }
        if let Some(path) = id_path(provider) {
            let text = members::get(&body, &path);
            let text = text.and_then(|text| serde_json::from_str::<String>(text.get()).ok());
            let own = id.map(str::to_owned).or(text.map(|text| numbered(&text, number)));
            if let Some(own) = own {
                body = members::set_text(&body, &path, &own).map_err(changed)?;
            }
        }
        Ok(body.into_bytes())
    }
}

/// Returns the id of the delivery with this number: the first one has the id itself.
pub(super) fn numbered(id: &str, number: usize) -> String {
    if number == 1 { id.to_owned() } else { format!("{id}_{number}") }
}

/// Returns the path of the id in the body.
fn id_path(provider: AnyProvider) -> Option<String> {
    let event = provider.event();
    let (Location::Body(names) | Location::BodyAll(names)) = event.id else { return None };
    let name = names.first()?;
    Some(match event.within {
        Some(within) => format!("{within}.{name}"),
        None => (*name).to_owned(),
    })
}
