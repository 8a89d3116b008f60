//! Encodings of the body's text.

use std::ops::ControlFlow;

use unicode_normalization::UnicodeNormalization;

use super::Visitor;
use crate::{Cause, Step};

pub(super) fn visit<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    let mut take =
        |text: &[u8], words: &str| visitor(text, Step::new(Cause::BodyTextEncoding, words));
    match body.strip_prefix(BOM) {
        Some(text) => take(text, "the body without the byte order mark at its start")?,
        None => take(&[BOM, body].concat(), "the body with a byte order mark at its start")?,
    }
    if let Some(text) = utf16(body) {
        take(text.as_bytes(), "the body, converted from UTF-16 to UTF-8")?;
    }
    if let Ok(text) = str::from_utf8(body) {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        take(&wide, "the body, converted from UTF-8 to UTF-16")?;
    }
    if body.is_ascii() {
        return ControlFlow::Continue(());
    }
    let Ok(text) = str::from_utf8(body) else {
        take(windows_1252(body).as_bytes(), "the body, converted from Windows-1252 to UTF-8")?;
        let latin_1: String = body.iter().copied().map(char::from).collect();
        take(latin_1.as_bytes(), "the body, converted from Latin-1 to UTF-8")?;
        let lossy = String::from_utf8_lossy(body);
        return take(
            lossy.as_bytes(),
            "the text with U+FFFD instead of the bytes that are not UTF-8",
        );
    };
    if let Some(bytes) = latin_1_bytes(text) {
        // The bytes of UTF-8 that were read as Latin-1, and encoded a second time.
        let words = match str::from_utf8(&bytes) {
            Ok(_) => "the text without its second encoding: UTF-8 was read as Latin-1",
            Err(_) => "the body, converted from UTF-8 to Latin-1",
        };
        take(&bytes, words)?;
    }
    if let Some(bytes) = windows_1252_bytes(text) {
        let words = match str::from_utf8(&bytes) {
            Ok(_) => "the text without its second encoding: UTF-8 was read as Windows-1252",
            Err(_) => "the body, converted from UTF-8 to Windows-1252",
        };
        take(&bytes, words)?;
    }
    let twice: String = body.iter().copied().map(char::from).collect();
    take(twice.as_bytes(), "the text encoded twice: UTF-8 that was read as Latin-1")?;
    take(
        windows_1252(body).as_bytes(),
        "the text encoded twice: UTF-8 that was read as Windows-1252",
    )?;
    let questions: Vec<u8> = text
        .encode_utf16()
        .map(|unit| if unit < 0x80 { unit.to_le_bytes()[0] } else { b'?' })
        .collect();
    take(&questions, "the text with ? for each character beyond ASCII (two for an emoji)")?;
    let questions: String =
        text.chars().map(|character| if character.is_ascii() { character } else { '?' }).collect();
    take(questions.as_bytes(), "the text with ? instead of characters beyond ASCII")?;
    let low: Vec<u8> = text.encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect();
    take(&low, "the text with only the low byte of each character, as Node.js' `latin1`")?;
    take(text.nfc().collect::<String>().as_bytes(), "the body, converted to Unicode's form NFC")?;
    take(text.nfd().collect::<String>().as_bytes(), "the body, converted to Unicode's form NFD")
}

const BOM: &[u8] = b"\xef\xbb\xbf";

fn utf16(body: &[u8]) -> Option<String> {
    let (bytes, is_big) = match body {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [_, 0, ..] => (body, false),
        [0, ..] => (body, true),
        _ => return None,
    };
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let units = pairs
        .iter()
        .map(|pair| if is_big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

fn latin_1_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

fn windows_1252(body: &[u8]) -> String {
    body.iter()
        .map(|byte| match byte {
            0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
            byte => char::from(*byte),
        })
        .collect()
}

fn windows_1252_bytes(text: &str) -> Option<Vec<u8>> {
    let byte = |character: char| match WINDOWS_1252.iter().position(|other| *other == character) {
        Some(place) => u8::try_from(place + 0x80).ok(),
        None => u8::try_from(u32::from(character)).ok().filter(|byte| !(0x80..0xa0).contains(byte)),
    };
    text.chars().map(byte).collect()
}

/// The characters of the bytes 0x80 to 0x9f (<https://encoding.spec.whatwg.org/#windows-1252>).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &[u8]) -> Vec<Vec<u8>> {
        let mut texts = Vec::new();
        let _ = visit::<()>(body, &mut |text, _| {
            texts.push(text.to_vec());
            ControlFlow::Continue(())
        });
        texts
    }

    #[test]
    fn finds_the_encodings_of_a_text() {
        for (given, signed) in [
            (&b"Zo\xeb"[..], "Zoë".as_bytes()),
            ("Zoë".as_bytes(), b"Zo\xeb"),
            ("ZoÃ«".as_bytes(), "Zoë".as_bytes()),
            ("Zoë".as_bytes(), "ZoÃ«".as_bytes()),
            (b"\x80", "€".as_bytes()),
            (b"\xef\xbb\xbf{}", b"{}"),
            (b"{}", b"\xef\xbb\xbf{}"),
            (b"\xff\xfea\0", b"a"),
            ("e\u{301}".as_bytes(), "é".as_bytes()),
            (b"a\xff", "a\u{fffd}".as_bytes()),
            ("Zoë".as_bytes(), b"Zo?"),
        ] {
            assert!(texts(given).iter().any(|text| text == signed), "{given:?}");
        }
    }
}
