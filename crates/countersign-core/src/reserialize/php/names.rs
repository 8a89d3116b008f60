//! Names of the options of `json_decode` and `json_encode`, for stored deliveries.

use super::{JsonEncode, Unescaped};

impl JsonEncode {
    /// Returns the names of the options that differ from [`JsonEncode::DEFAULT`].
    pub(crate) fn option_names(self) -> impl Iterator<Item = &'static str> {
        let Self { associative, unescaped, preserve_zero_fraction, pretty } = self;
        let Unescaped { slashes, unicode, line_terminators } = unescaped;
        let names = [
            (associative, ASSOCIATIVE),
            (slashes, SLASHES),
            (unicode, UNICODE),
            (line_terminators, LINE_TERMINATORS),
            (preserve_zero_fraction, ZERO_FRACTION),
            (pretty, PRETTY),
        ];
        names.into_iter().filter_map(|(is_set, name)| is_set.then_some(name))
    }

    /// Returns the arguments with these options, or `None` if a name is unknown.
    pub(crate) fn with_options<'a>(names: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut encode = Self::DEFAULT;
        for name in names {
            encode = match name {
                ASSOCIATIVE => encode.associative(true),
                SLASHES => encode.unescaped_slashes(true),
                UNICODE => encode.unescaped_unicode(true),
                LINE_TERMINATORS => encode.unescaped_line_terminators(true),
                ZERO_FRACTION => encode.preserve_zero_fraction(true),
                PRETTY => encode.pretty(true),
                _ => return None,
            };
        }
        Some(encode)
    }
}

const ASSOCIATIVE: &str = "associative";
const SLASHES: &str = "slashes";
const UNICODE: &str = "unicode";
const LINE_TERMINATORS: &str = "line_terminators";
const ZERO_FRACTION: &str = "zero_fraction";
const PRETTY: &str = "pretty";
