//! Variations of a genuine delivery.

use crate::{
    Delivery, Said, Shape,
    make::{
        List, at, base64, body, id, key, list, odd, other_digit, prefix, repeated_entry, replaced,
        reread, signed, tag, tags, time, timed, url, value,
    },
    shape::{Encoding, Layout, Time, now},
};

/// A name for reports, whether our side accepts the delivery, and a function that makes it if the
/// shape allows it.
pub(crate) type Row = (&'static str, bool, fn(&Shape) -> Option<Delivery>);

/// The row that every library must accept.
pub(crate) const GENUINE: &str = "genuine";

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    (GENUINE, true, |shape| Some(shape.genuine())),

    ("body: a byte changed", false, |shape| body(shape, |body| body[8] ^= 1)),
    ("body: a space behind", false, |shape| body(shape, |body| body.push(b' '))),
    ("body: a newline behind", false, |shape| body(shape, |body| body.push(b'\n'))),
    ("body: a byte order mark before", false, |shape| {
        body(shape, |body| drop(body.splice(0..0, "\u{feff}".bytes())))
    }),
    ("body: truncated", false, |shape| body(shape, |body| body.truncate(body.len() - 1))),
    ("body: emptied", false, |shape| body(shape, Vec::clear)),
    ("body: spelled otherwise", false, |shape| body(shape, |body| body.insert(1, b' '))),
    ("body: a byte that is no UTF-8 for U+FFFD", false, |shape| {
        let said = shape.said_with("{\"a\":\"\u{fffd}\"}".as_bytes());
        let mut delivery = shape.tagged(&said, &shape.tag(&said));
        let end = delivery.body.len() - 2;
        delivery.body.splice(end - 3..end, [0xff]);
        Some(delivery)
    }),

    ("key: another", false, |shape| key(shape, &(shape.key)(shape.secrets[1]))),
    ("key: empty", false, |shape| key(shape, b"")),
    ("key: the secret's text undecoded", false, |shape| {
        let text = shape.secrets[0].as_bytes();
        ((shape.key)(shape.secrets[0]) != text).then(|| key(shape, text))?
    }),
    ("signed: the body alone", false, |shape| {
        let said = shape.said();
        ((shape.signed)(&said) != said.body).then(|| signed(shape, &said, &said.body))
    }),

    ("tag: the first digit changed", false, |shape| tag(shape, |tag| other_digit(tag, 0))),
    ("tag: a digit in the middle changed", false, |shape| tag(shape, |tag| other_digit(tag, 31))),
    ("tag: without its last digit", false, |shape| tag(shape, |tag| tag.truncate(tag.len() - 1))),
    ("tag: the first half", false, |shape| tag(shape, |tag| tag.truncate(32))),
    ("tag: empty", false, |shape| tag(shape, String::clear)),
    ("tag: a digit more", false, |shape| tag(shape, |tag| tag.push('0'))),
    ("tag: twice", false, |shape| tag(shape, |tag| *tag = tag.repeat(2))),
    ("tag: twice with a comma between", false, |shape| {
        // In a list with commas, the second tag is an entry without a key.
        if let Layout::List { separator: ",", .. } = shape.layout {
            return None;
        }
        tag(shape, |tag| *tag = format!("{tag}, {tag}"))
    }),
    ("tag: a space inside", false, |shape| tag(shape, |tag| tag.insert(20, ' '))),
    ("tag: something behind a sign", false, |shape| match shape.layout {
        Layout::Plain => None,
        Layout::Prefix(_) => tag(shape, |tag| tag.push_str("=x")),
        Layout::List { assign, .. } => tag(shape, |tag| tag.push_str(&format!("{assign}x"))),
    }),
    ("tag: hex in upper case", true, |shape| {
        let hex = shape.encoding == Encoding::Hex;
        hex.then(|| tag(shape, |tag| tag.make_ascii_uppercase()))?
    }),
    ("tag: base64 in upper case", false, |shape| {
        base64(shape, |tag| tag.make_ascii_uppercase())
    }),
    ("tag: base64 for URLs", false, |shape| {
        base64(shape, |tag| *tag = tag.replace('+', "-").replace('/', "_"))
    }),
    ("tag: base64 without padding", false, |shape| base64(shape, |tag| tag.truncate(43))),
    ("tag: base64 with more padding", false, |shape| base64(shape, |tag| tag.push('='))),
    ("tag: base64 with bits behind its end", false, |shape| base64(shape, |tag| {
        tag.pop();
        // The two lowest bits of the last digit belong to no byte. For the digits that occur here,
        // the next ASCII character has one of these bits set.
        let last = tag.pop().unwrap_or_default();
        tag.push(char::from(last as u8 + 1));
        tag.push('=');
    })),
    ("tag: hex for base64", false, |shape| base64(shape, |tag| {
        use ::base64::{Engine, engine::general_purpose::STANDARD};
        *tag = hex::encode(STANDARD.decode(&tag).unwrap_or_default());
    })),
    ("tag: base64 for hex", false, |shape| {
        use ::base64::{Engine, engine::general_purpose::STANDARD};
        let hex = shape.encoding == Encoding::Hex;
        hex.then(|| tag(shape, |tag| {
            *tag = STANDARD.encode(hex::decode(&tag).unwrap_or_default());
        }))?
    }),

    ("header: missing", false, |shape| {
        let mut delivery = shape.genuine();
        delivery.headers.remove(0);
        Some(delivery)
    }),
    ("header: empty", false, |shape| value(shape, |_| String::new())),
    ("header: the tag alone", false, |shape| match shape.layout {
        Layout::Plain => None,
        Layout::Prefix(_) | Layout::List { .. } => value(shape, |tag| tag.to_owned()),
    }),
    ("header: the tag in Hookdeck's second one", true, |shape| {
        let mut delivery = shape.genuine();
        let other = shape.tag_over(b"new", &delivery.body);
        let second = ("X-Hookdeck-Signature-2".to_owned(), delivery.headers[0].1.clone());
        (shape.header == "X-Hookdeck-Signature").then(|| {
            delivery.headers[0].1 = other;
            delivery.headers.push(second);
            delivery
        })
    }),
    ("prefix: in upper case", false, |shape| prefix(shape, |prefix| prefix.to_uppercase())),
    ("prefix: another version", false, |shape| {
        prefix(shape, |prefix| prefix.replace("256", "1").replace("v0", "v1"))
    }),
    ("prefix: twice", false, |shape| prefix(shape, |prefix| prefix.repeat(2))),
    ("prefix: without its sign", false, |shape| prefix(shape, |prefix| prefix.replace('=', ""))),

    ("list: unknown entries before and behind", true, |shape| list(shape, |genuine, list| {
        let List { separator, assign, .. } = list;
        format!("w0{assign}1{separator}{genuine}{separator}v99{assign}abc{separator}w")
    })),
    ("list: the tag under another version", false, |shape| list(shape, |genuine, list| {
        replaced(genuine, list, "v9")
    })),
    ("list: the key in upper case", false, |shape| list(shape, |genuine, list| {
        replaced(genuine, list, &list.key.to_uppercase())
    })),
    ("list: the key with a letter before", false, |shape| list(shape, |genuine, list| {
        replaced(genuine, list, &format!("x{}", list.key))
    })),
    ("list: two, the right one first", true, |shape| tags(shape, 0, 1)),
    ("list: two, the right one last", true, |shape| tags(shape, 1, 0)),
    ("list: eight, the right one last", true, |shape| tags(shape, 7, 0)),
    ("list: nine, the right one last", false, |shape| tags(shape, 8, 0)),
    ("list: nine, the right one first", false, |shape| tags(shape, 0, 8)),
    ("list: an empty one behind the right one", true, |shape| list(shape, |genuine, list| {
        let List { separator, assign, key } = list;
        format!("{genuine}{separator}{key}{assign}")
    })),
    ("list: a short one behind the right one", true, |shape| list(shape, |genuine, list| {
        let List { separator, assign, key } = list;
        format!("{genuine}{separator}{key}{assign}abcd")
    })),
    ("list: a space more behind separators", true, |shape| list(shape, |genuine, list| {
        let List { separator, assign, .. } = list;
        format!("w{assign}1{separator}{genuine}").replace(separator, &format!("{separator} "))
    })),
    ("list: a separator behind", true, |shape| list(shape, |genuine, list| {
        (list.separator != " ").then(|| format!("{genuine}{}", list.separator))
    })),
    ("list: the time behind the tag", true, |shape| match (shape.time, shape.layout) {
        (Time::Entry(_), Layout::List { separator, .. }) => {
            list(shape, |genuine, _| {
                let parts = genuine.split_once(separator);
                parts.map(|(time, tag)| format!("{tag}{separator}{time}"))
            })
        }
        _ => None,
    }),

    ("time: changed after signing", false, |shape| time(shape, |said| {
        said.time = shape.time_text(now() + 1);
    })),
    ("time: missing", false, |shape| {
        let said = Said { time: String::new(), ..shape.said() };
        let tag = shape.tag(&said);
        match shape.time {
            Time::None => None,
            Time::Member(_) => {
                let said = Said { body: br#"{"event":"a"}"#.to_vec(), ..said };
                Some(signed(shape, &said, &said.body))
            }
            Time::Header(_) | Time::Entry(_) => {
                let mut delivery = shape.delivery(&said, shape.value(None, &[&tag]));
                if let Time::Header(name) = shape.time {
                    delivery.headers.retain(|(header, _)| header != name);
                }
                Some(delivery)
            }
        }
    }),
    ("time: empty", false, |shape| timed(shape, "", "")),
    ("time: no number", false, |shape| timed(shape, "soon", "soon")),
    ("time: no number, signed as NaN", false, |shape| timed(shape, "soon", "NaN")),
    ("time: negative", false, |shape| {
        let text = format!("-{}", shape.time_text(now()));
        timed(shape, &text, &text)
    }),
    ("time: zero", false, |shape| timed(shape, "0", "0")),
    ("time: with a plus sign", false, |shape| odd(shape, |time| format!("+{time}"), true)),
    ("time: with a plus sign, signed without", false, |shape| {
        odd(shape, |time| format!("+{time}"), false)
    }),
    ("time: with a zero before", true, |shape| match shape.time {
        // A number with this zero is not JSON.
        Time::Member(_) => None,
        _ => odd(shape, |time| format!("0{time}"), true),
    }),
    ("time: with a zero before, signed without", false, |shape| {
        odd(shape, |time| format!("0{time}"), false)
    }),
    ("time: with a fraction", false, |shape| match shape.time {
        Time::Member(_) => None,
        _ => odd(shape, |time| format!("{time}.5"), true),
    }),
    ("time: with a fraction, signed without", false, |shape| match shape.time {
        Time::Member(_) => None,
        _ => odd(shape, |time| format!("{time}.5"), false),
    }),
    ("time: with letters behind", false, |shape| odd(shape, |time| format!("{time}s"), true)),
    ("time: with letters behind, signed without", false, |shape| {
        odd(shape, |time| format!("{time}s"), false)
    }),
    ("time: with an exponent, signed without", false, |shape| match shape.time {
        Time::Member(_) => None,
        _ => odd(shape, |time| format!("{time}e0"), false),
    }),
    ("time: with an underscore", false, |shape| {
        odd(shape, |time| format!("{}_{}", &time[..1], &time[1..]), true)
    }),
    ("time: with an underscore, signed without", false, |shape| {
        odd(shape, |time| format!("{}_{}", &time[..1], &time[1..]), false)
    }),
    ("time: a space before, signed without", false, |shape| match shape.time {
        Time::Entry(_) => odd(shape, |time| format!(" {time}"), false),
        _ => None,
    }),
    ("time: repeated", false, |shape| match shape.time {
        Time::None => None,
        // Node joins two fields of one name like this.
        Time::Header(_) => odd(shape, |time| format!("{time}, {time}"), false),
        Time::Entry(_) => repeated_entry(shape, 0, 0),
        Time::Member(_) => None,
    }),
    ("time: repeated, the last one in time", true, |shape| match shape.time {
        Time::Member(name) => odd(shape, |time| format!("1,\"{name}\":{time}"), true),
        _ => None,
    }),
    ("time: repeated, the first one in time", false, |shape| match shape.time {
        Time::Member(name) => odd(shape, |time| format!("{time},\"{name}\":1"), true),
        _ => None,
    }),
    ("time: repeated, the first one signed", false, |shape| repeated_entry(shape, 0, 1)),
    ("time: repeated, the last one signed", false, |shape| repeated_entry(shape, 1, 0)),
    ("time: in the other unit", false, |shape| {
        let other = Shape { milliseconds: !shape.milliseconds, ..*shape };
        let text = other.time_text(now());
        timed(shape, &text, &text)
    }),
    ("time: of 20 digits", false, |shape| timed(shape, &"9".repeat(20), &"9".repeat(20))),
    ("time: of 400 digits", false, |shape| timed(shape, &"9".repeat(400), &"9".repeat(400))),
    ("time: half the tolerance ago", true, |shape| at(shape, now() - shape.tolerance / 2)),
    ("time: half the tolerance ahead", true, |shape| at(shape, now() + shape.tolerance / 2)),
    ("time: an hour over the tolerance ago", false, |shape| {
        at(shape, now() - shape.tolerance - 3600)
    }),
    ("time: an hour over the tolerance ahead", false, |shape| {
        at(shape, now() + shape.tolerance + 3600)
    }),

    ("id: changed after signing", false, |shape| id(shape, |said| said.id.push('x'))),
    ("id: empty", false, |shape| id(shape, |said| said.id.clear())),
    ("id: a full stop within, signed", false, |shape| {
        shape.id?;
        let said = Said { id: "msg_1.2".to_owned(), ..shape.said() };
        Some(shape.tagged(&said, &shape.tag(&said)))
    }),
    ("id: an old text read otherwise", false, reread),
    ("id: missing, signed as empty", false, |shape| {
        let name = shape.id?;
        let said = Said { id: String::new(), ..shape.said() };
        let mut delivery = shape.tagged(&said, &shape.tag(&said));
        delivery.headers.retain(|(header, _)| header != name);
        Some(delivery)
    }),

    ("url: http", false, |shape| url(shape, |url| *url = url.replace("https", "http"))),
    ("url: a slash behind", false, |shape| url(shape, |url| url.push('/'))),
    ("url: another path", false, |shape| url(shape, |url| url.push('2'))),
    ("url: upper case", false, |shape| url(shape, |url| *url = url.replace("ex", "EX"))),
];
