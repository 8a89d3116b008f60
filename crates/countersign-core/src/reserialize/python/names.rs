//! Names of the options of `json.dumps`, for stored deliveries.

use super::JsonDumps;

impl JsonDumps {
    /// Returns the names of the options that differ from [`JsonDumps::DEFAULT`].
    pub(crate) fn option_names(self) -> impl Iterator<Item = &'static str> {
        let Self { compact_items, compact_keys, ensure_ascii, sort_keys } = self;
        let names = [
            (compact_items, COMPACT_ITEMS),
            (compact_keys, COMPACT_KEYS),
            (!ensure_ascii, UNICODE),
            (sort_keys, SORTED),
        ];
        names.into_iter().filter_map(|(is_set, name)| is_set.then_some(name))
    }

    /// Returns the arguments with these options, or `None` if a name is unknown.
    pub(crate) fn with_options<'a>(names: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut dumps = Self::DEFAULT;
        for name in names {
            dumps = match name {
                COMPACT_ITEMS => Self { compact_items: true, ..dumps },
                COMPACT_KEYS => Self { compact_keys: true, ..dumps },
                UNICODE => dumps.ensure_ascii(false),
                SORTED => dumps.sort_keys(true),
                _ => return None,
            };
        }
        Some(dumps)
    }
}

const COMPACT_ITEMS: &str = "compact_items";
const COMPACT_KEYS: &str = "compact_keys";
const UNICODE: &str = "unicode";
const SORTED: &str = "sorted";
