//! Makes deliveries that no signer makes. Each function returns `None` if it does not apply to the
//! shape.

use crate::{
    Delivery, Said, Shape,
    shape::{Encoding, Layout, Time, now},
};

/// Changes the body after signing.
pub(crate) fn body(shape: &Shape, change: impl Fn(&mut Vec<u8>)) -> Option<Delivery> {
    let mut delivery = shape.genuine();
    change(&mut delivery.body);
    Some(delivery)
}

/// Signs with another key.
pub(crate) fn key(shape: &Shape, key: &[u8]) -> Option<Delivery> {
    let said = shape.said();
    Some(shape.tagged(&said, &shape.tag_over(key, &(shape.signed)(&said))))
}

/// Signs other bytes.
pub(crate) fn signed(shape: &Shape, said: &Said, signed: &[u8]) -> Delivery {
    shape.tagged(said, &shape.tag_over(&(shape.key)(shape.secrets[0]), signed))
}

/// Changes the tag.
pub(crate) fn tag(shape: &Shape, change: impl Fn(&mut String)) -> Option<Delivery> {
    let said = shape.said();
    let mut tag = shape.tag(&said);
    change(&mut tag);
    Some(shape.tagged(&said, &tag))
}

pub(crate) fn other_digit(tag: &mut String, index: usize) {
    let other = if tag[index..].starts_with('1') { "2" } else { "1" };
    tag.replace_range(index..=index, other);
}

/// Changes a base64 tag that contains both `+` and `/`.
pub(crate) fn base64(shape: &Shape, change: impl Fn(&mut String)) -> Option<Delivery> {
    let mut all = (0..).map(|n| {
        let said = shape.said_with(format!(r#"{{"event":"a","data":{n}}}"#).as_bytes());
        (shape.tag(&said), said)
    });
    let special = |tag: &str| tag.contains('+') && tag.contains('/') && !tag.ends_with("8=");
    let found = (shape.encoding == Encoding::Base64).then(|| all.find(|(tag, _)| special(tag)));
    let (mut tag, said) = found??;
    change(&mut tag);
    Some(shape.tagged(&said, &tag))
}

/// Writes the signature header in another form.
pub(crate) fn value(shape: &Shape, write: impl Fn(&str) -> String) -> Option<Delivery> {
    let said = shape.said();
    Some(shape.delivery(&said, write(&shape.tag(&said))))
}

pub(crate) fn prefix(shape: &Shape, change: impl Fn(&str) -> String) -> Option<Delivery> {
    let Layout::Prefix(prefix) = shape.layout else { return None };
    value(shape, |tag| format!("{}{tag}", change(prefix)))
}

/// The parts of a list's syntax.
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub(crate) separator: &'static str,
    pub(crate) assign: &'static str,
    pub(crate) key: &'static str,
}

/// Changes the genuine header of a list.
pub(crate) fn list<T: Into<Option<String>>>(
    shape: &Shape,
    change: impl Fn(&str, List) -> T,
) -> Option<Delivery> {
    let Layout::List { separator, assign, key } = shape.layout else { return None };
    let said = shape.said();
    let genuine = shape.value(Some(&said.time), &[&shape.tag(&said)]);
    let value = change(&genuine, List { separator, assign, key }).into()?;
    Some(shape.delivery(&said, value))
}

pub(crate) fn replaced(genuine: &str, list: List, key: &str) -> String {
    let List { assign, key: genuine_key, .. } = list;
    genuine.replace(&format!("{genuine_key}{assign}"), &format!("{key}{assign}"))
}

/// Puts the right tag among wrong ones.
pub(crate) fn tags(shape: &Shape, before: usize, behind: usize) -> Option<Delivery> {
    let Layout::List { .. } = shape.layout else { return None };
    let said = shape.said();
    let tag = shape.tag(&said);
    let wrong = shape.tag(&Said { body: b"x".to_vec(), ..said.clone() });
    let mut tags = vec![&*wrong; before];
    tags.push(&tag);
    tags.extend(vec![&*wrong; behind]);
    Some(shape.delivery(&said, shape.value(Some(&said.time), &tags)))
}

/// Changes the time after signing.
pub(crate) fn time(shape: &Shape, change: impl Fn(&mut Said)) -> Option<Delivery> {
    let mut said = shape.said();
    let tag = shape.tag(&said);
    change(&mut said);
    said.body = match shape.time {
        Time::None => return None,
        Time::Member(_) => shape.stamped(br#"{"event":"a"}"#, &said.time),
        Time::Header(_) | Time::Entry(_) => said.body,
    };
    Some(shape.tagged(&said, &tag))
}

/// Shows one time and signs another.
pub(crate) fn timed(shape: &Shape, shown: &str, signed: &str) -> Option<Delivery> {
    let body = shape.stamped(br#"{"event":"a","data":{}}"#, shown);
    let said = Said { time: signed.to_owned(), body, ..shape.said() };
    if let Time::None = shape.time {
        return None;
    }
    let tag = shape.tag(&said);
    Some(shape.tagged(&Said { time: shown.to_owned(), ..said }, &tag))
}

pub(crate) fn at(shape: &Shape, seconds: u64) -> Option<Delivery> {
    let text = shape.time_text(seconds);
    timed(shape, &text, &text)
}

/// Writes the time in an odd form, and signs either that form or the usual one.
pub(crate) fn odd(
    shape: &Shape,
    spell: impl Fn(&str) -> String,
    signed_so: bool,
) -> Option<Delivery> {
    let text = shape.time_text(now());
    let shown = spell(&text);
    timed(shape, &shown, if signed_so { &shown } else { &text })
}

/// Makes two entries of the time, each so many seconds after now, and signs the time now.
pub(crate) fn repeated_entry(shape: &Shape, first: u64, second: u64) -> Option<Delivery> {
    let (Time::Entry(name), Layout::List { separator, assign, .. }) = (shape.time, shape.layout)
    else {
        return None;
    };
    let said = shape.said();
    let value = shape.value(None, &[&shape.tag(&said)]);
    let count: u64 = said.time.parse().ok()?;
    let entry = |later: u64| format!("{name}{assign}{}{separator}", count + later);
    Some(shape.delivery(&said, format!("{}{}{value}", entry(first), entry(second))))
}

pub(crate) fn id(shape: &Shape, change: impl Fn(&mut Said)) -> Option<Delivery> {
    shape.id?;
    let mut said = shape.said();
    let tag = shape.tag(&said);
    change(&mut said);
    Some(shape.tagged(&said, &tag))
}

/// Takes the tag of an old delivery whose body holds text that a stranger chose, and moves the
/// boundaries of the id and the time into that text.
pub(crate) fn reread(shape: &Shape) -> Option<Delivery> {
    shape.id?;
    let now = shape.time_text(now());
    let genuine = shape.said_with(format!(r#"{{"text":"no.{now}.[]"}}"#).as_bytes());
    let genuine = Said { time: "1600000000".to_owned(), ..genuine };
    let id = format!(r#"{}.{}.{{"text":"no"#, genuine.id, genuine.time);
    let shifted = Said { id, time: now, body: br#"[]"}"#.to_vec(), ..genuine.clone() };
    Some(shape.tagged(&shifted, &shape.tag(&genuine)))
}

/// Signs another URL than the receiver's.
pub(crate) fn url(shape: &Shape, change: impl Fn(&mut String)) -> Option<Delivery> {
    let genuine = shape.said();
    let mut said = genuine.clone();
    change(&mut said.url);
    let signed = |said| (shape.signed)(said);
    (signed(&said) != signed(&genuine)).then(|| shape.tagged(&said, &shape.tag(&said)))
}
