//! The names of a table and its index.

use std::fmt;

/// The quoted names of a table and its index.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// The table, with its schema if there is one.
    pub(crate) name: String,
    /// The index over `expires_at`. It has no schema here, because an index is in the schema of its
    /// table.
    pub(crate) index: String,
}

/// The error for a text that is not the name of a table.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the name of a table: `table` or `schema.table` of ASCII letters, digits and \
     underscores, which do not begin with a digit; a table's name has at most {LONGEST_TABLE} bytes, \
     a schema's {LONGEST}"
)]
pub struct TableNameError(String);

impl Table {
    /// Parses `table` or `schema.table`.
    pub(crate) fn new(name: &str) -> Result<Self, TableNameError> {
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, name),
        };
        let is_schema = schema.is_none_or(|schema| is_identifier(schema, LONGEST));
        if !is_schema || !is_identifier(table, LONGEST_TABLE) {
            return Err(TableNameError(name.to_owned()));
        }
        // Nothing in an identifier needs to be escaped within quotes.
        let name = match schema {
            Some(schema) => format!("\"{schema}\".\"{table}\""),
            None => format!("\"{table}\""),
        };
        Ok(Self { name, index: format!("\"{table}{INDEX}\"") })
    }
}

/// Writes the same text as `Display`, because a `main` that returns the error prints this.
impl fmt::Debug for TableNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Default for Table {
    /// Returns the names in [`MIGRATION`](crate::MIGRATION).
    fn default() -> Self {
        let (name, index) =
            ("\"countersign_claims\"".to_owned(), "\"countersign_claims_expires_at\"".to_owned());
        Self { name, index }
    }
}

fn is_identifier(text: &str, longest: usize) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins_well = text.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    begins_well && text.len() <= longest && text.bytes().all(is_part)
}

/// The maximum length of a name, in bytes. PostgreSQL truncates longer names.
const LONGEST: usize = 63;

/// The maximum length of a table's name, in bytes. If names were truncated, the indexes of two
/// tables could have the same name, and the second index would not be made.
const LONGEST_TABLE: usize = LONGEST - INDEX.len();

const INDEX: &str = "_expires_at";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_is_a_name() {
        for (name, quoted, index) in [
            ("claims", "\"claims\"", "\"claims_expires_at\""),
            ("app.claims", "\"app\".\"claims\"", "\"claims_expires_at\""),
            ("_a1.Select", "\"_a1\".\"Select\"", "\"Select_expires_at\""),
        ] {
            let table = Table::new(name).unwrap();
            assert_eq!((&*table.name, &*table.index), (quoted, index));
        }
        assert!(Table::new(&format!("{}.{}", "s".repeat(63), "t".repeat(52))).is_ok());
    }

    #[test]
    fn rejects_what_is_not_a_name() {
        let (schema, table) = ("s".repeat(64), "t".repeat(53));
        for name in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "a b",
            "1a",
            "a.1",
            "a-b",
            "a\"b",
            "\"a\"",
            "a'",
            "a;drop table a",
            "a--",
            "a\0",
            "a\n",
            "ä",
            "a$1",
            &format!("{schema}.a"),
            &table,
        ] {
            let error = Table::new(name).map(|table| table.name).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{name:?} is not")), "{error}");
            assert_eq!(format!("{error:?}"), error.to_string());
        }
    }
}
