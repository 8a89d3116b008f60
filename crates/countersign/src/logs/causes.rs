//! An error and all its causes, in one line of a log.

use std::{error::Error, fmt};

/// Writes an error and its sources, the root cause last: `db error: ERROR: relation "x" does not
/// exist`.
///
/// # Security
///
/// Only the first line of each error is written, because databases quote rows in the other lines,
/// as PostgreSQL does after `DETAIL:`. Control characters are escaped, so that an error cannot add
/// a line to the log.
pub(crate) struct Causes<'a>(&'a (dyn Error + 'static));

impl<'a> Causes<'a> {
    /// Returns an error with its causes.
    pub(crate) fn from(error: &'a (dyn Error + 'static)) -> Self {
        Self(error)
    }

    /// Returns the causes of an error, without the error itself.
    pub(crate) fn of(error: &'a (dyn Error + 'static)) -> Option<Self> {
        error.source().map(Self)
    }
}

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = String::new();
        let chain = std::iter::successors(Some(self.0), |&error| error.source());
        for error in chain.take(MOST) {
            let text = first_line(&error.to_string());
            // Many errors repeat the text of their source.
            if text.is_empty() || last.contains(&text) {
                continue;
            }
            if !last.is_empty() {
                f.write_str(": ")?;
            }
            f.write_str(&text)?;
            last = text;
        }
        Ok(())
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    let mut escaped = String::new();
    for character in line.chars().take(LONGEST) {
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Greatest number of errors that are written of one chain. Chains of client libraries are shorter,
/// and an error that is its own source would never end.
const MOST: usize = 16;

/// The number of characters that are written of each error.
const LONGEST: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain of errors, each caused by the next.
    #[derive(Debug)]
    struct Chain(&'static str, Option<Box<Self>>);

    impl fmt::Display for Chain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Chain {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|source| source as _)
        }
    }

    fn written(texts: &[&'static str]) -> Option<String> {
        let mut texts = texts.iter().rev();
        let last = Chain(texts.next()?, None);
        let first = texts.fold(last, |source, text| Chain(text, Some(Box::new(source))));
        Causes::of(&first).map(|causes| causes.to_string())
    }

    #[test]
    fn writes_each_cause_once_down_to_the_root() {
        for (texts, expected) in [
            (&["the store failed"][..], None),
            (&["the store failed", "db error"], Some("db error")),
            (&["failed", "db error", "ERROR: no table"], Some("db error: ERROR: no table")),
            (
                &["failed", "no pool: refused", "refused", "os error 111"],
                Some("no pool: refused: os error 111"),
            ),
            (&["failed", "", "refused"], Some("refused")),
        ] {
            assert_eq!(written(texts).as_deref(), expected);
        }
    }

    #[test]
    fn writes_one_line_and_no_details() {
        let text = "ERROR: duplicate key\nDETAIL: Key (id)=(4242) already exists.";
        assert_eq!(written(&["failed", text]).unwrap(), "ERROR: duplicate key");
        assert_eq!(written(&["failed", "a\u{1b}[2Jb\rc"]).unwrap(), "a\\u{1b}[2Jb\\rc");
        let long: &'static str = Box::leak("x".repeat(10_000).into_boxed_str());
        assert_eq!(written(&["failed", long]).unwrap().len(), LONGEST);
    }

    #[test]
    fn ends_for_a_chain_without_end() {
        #[derive(Debug)]
        struct Endless;

        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("endless")
            }
        }

        impl Error for Endless {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        assert_eq!(Causes::of(&Endless).unwrap().to_string(), "endless");
    }
}
