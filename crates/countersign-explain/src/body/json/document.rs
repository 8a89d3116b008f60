//! A JSON text, parsed without recursion.

use std::{borrow::Cow, cell::OnceCell, collections::HashMap, iter, ops::Range};

use super::style::Order;

/// A JSON text and its values. Numbers and literals keep their text.
pub(crate) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
    /// See [`sorted`](Self::sorted).
    sorted: [OnceCell<HashMap<usize, Vec<usize>>>; 2],
}

/// A value, in the order of the text. The children of an array or object follow it.
pub(super) struct Node {
    /// The key in an object, with its quotes.
    pub(super) key: Option<Range<usize>>,
    pub(super) value: Value,
    /// The index after the last descendant.
    pub(super) end: usize,
}

impl Document<'_> {
    /// Returns the children of an array or object, in their order.
    pub(super) fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes[index].end;
        let next = move |child: &usize| self.nodes.get(*child).map(|node| node.end);
        iter::successors(Some(index + 1), next).take_while(move |child| *child < end)
    }

    /// Returns the children of an object in another order than in the text, if there is one.
    pub(super) fn sorted_children(&self, index: usize, order: Order) -> Option<&[usize]> {
        let is_sorted =
            order != Order::AsReceived && matches!(self.nodes[index].value, Value::Object);
        is_sorted.then(|| self.sorted(order).get(&index).map(Vec::as_slice)).flatten()
    }

    /// Returns whether a value is `null`.
    pub(super) fn is_null(&self, index: usize) -> bool {
        let Value::Scalar(range) = &self.nodes[index].value else { return false };
        &self.text[range.clone()] == "null"
    }

    /// Returns the children of each object in the order of their keys.
    fn sorted(&self, order: Order) -> &HashMap<usize, Vec<usize>> {
        let place = usize::from(order == Order::ByLength);
        self.sorted[place].get_or_init(|| {
            let is_object = |index: &usize| matches!(self.nodes[*index].value, Value::Object);
            let sorted = |index: usize| {
                let mut children: Vec<_> = self.children(index).collect();
                children.sort_by_cached_key(|child| {
                    let key = self.key_of(*child);
                    (if order == Order::ByLength { key.len() } else { 0 }, key)
                });
                (index, children)
            };
            (0..self.nodes.len()).filter(is_object).map(sorted).collect()
        })
    }

    /// Returns the key of a member, without its escapes.
    fn key_of(&self, index: usize) -> Cow<'_, str> {
        let key = self.nodes[index].key.clone().unwrap_or_default();
        let text = &self.text[key];
        match text.contains('\\') {
            true => serde_json::from_str::<String>(text).unwrap_or_default().into(),
            false => text.trim_matches('"').into(),
        }
    }
}

pub(super) enum Value {
    /// A string, number or literal.
    Scalar(Range<usize>),
    Array,
    Object,
}

impl<'a> Document<'a> {
    /// Parses a text. Returns `None` if it is not JSON, or if it has more than [`MOST`] values.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut document = Self { text, nodes: Vec::new(), sorted: Default::default() };
        // The open arrays and objects.
        let mut open: Vec<usize> = Vec::new();
        let mut key = None;
        let mut at = skip_space(bytes, 0);
        loop {
            if document.nodes.len() == MOST {
                return None;
            }
            let index = document.nodes.len();
            let value = match bytes.get(at)? {
                b'{' => Value::Object,
                b'[' => Value::Array,
                b'"' => Value::Scalar(at..string_end(bytes, at)?),
                _ => Value::Scalar(at..scalar_end(bytes, at)?),
            };
            let is_container = !matches!(value, Value::Scalar(_));
            at = if let Value::Scalar(range) = &value { range.end } else { at + 1 };
            document.nodes.push(Node { key: key.take(), value, end: index + 1 });
            if is_container {
                open.push(index);
                at = skip_space(bytes, at);
                let closing = document.closing(index);
                if *bytes.get(at)? != closing {
                    key = document.key(bytes, &mut at, index)?;
                    continue;
                }
            }
            // Close what ends here.
            loop {
                at = skip_space(bytes, at);
                let Some(&parent) = open.last() else {
                    return (at == bytes.len()).then_some(document);
                };
                match *bytes.get(at)? {
                    byte if byte == document.closing(parent) => {
                        at += 1;
                        open.pop();
                        document.nodes[parent].end = document.nodes.len();
                    }
                    b',' if document.nodes.len() > parent + 1 => {
                        at = skip_space(bytes, at + 1);
                        key = document.key(bytes, &mut at, parent)?;
                        break;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Returns the text of a string's content, if the document is one string.
    pub(crate) fn as_string(&self) -> Option<String> {
        match self.nodes.first()?.value {
            Value::Scalar(ref range) if self.text[range.clone()].starts_with('"') => {
                serde_json::from_str(&self.text[range.clone()]).ok()
            }
            _ => None,
        }
    }

    /// Returns the members of the outermost object: the key, and the text of the value.
    pub(crate) fn members(&self) -> Vec<(&'a str, &'a str)> {
        let mut members = Vec::new();
        if !matches!(self.nodes.first().map(|node| &node.value), Some(Value::Object)) {
            return members;
        }
        for node in self.children(0).map(|child| &self.nodes[child]) {
            if let (Some(key), Value::Scalar(range)) = (&node.key, &node.value) {
                members.push((&self.text[key.start + 1..key.end - 1], &self.text[range.clone()]));
            }
        }
        members
    }

    /// Returns the keys of each object, in their order.
    pub(crate) fn keys(&self) -> Vec<Vec<&'a str>> {
        let mut all = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            if !matches!(node.value, Value::Object) {
                continue;
            }
            let key = |child: usize| self.nodes[child].key.clone().map(|key| &self.text[key]);
            all.push(self.children(index).filter_map(key).collect());
        }
        all
    }

    fn closing(&self, index: usize) -> u8 {
        if matches!(self.nodes[index].value, Value::Object) { b'}' } else { b']' }
    }

    /// Reads the key before a value, if the value is in an object.
    fn key(&self, bytes: &[u8], at: &mut usize, parent: usize) -> Option<Option<Range<usize>>> {
        if matches!(self.nodes[parent].value, Value::Array) {
            return Some(None);
        }
        if *bytes.get(*at)? != b'"' {
            return None;
        }
        let key = *at..string_end(bytes, *at)?;
        *at = skip_space(bytes, key.end);
        if *bytes.get(*at)? != b':' {
            return None;
        }
        *at = skip_space(bytes, *at + 1);
        Some(Some(key))
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Returns the end of a string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'"' => return Some(end + 1),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
}

/// Returns the end of a number or literal that begins at `at`.
fn scalar_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}');
    let length = rest.iter().position(is_end).unwrap_or(rest.len());
    let text = &rest[..length];
    let is_number = matches!(text.first(), Some(b'-' | b'0'..=b'9'))
        && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    let is_literal = matches!(text, b"true" | b"false" | b"null");
    (is_number || is_literal).then_some(at + length)
}

/// The most values of a document.
const MOST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json_and_nothing_else() {
        for text in ["{}", " [ ] ", "1", "\"a\"", r#"{"a":[1,{"b":null}],"c":{}}"#, "[[],[]]"] {
            assert!(Document::parse(text).is_some(), "{text}");
        }
        for text in
            ["", "{", "[1,]", "{\"a\"}", "{a:1}", "[1 2]", "{} {}", "tru", "[,1]", "{,}", "\"a"]
        {
            assert!(Document::parse(text).is_none(), "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(Document::parse(&deep).is_some());
    }

    #[test]
    fn finds_members_and_strings() {
        let document = Document::parse(r#"{"a": {"x": 1}, "b": "t", "c": 2}"#).unwrap();
        assert_eq!(document.members(), [("b", "\"t\""), ("c", "2")]);
        assert_eq!(Document::parse(r#""{\"a\":1}""#).unwrap().as_string().unwrap(), "{\"a\":1}");
    }
}
