//! Writes a document in a style.

use super::{
    document::{Document, Node, Value},
    style::{Order, Space, Strings, Style},
};

impl Document<'_> {
    /// Writes the document in this style. Returns `None` if a string is not valid, or if the text
    /// is longer than `most` bytes.
    pub(crate) fn write(&self, style: Style, most: usize) -> Option<Vec<u8>> {
        let mut writer = Writer { document: self, style, most, out: Vec::new(), depth: 0 };
        // The nodes that are written next, the last one first.
        let mut todo = vec![Task::Node { index: 0, is_first: true, is_inline: false }];
        while let Some(task) = todo.pop() {
            writer.run(task, &mut todo)?;
            if writer.out.len() > writer.most {
                return None;
            }
        }
        Some(writer.out)
    }

    /// Returns the classes of characters in the strings, on which the styles differ.
    pub(crate) fn distinct_styles(&self) -> impl Iterator<Item = Style> + use<'_> {
        let bytes = self.text.as_bytes();
        let has = |characters: &[u8]| bytes.iter().any(|byte| characters.contains(byte));
        let (is_ascii, has_escapes) = (self.text.is_ascii(), has(b"\\"));
        let (has_slash, has_html) = (has(b"/"), has(b"<>&"));
        let has_gson = has_html || has(b"='");
        let has_net = has_gson || has(b"+`");
        let is_object = |node: &Node| matches!(node.value, Value::Object);
        let has_objects = self.nodes.iter().any(is_object);
        let has_nulls = (0..self.nodes.len()).any(|index| self.is_null(index));
        super::styles().filter(move |style| {
            let differs = match style.strings {
                Strings::Least => true,
                Strings::AsReceived => has_escapes,
                Strings::Ascii => !is_ascii || has_escapes,
                Strings::AsciiAndSlash => has_slash && (!is_ascii || has_escapes),
                Strings::Slash => has_slash,
                Strings::Html => has_html || has_escapes || !is_ascii,
                Strings::Gson => has_gson || has_escapes,
                Strings::DotNet => has_net || has_escapes || !is_ascii,
            };
            differs
                && (has_objects || style.order == Order::AsReceived)
                && (has_nulls || !style.is_dense)
        })
    }
}

#[derive(Clone, Copy)]
enum Task {
    /// A value. With `is_inline`, it is an item of an array that Jackson writes in one line.
    Node {
        index: usize,
        is_first: bool,
        is_inline: bool,
    },
    Close {
        byte: u8,
        is_empty: bool,
    },
}

struct Writer<'d, 'a> {
    document: &'d Document<'a>,
    style: Style,
    most: usize,
    out: Vec<u8>,
    depth: usize,
}

impl Writer<'_, '_> {
    fn run(&mut self, task: Task, todo: &mut Vec<Task>) -> Option<()> {
        let (index, is_first, is_inline) = match task {
            Task::Node { index, is_first, is_inline } => (index, is_first, is_inline),
            Task::Close { byte, is_empty } => {
                self.close(byte, is_empty);
                return Some(());
            }
        };
        let document = self.document;
        let node = document.nodes.get(index)?;
        if index > 0 {
            if !is_first {
                self.out.push(b',');
            }
            match self.style.space {
                Space::Spaced if !is_first => self.out.push(b' '),
                Space::Compact | Space::Spaced => {}
                Space::Jackson if is_inline => self.out.push(b' '),
                Space::Indented(_) | Space::Jackson => self.line(),
            }
        }
        if let Some(key) = &node.key {
            self.string(&document.text[key.clone()])?;
            self.out.extend_from_slice(match self.style.space {
                Space::Compact => b":",
                Space::Jackson => b" : ",
                Space::Spaced | Space::Indented(_) => b": ",
            });
        }
        let (opening, closing) = match &node.value {
            Value::Scalar(range) => {
                let text = &document.text[range.clone()];
                if text.starts_with('"') {
                    self.string(text)?;
                } else {
                    self.out.extend_from_slice(text.as_bytes());
                }
                return Some(());
            }
            Value::Array => (b'[', b']'),
            Value::Object => (b'{', b'}'),
        };
        self.out.push(opening);
        let is_inline = self.style.space == Space::Jackson && closing == b']';
        self.depth += usize::from(!is_inline);
        // Pushed in reverse order, so that the first child is popped first.
        let begin = todo.len() + 1;
        todo.push(Task::Close { byte: closing, is_empty: false });
        let is_dense = self.style.is_dense && closing == b'}';
        let stays = |child: &usize| !is_dense || !document.is_null(*child);
        let task = |index| Task::Node { index, is_first: false, is_inline };
        match document.sorted_children(index, self.style.order) {
            Some(children) => todo.extend(children.iter().copied().filter(stays).map(task)),
            None => todo.extend(document.children(index).filter(stays).map(task)),
        }
        todo[begin..].reverse();
        match todo.last_mut() {
            Some(Task::Node { is_first, .. }) => *is_first = true,
            Some(Task::Close { is_empty, .. }) => *is_empty = true,
            None => {}
        }
        Some(())
    }

    fn close(&mut self, byte: u8, is_empty: bool) {
        let is_jackson = self.style.space == Space::Jackson;
        let is_inline = is_jackson && byte == b']';
        self.depth -= usize::from(!is_inline);
        if is_inline || (is_jackson && is_empty) {
            self.out.push(b' ');
        } else if !is_empty {
            self.line();
        }
        self.out.push(byte);
    }

    fn line(&mut self) {
        let indent = match self.style.space {
            Space::Indented(indent) => indent,
            Space::Jackson => "  ",
            Space::Compact | Space::Spaced => return,
        };
        self.out.push(b'\n');
        for _ in 0..self.depth {
            self.out.extend_from_slice(indent.as_bytes());
        }
    }

    /// Writes a string, which is given with its quotes and escapes.
    fn string(&mut self, text: &str) -> Option<()> {
        if self.style.strings == Strings::AsReceived {
            self.out.extend_from_slice(text.as_bytes());
            return Some(());
        }
        let plain: std::borrow::Cow<'_, str> = if text.contains('\\') {
            serde_json::from_str::<String>(text).ok()?.into()
        } else {
            text[1..text.len() - 1].into()
        };
        self.out.push(b'"');
        // Runs of characters without escapes are copied at once.
        let mut begin = 0;
        for (place, character) in plain.char_indices() {
            if !self.is_special(character) {
                continue;
            }
            self.out.extend_from_slice(&plain.as_bytes()[begin..place]);
            begin = place + character.len_utf8();
            match character {
                '"' if self.style.strings != Strings::DotNet => self.out.extend(b"\\\""),
                '\\' => self.out.extend(b"\\\\"),
                '\n' => self.out.extend(b"\\n"),
                '\r' => self.out.extend(b"\\r"),
                '\t' => self.out.extend(b"\\t"),
                '\u{8}' => self.out.extend(b"\\b"),
                '\u{c}' => self.out.extend(b"\\f"),
                '/' => self.out.extend(b"\\/"),
                character => self.unicode(character),
            }
        }
        self.out.extend_from_slice(&plain.as_bytes()[begin..]);
        self.out.push(b'"');
        Some(())
    }

    /// Returns whether a character is written in another way.
    fn is_special(&self, character: char) -> bool {
        let escapes_slash = matches!(self.style.strings, Strings::AsciiAndSlash | Strings::Slash);
        match character {
            '"' | '\\' | '\0'..' ' => true,
            '/' => escapes_slash,
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => false,
            character => self.escapes(character),
        }
    }

    fn escapes(&self, character: char) -> bool {
        let is_html = matches!(character, '<' | '>' | '&');
        let is_separator = matches!(character, '\u{2028}' | '\u{2029}');
        match self.style.strings {
            Strings::AsReceived | Strings::Least => false,
            Strings::Ascii | Strings::AsciiAndSlash => !character.is_ascii(),
            Strings::Slash => is_separator,
            Strings::Html => is_html || is_separator,
            Strings::Gson => is_html || is_separator || matches!(character, '=' | '\''),
            Strings::DotNet => {
                is_html || !character.is_ascii() || matches!(character, '\'' | '+' | '`' | '\u{7f}')
            }
        }
    }

    fn unicode(&mut self, character: char) {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            let text = match self.style.strings {
                Strings::DotNet => format!("\\u{unit:04X}"),
                _ => format!("\\u{unit:04x}"),
            };
            self.out.extend_from_slice(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, space: Space, strings: Strings, is_sorted: bool) -> String {
        let order = if is_sorted { Order::Sorted } else { Order::AsReceived };
        let style = Style { space, strings, order, is_dense: false };
        let bytes = Document::parse(text).unwrap().write(style, 10_000).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn writes_the_layouts() {
        let text = r#"{ "b":[1 ,{}],"a" : {"z":[]} }"#;
        let least = Strings::Least;
        let compact = r#"{"b":[1,{}],"a":{"z":[]}}"#;
        assert_eq!(written(text, Space::Compact, least, false), compact);
        let spaced = r#"{"a": {"z": []}, "b": [1, {}]}"#;
        assert_eq!(written(text, Space::Spaced, least, true), spaced);
        let indented = "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": {\n    \"z\": []\n  }\n}";
        assert_eq!(written(text, Space::Indented("  "), least, false), indented);
        let jackson = "{\n  \"b\" : [ 1, { } ],\n  \"a\" : {\n    \"z\" : [ ]\n  }\n}";
        assert_eq!(written(text, Space::Jackson, least, false), jackson);
        let objects = "[ {\n  \"a\" : 1\n}, 2 ]";
        assert_eq!(written(r#"[{"a":1},2]"#, Space::Jackson, least, false), objects);
    }

    #[test]
    fn orders_members_and_leaves_nulls_out() {
        let style = |order, is_dense| Style {
            space: Space::Spaced,
            strings: Strings::Least,
            order,
            is_dense,
        };
        let document = Document::parse(r#"{"aaa":null,"b":[null],"c":{"d":null}}"#).unwrap();
        let write = |style| String::from_utf8(document.write(style, 1000).unwrap()).unwrap();
        assert_eq!(
            write(style(Order::ByLength, false)),
            r#"{"b": [null], "c": {"d": null}, "aaa": null}"#
        );
        assert_eq!(write(style(Order::AsReceived, true)), r#"{"b": [null], "c": {}}"#);
    }

    #[test]
    fn writes_the_escapes() {
        let text = "[\"\\u00e9/<\u{1f600}\\\"'\"]";
        for (strings, expected) in [
            (Strings::AsReceived, "[\"\\u00e9/<\u{1f600}\\\"'\"]"),
            (Strings::Least, "[\"é/<\u{1f600}\\\"'\"]"),
            (Strings::Ascii, "[\"\\u00e9/<\\ud83d\\ude00\\\"'\"]"),
            (Strings::AsciiAndSlash, "[\"\\u00e9\\/<\\ud83d\\ude00\\\"'\"]"),
            (Strings::Slash, "[\"é\\/<\u{1f600}\\\"'\"]"),
            (Strings::Html, "[\"é/\\u003c\u{1f600}\\\"'\"]"),
            (Strings::Gson, "[\"é/\\u003c\u{1f600}\\\"\\u0027\"]"),
            (Strings::DotNet, "[\"\\u00E9/\\u003C\\uD83D\\uDE00\\u0022\\u0027\"]"),
        ] {
            assert_eq!(written(text, Space::Compact, strings, false), expected);
        }
    }
}
