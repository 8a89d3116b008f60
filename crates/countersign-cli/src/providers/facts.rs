//! Facts about one provider, for people and for programs.

use countersign_core::{
    event::Location,
    providers::AnyProvider,
    scheme::{
        Algorithm, Description, Encoding, Layout, Part, SecretEncoding, TimestampPlace,
        TimestampUnit,
    },
};
use serde::Serialize;

use super::secret_place;
use crate::{duration, fixtures};

/// The facts about one provider.
#[derive(Serialize)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) headers: &'static [&'static str],
    algorithm: &'static str,
    encoding: &'static str,
    /// The value of the signature header, such as `t={time},v1={signature}`.
    layout: String,
    /// The signed text, such as `{time}.{body}`.
    pub(super) signed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Time>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    id_headers: &'static [&'static str],
    event_id: Place,
    event_type: Place,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_place: Option<&'static str>,
    /// The body forms that are accepted besides the bytes of the wire.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forms: Vec<&'static str>,
    /// The types of the sample events of `send`.
    samples: Vec<String>,
}

/// The signed time.
#[derive(Serialize)]
struct Time {
    place: &'static str,
    names: Vec<&'static str>,
    unit: &'static str,
    tolerance_s: u64,
    #[serde(skip)]
    tolerance: String,
}

/// The place of an event's id or type.
#[derive(Serialize)]
struct Place {
    place: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    is_signed: bool,
}

impl Facts {
    pub(super) fn of(provider: AnyProvider) -> Self {
        let scheme = provider.scheme().describe();
        let event = provider.event();
        let within = event.within;
        let encoding = match scheme.encoding {
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
            _ => "unknown",
        };
        Self {
            name: provider.name(),
            headers: scheme.headers,
            algorithm: match scheme.algorithm {
                Algorithm::HmacSha256 => "HMAC-SHA256",
                Algorithm::HmacSha1 => "HMAC-SHA1",
                Algorithm::Ed25519 { .. } => "Ed25519",
                _ => "unknown",
            },
            encoding,
            layout: layout(&scheme),
            signed: scheme.signed.iter().map(|part| part_text(*part)).collect(),
            time: time(&scheme),
            id_headers: scheme.id_headers,
            event_id: place(event.id, within, scheme.id_headers),
            event_type: place(event.event_type, within, &[]),
            secret: match scheme.secret {
                SecretEncoding::Text => "text, used as it is".to_owned(),
                SecretEncoding::Base64 { prefix, at_least } => {
                    format!("base64 after {prefix}, {at_least} bytes or more")
                }
                _ => "unknown".to_owned(),
            },
            secret_place: secret_place::of(provider.name()),
            forms: scheme.forms.iter().map(|form| form.name()).collect(),
            samples: fixtures::names(provider),
        }
    }

    pub(super) fn tolerance(&self) -> Option<String> {
        self.time.as_ref().map(|time| time.tolerance.clone())
    }

    /// Returns the facts for people.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n", self.name);
        let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<11} {value}\n"));
        row("header", &self.headers.join(" or "));
        row("value", &self.layout);
        row("signature", &format!("{} in {}", self.algorithm, self.encoding));
        row("signed text", &self.signed);
        if let Some(Time { place, names, unit, tolerance, .. }) = &self.time {
            let names = names.join(" or ");
            row("time", &format!("{place} {names}, in {unit}, within {tolerance} of now"));
        }
        if !self.forms.is_empty() {
            row("also over", &format!("the body as {}", self.forms.join(", ")));
        }
        row("event id", &self.event_id.text());
        row("event type", &self.event_type.text());
        row("secret", &self.secret);
        if let Some(place) = self.secret_place {
            row("shown in", place);
        }
        row("samples", &self.samples.join(", "));
        text
    }
}

impl Place {
    fn text(&self) -> String {
        if self.names.is_empty() {
            return self.place.to_owned();
        }
        let note = if self.is_signed { "" } else { " (not signed)" };
        format!("{} {}{note}", self.place, self.names.join(" or "))
    }
}

fn layout(scheme: &Description) -> String {
    let time = match scheme.timestamp.map(|time| time.place) {
        Some(TimestampPlace::Entry(key)) => Some(key),
        _ => None,
    };
    match scheme.layout {
        Layout::Plain => "{signature}".to_owned(),
        Layout::Prefixed(prefix) => format!("{prefix}{{signature}}"),
        Layout::List { separator, assign, key } => {
            let time = time.map(|key| format!("{key}{assign}{{time}}{separator}"));
            format!("{}{key}{assign}{{signature}}", time.unwrap_or_default())
        }
        _ => "unknown".to_owned(),
    }
}

fn part_text(part: Part) -> &'static str {
    match part {
        Part::Literal(text) => text,
        Part::Timestamp => "{time}",
        Part::Id => "{id}",
        Part::Url => "{url}",
        Part::Body => "{body}",
        _ => "{unknown}",
    }
}

fn time(scheme: &Description) -> Option<Time> {
    let time = scheme.timestamp?;
    let (place, names) = match time.place {
        TimestampPlace::Header(names) => ("header", names.to_vec()),
        TimestampPlace::Entry(key) => ("entry", vec![key]),
        TimestampPlace::Member(names) => ("member of the body", names.to_vec()),
        _ => ("unknown", Vec::new()),
    };
    Some(Time {
        place,
        names,
        unit: match time.unit {
            TimestampUnit::Milliseconds => "milliseconds",
            _ => "seconds",
        },
        tolerance_s: time.tolerance.as_secs(),
        tolerance: duration::text(time.tolerance),
    })
}

fn place(at: Location, within: Option<&str>, id_headers: &[&str]) -> Place {
    let member = |name: &&str| match within {
        Some(within) => format!("{within}.{name}"),
        None => (*name).to_owned(),
    };
    let (place, names) = match at {
        Location::Body(names) | Location::BodyAll(names) => {
            ("member", names.iter().map(member).collect())
        }
        Location::SignedId => {
            ("header", id_headers.iter().map(|name| (*name).to_owned()).collect())
        }
        Location::UnsignedHeader(name) => ("header", vec![name.to_owned()]),
        _ => ("none", Vec::new()),
    };
    Place { place, names, is_signed: at.is_signed() }
}
