//! The texts around the body in a signed text.

use countersign_core::{
    Scheme,
    providers::AnyProvider,
    scheme::{Layout, Part, TimestampPlace},
};

use crate::{Cause, Step};

/// The text before the body and the text after it.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// Empty for the frame of the scheme.
    pub(crate) steps: Vec<Step>,
}

/// A value, and the changes that lead to it.
type Value = (String, Vec<Step>);

/// The values that a delivery has for the parts of a signed text.
struct Values {
    times: Vec<Value>,
    ids: Vec<Value>,
    urls: Vec<Value>,
}

/// Returns the frames. That of the scheme comes first.
pub(crate) fn frames(
    provider: Option<&AnyProvider>,
    header: &str,
    headers: &[(String, String)],
    urls: Vec<Value>,
) -> Vec<Frame> {
    let scheme = provider.map(AnyProvider::scheme);
    let values =
        Values { times: times(scheme, header, headers), ids: ids(scheme, header, headers), urls };
    let own: &[Part] = scheme.map_or(&[Part::Body], |scheme| scheme.describe().signed);
    let mut frames = Vec::new();
    values.fill(own, &[], &mut frames);
    for (shape, sender) in shapes() {
        if shape != own {
            values.fill(shape, &[difference(own, shape, sender)], &mut frames);
        }
    }
    for (separator, words) in [(".", "{body}.{time}"), ("", "{body}{time}")] {
        for (time, steps) in &values.times {
            let step = Step::new(Cause::Scheme, format!("the text `{words}`"));
            frames.push(Frame {
                before: Vec::new(),
                after: [separator, time].concat().into(),
                steps: steps.iter().cloned().chain([step]).collect(),
            });
        }
    }
    frames.truncate(MOST);
    frames
}

impl Values {
    /// Adds the frames of a shape, with all values of its parts.
    fn fill(&self, shape: &[Part], steps: &[Step], frames: &mut Vec<Frame>) {
        let mut begun =
            vec![Frame { before: Vec::new(), after: Vec::new(), steps: steps.to_vec() }];
        for part in shape {
            let literal;
            let values: &[Value] = match part {
                Part::Body => continue,
                Part::Literal(text) => {
                    literal = [((*text).to_owned(), Vec::new())];
                    &literal
                }
                Part::Timestamp => &self.times,
                Part::Id => &self.ids,
                Part::Url => &self.urls,
                _ => return,
            };
            let with = |frame: &Frame, (text, steps): &Value| Frame {
                before: [&frame.before, text.as_bytes()].concat(),
                after: Vec::new(),
                steps: frame.steps.iter().chain(steps).cloned().collect(),
            };
            let longer =
                begun.iter().flat_map(|frame| values.iter().map(|value| with(frame, value)));
            // The sender chooses the values, so their number is bounded at each step.
            begun = longer.take(MOST).collect();
        }
        // The frames with the fewest changes first.
        begun.sort_by_key(|frame| frame.steps.len());
        let is_new = |frame: &Frame, frames: &[Frame]| {
            frames.iter().all(|known| known.before != frame.before || known.after != frame.after)
        };
        for frame in begun {
            if frames.len() < MOST && is_new(&frame, frames) {
                frames.push(frame);
            }
        }
    }
}

/// Returns the shapes of signed texts, with the provider that signs such a text.
fn shapes() -> Vec<(&'static [Part], Option<&'static str>)> {
    let mut shapes: Vec<(&'static [Part], Option<&'static str>)> = vec![(&[Part::Body], None)];
    for provider in AnyProvider::all() {
        let shape = provider.scheme().describe().signed;
        if shapes.iter().all(|(other, _)| *other != shape) {
            shapes.push((shape, Some(provider.name())));
        }
    }
    for shape in OTHER_SHAPES {
        if shapes.iter().all(|(known, _)| known != shape) {
            shapes.push((shape, None));
        }
    }
    shapes
}

const OTHER_SHAPES: &[&[Part]] = &[
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    &[Part::Timestamp, Part::Literal(":"), Part::Body],
    &[Part::Timestamp, Part::Body],
    &[Part::Timestamp, Part::Literal("\n"), Part::Body],
    &[Part::Timestamp, Part::Literal("|"), Part::Body],
    &[Part::Timestamp, Part::Literal("-"), Part::Body],
    &[Part::Literal("v1:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    &[Part::Id, Part::Literal("."), Part::Body],
    &[Part::Timestamp, Part::Literal("."), Part::Id, Part::Literal("."), Part::Body],
    &[Part::Id, Part::Literal(":"), Part::Timestamp, Part::Literal(":"), Part::Body],
    &[Part::Id, Part::Timestamp, Part::Body],
    &[Part::Url, Part::Body],
    &[Part::Url, Part::Literal("."), Part::Body],
    &[Part::Url, Part::Literal("|"), Part::Body],
    &[Part::Timestamp, Part::Literal("."), Part::Url, Part::Literal("."), Part::Body],
];

/// Returns the difference between the shape of the scheme and another one.
fn difference(own: &[Part], shape: &[Part], sender: Option<&str>) -> Step {
    let has = |shape: &[Part], part: Part| shape.contains(&part);
    let lost: Vec<_> =
        [(Part::Timestamp, "the time"), (Part::Id, "the id"), (Part::Url, "the URL")]
            .into_iter()
            .filter(|(part, _)| has(own, *part) && !has(shape, *part))
            .map(|(_, words)| words)
            .collect();
    if shape == [Part::Body] {
        let cause = if has(own, Part::Timestamp) || has(own, Part::Id) {
            Cause::TimeUnsigned
        } else {
            Cause::Url
        };
        return Step::new(cause, format!("the body alone, without {}", lost.join(" and ")));
    }
    let text: String = shape
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.replace('\n', "\\n"),
            Part::Timestamp => "{time}".to_owned(),
            Part::Id => "{id}".to_owned(),
            Part::Url => "{url}".to_owned(),
            _ => "{body}".to_owned(),
        })
        .collect();
    let sender = sender.map(|name| format!(", as {name} signs it")).unwrap_or_default();
    let cause =
        if lost.is_empty() || own == [Part::Body] { Cause::Scheme } else { Cause::TimeUnsigned };
    Step::new(cause, format!("the text `{text}`{sender}"))
}

/// Returns the times of the delivery. That of the scheme comes first.
fn times(scheme: Option<&Scheme>, header: &str, headers: &[(String, String)]) -> Vec<Value> {
    let mut times: Vec<Value> = Vec::new();
    let mut add = |time: &str, steps: Vec<Step>| {
        let fits = (1..=LONGEST_TIME).contains(&time.len()) && times.len() < MOST_TIMES;
        if fits && times.iter().all(|(other, _)| other != time) {
            times.push((time.to_owned(), steps));
        }
    };
    if let Some(own) = scheme.and_then(|scheme| own_time(scheme, header, headers)) {
        add(&own, Vec::new());
    }
    let is_time =
        |text: &str| matches!(text.len(), 9..=19) && text.bytes().all(|byte| byte.is_ascii_digit());
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        if ["time", "date", "sign"].iter().all(|part| !lower.contains(part)) {
            continue;
        }
        let parts = value.split([',', ';', ' ', '=']).map(str::trim);
        let mut texts: Vec<&str> = parts.filter(|text| is_time(text)).take(MOST_TIMES).collect();
        if lower.contains("time") && !is_time(value) {
            texts.push(value);
        }
        for text in texts {
            add(text, vec![Step::new(Cause::Scheme, format!("the time in the header `{name}`"))]);
        }
    }
    let found = times.clone();
    let mut add = |time: String, steps: Vec<Step>| {
        if times.iter().all(|(other, _)| *other != time) {
            times.push((time, steps));
        }
    };
    for (time, steps) in found.into_iter().take(4) {
        let with = |words: &str| {
            steps.iter().cloned().chain([Step::new(Cause::TimeUnit, words)]).collect::<Vec<_>>()
        };
        if is_time(&time) {
            add(format!("{time}000"), with("the time in milliseconds"));
            if time.len() > 10 {
                add(time[..time.len() - 3].to_owned(), with("the time in seconds"));
            }
        }
    }
    times
}

/// Returns the time that the scheme reads.
pub(crate) fn own_time(
    scheme: &Scheme,
    header: &str,
    headers: &[(String, String)],
) -> Option<String> {
    let scheme = scheme.describe();
    let value_of = |name: &str| {
        headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    match scheme.timestamp?.place {
        TimestampPlace::Header(names) => {
            let place = scheme.headers.iter().position(|name| name.eq_ignore_ascii_case(header));
            let name = names.get(place.unwrap_or_default()).or(names.first())?;
            value_of(name).map(|value| value.trim().to_owned())
        }
        TimestampPlace::Entry(key) => {
            let Layout::List { separator, assign, .. } = scheme.layout else { return None };
            let mut entries = value_of(header)?.split([separator, ' ']);
            let entry = entries.find_map(|entry| {
                entry.trim().strip_prefix(key).and_then(|rest| rest.strip_prefix(assign))
            });
            entry.map(|time| time.trim().to_owned())
        }
        _ => None,
    }
}

/// Returns the ids of the delivery. That of the scheme comes first.
fn ids(scheme: Option<&Scheme>, header: &str, headers: &[(String, String)]) -> Vec<Value> {
    let mut ids: Vec<Value> = Vec::new();
    let mut add = |id: &str, steps: Vec<Step>| {
        if (1..=LONGEST_ID).contains(&id.len())
            && ids.len() < MOST_IDS
            && ids.iter().all(|(other, _)| other != id)
        {
            ids.push((id.to_owned(), steps));
        }
    };
    let value_of = |name: &str| {
        headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    if let Some(scheme) = scheme.map(Scheme::describe) {
        let place = scheme.headers.iter().position(|name| name.eq_ignore_ascii_case(header));
        let name = scheme.id_headers.get(place.unwrap_or_default()).or(scheme.id_headers.first());
        if let Some(value) = name.and_then(|name| value_of(name)) {
            add(value.trim(), Vec::new());
        }
    }
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        if lower.ends_with("-id") || lower.ends_with("-delivery") {
            let step = Step::new(Cause::Scheme, format!("the id in the header `{name}`"));
            add(value.trim(), vec![step]);
        }
    }
    ids
}

/// The most frames that are tried.
pub(crate) const MOST: usize = 400;

/// The most times of a delivery that are tried.
const MOST_TIMES: usize = 8;

/// The most bytes of a time.
const LONGEST_TIME: usize = 32;

/// The most ids of a delivery that are tried.
const MOST_IDS: usize = 6;

/// The most bytes of an id.
const LONGEST_ID: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(provider: &str, header: &str, headers: &[(&str, &str)]) -> Vec<(String, Vec<Cause>)> {
        let headers: Vec<_> =
            headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let provider = AnyProvider::named(provider).unwrap();
        let url = vec![("https://example.com".to_owned(), Vec::new())];
        frames(Some(&provider), header, &headers, url)
            .into_iter()
            .map(|frame| {
                let text = [&*frame.before, b"*", &*frame.after].concat();
                let causes = frame.steps.iter().map(|step| step.cause).collect();
                (String::from_utf8(text).unwrap(), causes)
            })
            .collect()
    }

    #[test]
    fn begins_with_the_frame_of_the_scheme() {
        let stripe =
            found("stripe", "Stripe-Signature", &[("Stripe-Signature", "t=1700000000,v1=a")]);
        assert_eq!(stripe[0], ("1700000000.*".to_owned(), vec![]));
        let has = |text: &str, causes: &[Cause]| {
            stripe.iter().any(|(found, of)| found == text && of == causes)
        };
        assert!(has("*", &[Cause::TimeUnsigned]));
        assert!(has("v0:1700000000:*", &[Cause::Scheme]));
        assert!(has("1700000000000.*", &[Cause::TimeUnit]));
        let svix = found(
            "standard-webhooks",
            "svix-signature",
            &[("svix-id", "msg_1"), ("svix-timestamp", "1700000000"), ("svix-signature", "v1,a")],
        );
        assert_eq!(svix[0], ("msg_1.1700000000.*".to_owned(), vec![]));
        assert_eq!(found("github", "X-Hub-Signature-256", &[])[0], ("*".to_owned(), vec![]));
    }
}
