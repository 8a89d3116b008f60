//! Documents that are JSON, nearly JSON, or not JSON at all.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// A generator of documents. The same seed makes the same documents.
#[derive(Debug)]
pub struct Documents(StdRng);

impl Documents {
    /// Starts a generator with a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Makes the next document. One in four is damaged.
    pub fn next_document(&mut self) -> String {
        let mut text = String::new();
        let depth = match self.0.random_range(0..50) {
            0 => self.0.random_range(10..200),
            1..10 => 0,
            _ => self.0.random_range(1..5),
        };
        self.space(&mut text);
        self.value(depth, &mut text);
        self.space(&mut text);
        if self.one_in(4) {
            self.damage(&mut text);
        }
        text
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.0.random_ratio(1, count)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(&mut self.0).unwrap()
    }

    fn space(&mut self, text: &mut String) {
        if self.one_in(4) {
            for _ in 0..self.0.random_range(0..3) {
                text.push(self.pick(&[' ', '\t', '\n', '\r']));
            }
        }
    }

    fn value(&mut self, depth: u32, text: &mut String) {
        match self.0.random_range(0..if depth > 0 { 10 } else { 6 }) {
            0 => {
                text.push_str(self.pick(&["true", "false", "null", "NaN", "Infinity", "-Infinity"]))
            }
            1..=3 => self.number(text),
            4 | 5 => self.string(text),
            6 | 7 => self.sequence(depth, '[', ']', text, |documents, _, depth, text| {
                documents.value(depth, text);
            }),
            _ => {
                let is_list = self.one_in(6);
                self.sequence(depth, '{', '}', text, |documents, index, depth, text| {
                    // Keys like those of a list, of which some are missing or repeated.
                    match is_list && !documents.one_in(30) {
                        true => text.push_str(&format!("\"{index}\"")),
                        false => documents.key(text),
                    }
                    documents.space(text);
                    text.push(':');
                    documents.space(text);
                    documents.value(depth, text);
                });
            }
        }
    }

    fn sequence(
        &mut self,
        depth: u32,
        open: char,
        close: char,
        text: &mut String,
        item: impl Fn(&mut Self, u32, u32, &mut String),
    ) {
        // Deep documents are narrow, so that they do not grow too large.
        let most = match depth {
            0..3 => 30,
            3..10 => 4,
            _ => 1,
        };
        let count = match self.one_in(4) {
            true => self.0.random_range(0..=most),
            false => self.0.random_range(0..=most.min(4)),
        };
        text.push(open);
        for index in 0..count.max(u32::from(depth > 10)) {
            if index > 0 {
                text.push(',');
            }
            self.space(text);
            item(self, index, depth - 1, text);
            self.space(text);
        }
        text.push(close);
    }

    fn digits(&mut self, from: usize, to: usize, text: &mut String) {
        for _ in 0..self.0.random_range(from..=to) {
            text.push(char::from(self.0.random_range(b'0'..=b'9')));
        }
    }

    fn number(&mut self, text: &mut String) {
        if self.one_in(8) {
            // A double in one of the usual notations, of any magnitude.
            let double = f64::from_bits(self.0.next_u64());
            let double = if double.is_finite() { double } else { 0.5 };
            let printed = match self.0.random_range(0..3) {
                0 => format!("{double:e}"),
                1 => format!("{double:?}"),
                _ => format!("{:.*}", self.0.random_range(1..20), double % 1e6),
            };
            text.push_str(&printed);
            return;
        }
        if self.one_in(3) {
            text.push('-');
        }
        match self.0.random_range(0..20) {
            0..5 => text.push('0'),
            5 => text.push_str(self.pick(&[
                "9007199254740991",
                "9007199254740992",
                "9007199254740993",
                "18446744073709551616",
                "4294967295",
                "999999999999999",
                "1000000000000000",
                "9999999999999999",
            ])),
            6 if self.one_in(40) => {
                text.push('7');
                self.digits(4297, 4301, text);
            }
            length => {
                text.push(char::from(self.0.random_range(b'1'..=b'9')));
                self.digits(0, length, text);
            }
        }
        if self.one_in(2) {
            text.push('.');
            self.digits(1, 20, text);
        }
        if self.one_in(3) {
            text.push(self.pick(&['e', 'E']));
            text.push_str(self.pick(&["", "", "-", "+"]));
            let exponents = [0, 1, 5, 6, 7, 15, 16, 17, 20, 21, 22, 300, 308, 309, 323, 324, 325];
            if self.one_in(2) {
                text.push_str(&self.pick(&exponents).to_string());
            } else {
                self.digits(1, 3, text);
            }
        }
    }

    fn key(&mut self, text: &mut String) {
        match self.0.random_range(0..10) {
            // There are few names, so that some are repeated.
            0..5 => text.push_str(self.pick(&[
                r#""a""#,
                r#""b""#,
                r#""\u0061""#,
                r#""__proto__""#,
                r#""toJSON""#,
                r#""""#,
                r#""é""#,
                r#""\u00e9""#,
                r#""\ud800""#,
                r#""\uffff""#,
                r#""😀""#,
                r#""\ud83d\ude00""#,
            ])),
            5 | 6 => {
                text.push('"');
                text.push_str(&self.0.random_range(0..30).to_string());
                text.push('"');
            }
            7 => text.push_str(self.pick(&[
                r#""4294967294""#,
                r#""4294967295""#,
                r#""4294967296""#,
                r#""9007199254740991""#,
                r#""00""#,
                r#""01""#,
                r#""-0""#,
                r#""-1""#,
                r#""1.0""#,
                r#""1e3""#,
                r#""\u0031""#,
            ])),
            _ => self.string(text),
        }
    }

    fn string(&mut self, text: &mut String) {
        text.push('"');
        let length = match self.one_in(10) {
            true => self.0.random_range(0..60),
            false => self.0.random_range(0..8),
        };
        for _ in 0..length {
            match self.0.random_range(0..20) {
                0..10 => text.push(char::from(self.0.random_range(b' '..=b'~'))),
                10 => text.push_str(
                    self.pick(&["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"]),
                ),
                11 => {
                    let unit = match self.0.random_range(0..4) {
                        0 => self.0.random_range(0..0x100),
                        1 => self.0.random_range(0xd7f0..0xe010),
                        _ => self.0.random_range(0..=0xffff_u32),
                    };
                    text.push_str(&match self.one_in(2) {
                        true => format!("\\u{unit:04x}"),
                        false => format!("\\u{unit:04X}"),
                    });
                }
                12 => {
                    let high = self.0.random_range(0xd800..0xdc00);
                    let low = self.0.random_range(0xdc00..0xe000);
                    text.push_str(&format!("\\u{high:04x}\\u{low:04X}"));
                }
                13 => text.push(self.pick(&['\u{7f}', '\u{80}', '\u{85}', '\u{2028}', '\u{2029}'])),
                14 => text.push(self.pick(&['\u{feff}', '\u{ffff}', '\u{d7ff}', '\u{e000}'])),
                15 => text.push(self.0.random_range('\u{10000}'..='\u{10ffff}')),
                _ => text.push(self.0.random_range('\u{80}'..='\u{ffff}')),
            }
        }
        text.push('"');
    }

    /// Changes one or two characters.
    fn damage(&mut self, text: &mut String) {
        for _ in 0..self.0.random_range(1..3) {
            let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
            let Some(at) = places.choose(&mut self.0).copied() else { return };
            match self.0.random_range(0..4) {
                0 => text.truncate(at),
                1 => drop(text.remove(at)),
                _ => text.insert(
                    at,
                    self.pick(&[
                        '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '+', '.', 'e', 'u', 'N',
                        ' ', '\u{1}', '\u{a0}', '\u{feff}', '\0', 'x', '\'', '/',
                    ]),
                ),
            }
        }
    }
}
