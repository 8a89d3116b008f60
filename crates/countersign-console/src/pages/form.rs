//! The fields of forms and of queries.

use std::borrow::Cow;

/// The fields of a form that was sent.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let fields = form_urlencoded::parse(bytes).take(MOST);
        Self(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Returns the first value of a field, or an empty text.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn of_query(query: &str) -> Self {
        Self::read(query.as_bytes())
    }
}

/// Encodes a text for the query of a URL.
pub(crate) fn encoded(text: &str) -> Cow<'static, str> {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().into()
}

/// Most fields that are read. No form has as many.
const MOST: usize = 40;
