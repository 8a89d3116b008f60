//! The styles in which programs write JSON.

/// A style of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(super) space: Space,
    pub(super) strings: Strings,
    pub(super) order: Order,
    /// True if members whose value is `null` are left out.
    pub(super) is_dense: bool,
}

/// The order of an object's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Order {
    AsReceived,
    /// By code points.
    Sorted,
    /// By length, then by bytes.
    ByLength,
}

/// White space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// None.
    Compact,
    /// One space after each comma and colon.
    Spaced,
    /// One space after each colon, and line breaks with this indentation.
    Indented(&'static str),
    /// The same, with one space before each colon, too.
    Jackson,
}

/// The escapes of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strings {
    /// Those of the received text.
    AsReceived,
    /// Only those that JSON needs.
    Least,
    /// All characters beyond ASCII.
    Ascii,
    /// The same, and slashes.
    AsciiAndSlash,
    /// Slashes.
    Slash,
    /// `<`, `>`, `&` and the separators U+2028 and U+2029.
    Html,
    /// `<`, `>`, `&`, `=` and `'`.
    Gson,
    /// All characters beyond ASCII and those of HTML, with upper-case digits.
    DotNet,
}

/// The source of the numbers in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    AsReceived,
    JavaScript,
    Python,
    Php,
}

/// Returns all styles, the most frequent ones first.
pub(crate) fn styles() -> impl Iterator<Item = Style> {
    ORDERS.into_iter().flat_map(|(order, is_dense)| {
        SPACES.into_iter().flat_map(move |space| {
            let style = move |strings| Style { space, strings, order, is_dense };
            STRINGS.into_iter().map(style).filter(|style| style.occurs())
        })
    })
}

const ORDERS: [(Order, bool); 4] = [
    (Order::AsReceived, false),
    (Order::Sorted, false),
    (Order::ByLength, false),
    (Order::AsReceived, true),
];

const SPACES: [Space; 6] = [
    Space::Compact,
    Space::Spaced,
    Space::Indented("  "),
    Space::Indented("    "),
    Space::Indented("\t"),
    Space::Jackson,
];

const STRINGS: [Strings; 8] = [
    Strings::Least,
    Strings::Ascii,
    Strings::AsciiAndSlash,
    Strings::Slash,
    Strings::AsReceived,
    Strings::Html,
    Strings::Gson,
    Strings::DotNet,
];

impl Style {
    /// Returns whether a library that is known writes this style.
    fn occurs(self) -> bool {
        use Space::{Compact, Indented, Jackson, Spaced};
        let is_plain = matches!(self.strings, Strings::Least | Strings::AsReceived);
        if self.order == Order::ByLength {
            // PostgreSQL's `jsonb`, and MySQL's JSON.
            return is_plain && self.space == Spaced;
        }
        if self.is_dense {
            let is_ascii = self.strings == Strings::Ascii;
            return (is_plain || is_ascii) && matches!(self.space, Compact | Spaced);
        }
        match self.strings {
            Strings::Html | Strings::Gson | Strings::DotNet => {
                matches!(self.space, Compact | Indented("  "))
            }
            Strings::AsciiAndSlash => matches!(self.space, Compact | Indented("    ")),
            // Swift writes a space before each colon.
            Strings::Slash => matches!(self.space, Compact | Indented("    ") | Jackson),
            Strings::Ascii => self.space != Jackson,
            Strings::AsReceived | Strings::Least => true,
        }
    }

    /// Returns the style in words, with the code that usually writes it.
    pub(crate) fn in_words(self, numbers: Numbers) -> String {
        let layout = match self.space {
            Space::Compact => "compact",
            Space::Spaced => "with a space after each comma and colon",
            Space::Indented("  ") => "indented by 2 spaces",
            Space::Indented("    ") => "indented by 4 spaces",
            Space::Indented(_) => "indented by tabs",
            Space::Jackson => "indented by 2 spaces, with a space before each colon",
        };
        let escapes = match self.strings {
            Strings::AsReceived | Strings::Least => "",
            Strings::Ascii => ", escaped to ASCII",
            Strings::AsciiAndSlash => ", escaped to ASCII, with escaped slashes",
            Strings::Slash => ", with escaped slashes",
            Strings::Html => ", with escaped <, > and &",
            Strings::Gson => ", with escaped <, >, &, = and '",
            Strings::DotNet => ", with the escapes of .NET",
        };
        let order = match self.order {
            Order::AsReceived => "",
            Order::Sorted => ", with sorted keys",
            Order::ByLength => ", with keys sorted by their length",
        };
        let dense = if self.is_dense { ", without members that are null" } else { "" };
        let numbers = match numbers {
            Numbers::AsReceived => "",
            Numbers::JavaScript => ", with JavaScript's numbers",
            Numbers::Python => ", with Python's numbers",
            Numbers::Php => ", with PHP's numbers",
        };
        let code = self.code().map(|code| format!(" (such as {code})")).unwrap_or_default();
        format!("the body as JSON, {layout}{escapes}{order}{dense}{numbers}{code}")
    }

    /// Returns the code that usually writes this style.
    fn code(self) -> Option<&'static str> {
        use Space::{Compact, Indented, Jackson, Spaced};
        use Strings::{Ascii, AsciiAndSlash, DotNet, Gson, Html, Least, Slash};
        if self.order == Order::ByLength {
            return Some("PostgreSQL's `jsonb` as text");
        }
        if self.is_dense {
            return None;
        }
        Some(match (self.space, self.strings, self.order == Order::Sorted) {
            (Compact, Least, false) => "JavaScript's `JSON.stringify(data)`",
            (Indented("  "), Least, false) => "JavaScript's `JSON.stringify(data, null, 2)`",
            (Indented("    "), Least, false) => "JavaScript's `JSON.stringify(data, null, 4)`",
            (Indented("\t"), Least, false) => "JavaScript's `JSON.stringify(data, null, '\\t')`",
            (Spaced, Ascii, false) => "Python's `json.dumps(data)`",
            (Spaced, Ascii, true) => "Python's `json.dumps(data, sort_keys=True)`",
            (Spaced, Least, false) => "Python's `json.dumps(data, ensure_ascii=False)`",
            (Compact, Ascii, false) => "Python's `json.dumps(data, separators=(',', ':'))`",
            (Compact, Ascii, true) => {
                "Python's `json.dumps(data, separators=(',', ':'), sort_keys=True)`"
            }
            (Indented("    "), Ascii, false) => "Python's `json.dumps(data, indent=4)`",
            (Indented("  "), Ascii, false) => "Python's `json.dumps(data, indent=2)`",
            (Compact, AsciiAndSlash, false) => "PHP's `json_encode($data)`",
            (Compact, Slash, false) => "PHP's `json_encode($data, JSON_UNESCAPED_UNICODE)`",
            (Indented("    "), AsciiAndSlash, false) => {
                "PHP's `json_encode($data, JSON_PRETTY_PRINT)`"
            }
            (Compact, Html, true) => "Go's `json.Marshal` of a map",
            (Compact, Html, false) => "Go's `json.Marshal`, or Ruby on Rails' `to_json`",
            (Compact, Gson, _) => "Java's Gson",
            (Compact, DotNet, _) => ".NET's `JsonSerializer`",
            (Jackson, Least, _) => "Java's Jackson with indentation",
            (Jackson, Slash, _) => "Swift's `JSONEncoder` with `prettyPrinted`",
            _ => return None,
        })
    }
}
