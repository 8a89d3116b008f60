//! The pass over the tokens: reads the text once, and writes it as the language does.

use super::{
    GROWTH, Serializer, number,
    open_members::{Mark, Members},
    reordering::Reordering,
    string,
};

/// A walk through a text, with the output so far.
pub(super) struct Walk<'a, S> {
    text: &'a str,
    at: usize,
    out: Vec<u8>,
    /// The open arrays and objects, outermost first.
    open: Vec<Open>,
    members: Members,
    settle: Reordering,
    serializer: S,
}

/// An open array or object.
#[derive(Clone, Copy)]
enum Open {
    Array,
    Object { mark: Mark },
}

impl<'a, S: Serializer> Walk<'a, S> {
    /// Writes the text of the serializer. Returns `None` for input that the serializer rejects.
    pub(super) fn over(text: &'a str, serializer: S) -> Option<Vec<u8>> {
        // With this limit, a position in the output fits into 32 bits.
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut walk = Self {
            text,
            at: 0,
            out: Vec::with_capacity(text.len() + text.len() / 4),
            open: Vec::new(),
            members: Members::new(serializer.order()),
            settle: Reordering::default(),
            serializer,
        };
        walk.run()?;
        let written = walk.settle.apply(walk.out, walk.serializer.item_separator());
        let is_text = !walk.serializer.writes_invalid() || str::from_utf8(&written).is_ok();
        is_text.then_some(written)
    }

    fn run(&mut self) -> Option<()> {
        loop {
            if self.value()? {
                // An array or object has opened: its first value is next.
                continue;
            }
            // A value has ended. Arrays and objects that it completes end here, too.
            loop {
                self.skip_space();
                let Some(open) = self.open.last().copied() else {
                    return (self.at == self.text.len()).then_some(());
                };
                let byte = self.next()?;
                match (open, byte) {
                    (Open::Array, b',') => {
                        self.out.extend_from_slice(self.serializer.item_separator());
                        break;
                    }
                    (Open::Array, b']') => self.out.push(b']'),
                    (Open::Object { .. }, b',') => {
                        self.members.end_value(self.out.len());
                        self.out.extend_from_slice(self.serializer.item_separator());
                        self.skip_space();
                        self.key()?;
                        break;
                    }
                    (Open::Object { mark }, b'}') => {
                        self.members.end_value(self.out.len());
                        let is_list = self.members.close(mark, &mut self.out, &mut self.settle);
                        self.out.push(if is_list { b']' } else { b'}' });
                    }
                    _ => return None,
                }
                self.open.pop();
            }
        }
    }

    /// Reads a whole value, or the beginning of an array or object that is not empty. Returns
    /// `true` in the second case.
    fn value(&mut self) -> Option<bool> {
        self.skip_space();
        let start = self.at;
        match self.next()? {
            b'"' => self.string()?,
            b'{' => {
                if !self.is_empty(b'}')? {
                    self.out.push(b'{');
                    self.open.push(Open::Object { mark: self.members.open() });
                    self.key()?;
                    return Some(true);
                }
                self.out.extend_from_slice(self.serializer.empty_object());
            }
            b'[' => {
                if !self.is_empty(b']')? {
                    self.out.push(b'[');
                    self.open.push(Open::Array);
                    return Some(true);
                }
                self.out.extend_from_slice(b"[]");
            }
            b't' => self.literal(start, "true")?,
            b'f' => self.literal(start, "false")?,
            b'n' => self.literal(start, "null")?,
            b'N' if self.serializer.has_constants() => self.literal(start, "NaN")?,
            b'I' if self.serializer.has_constants() => self.literal(start, "Infinity")?,
            b'-' if self.serializer.has_constants() && self.peek() == Some(b'I') => {
                self.literal(start, "-Infinity")?;
            }
            b'-' | b'0'..=b'9' => {
                let token = number::Token::read(&self.text[start..])?;
                self.at = start + token.len();
                self.serializer.number(token, &mut self.out)?;
            }
            _ => return None,
        }
        Some(false)
    }

    fn key(&mut self) -> Option<()> {
        let start = self.out.len();
        if self.next()? != b'"' {
            return None;
        }
        self.string()?;
        if !self.serializer.accepts_key(&self.out[start..]) {
            return None;
        }
        self.members.begin(start, &self.out);
        self.skip_space();
        if self.next()? != b':' {
            return None;
        }
        self.out.extend_from_slice(self.serializer.key_separator());
        Some(())
    }

    /// Reads the rest of a string after its opening quote.
    fn string(&mut self) -> Option<()> {
        self.at = string::copy(self.text, self.at, self.serializer.charset(), &mut self.out)?;
        Some(())
    }

    fn literal(&mut self, start: usize, literal: &str) -> Option<()> {
        if !self.text.as_bytes()[start..].starts_with(literal.as_bytes()) {
            return None;
        }
        self.at = start + literal.len();
        self.out.extend_from_slice(literal.as_bytes());
        Some(())
    }

    /// Reads on after an opening bracket, and returns whether the closing one is next. Returns
    /// `None` if the array or object is too deep.
    fn is_empty(&mut self, close: u8) -> Option<bool> {
        self.skip_space();
        let is_empty = self.peek()? == close;
        self.at += usize::from(is_empty);
        self.serializer.allows_depth(self.open.len() + 1, is_empty).then_some(is_empty)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

/// Longest text, in bytes. Positions in the output have 32 bits, and the output is at most six
/// times as long as the text.
const MAX_LENGTH: usize = u32::MAX as usize / GROWTH;
