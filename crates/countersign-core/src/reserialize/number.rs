//! Numbers: their grammar, and the shortest decimal of a double.

/// A number as JSON writes it (RFC 8259, section 6).
#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    text: &'a str,
    /// The length up to the fraction or the exponent, in bytes.
    whole: usize,
    has_exponent: bool,
}

impl<'a> Token<'a> {
    /// Reads the number at the start of a text. The text after the number is not checked.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let mut length = usize::from(bytes.first() == Some(&b'-'));
        length += match bytes.get(length)? {
            b'0' => 1,
            b'1'..=b'9' => digits(length),
            _ => return None,
        };
        let whole = length;
        if bytes.get(length) == Some(&b'.') {
            match digits(length + 1) {
                0 => return None,
                count => length += 1 + count,
            }
        }
        let has_exponent = matches!(bytes.get(length), Some(b'e' | b'E'));
        if has_exponent {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            match digits(length + 1 + sign) {
                0 => return None,
                count => length += 1 + sign + count,
            }
        }
        Some(Self { text: &text[..length], whole, has_exponent })
    }

    pub(super) fn len(self) -> usize {
        self.text.len()
    }

    /// Returns the sign and the digits, if the number has neither a fraction nor an exponent.
    pub(super) fn integer(self) -> Option<&'a str> {
        (self.whole == self.text.len()).then_some(self.text)
    }

    /// Returns the text of a number with a fraction, if every language writes the text unchanged:
    /// no shorter decimal has the same double, and the number needs no exponent.
    pub(super) fn shortest(self) -> Option<&'a str> {
        let fraction = &self.text[self.whole..];
        // Two different decimals of up to fifteen digits never have the same double, so no shorter
        // decimal has this double.
        let is_shortest = !self.has_exponent
            && self.text.len() <= 1 + 15
            && !fraction.ends_with('0')
            && !fraction.starts_with(".0000");
        (is_shortest && !fraction.is_empty()).then_some(self.text)
    }

    /// Returns the nearest double. It is infinite for a number that is too large.
    pub(super) fn double(self) -> f64 {
        // Rust parses every number of JSON's grammar.
        self.text.parse().unwrap_or(f64::NAN)
    }
}

/// Returns a double as an integer, if it is one from 1 to 2⁵³ - 1. All digits of such an integer
/// are in its shortest decimal.
pub(super) fn as_integer(double: f64) -> Option<u64> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    let is_exact = (1.0..EXACT).contains(&double) && double.trunc() == double;
    is_exact.then_some(double as u64)
}

/// The shortest decimal of a double: `0.d₁d₂… × 10^point`.
pub(super) struct Decimal {
    digits: [u8; 17],
    count: usize,
    pub(super) point: i32,
}

impl Decimal {
    /// Returns the decimal of a double that is finite and positive.
    pub(super) fn of(double: f64) -> Self {
        let mut buffer = ryu_js::Buffer::new();
        let text = buffer.format_finite(double);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));

        let exponent: i32 = exponent.parse().unwrap_or(0);
        let mut decimal = Self { digits: [b'0'; 17], count: 0, point: exponent };
        decimal.point += i32::try_from(whole.len()).unwrap_or(0);
        let mut end = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            if decimal.count == 0 && digit == b'0' {
                decimal.point -= 1;
                continue;
            }
            // Only zeros follow the 17th digit.
            if let Some(place) = decimal.digits.get_mut(decimal.count) {
                *place = digit;
                decimal.count += 1;
                if digit != b'0' {
                    end = decimal.count;
                }
            }
        }
        decimal.count = end;
        decimal
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.count]
    }

    /// Writes the decimal without an exponent. Returns whether it has a fraction.
    pub(super) fn write_plain(&self, out: &mut Vec<u8>) -> bool {
        let digits = self.digits();
        let Some(whole) = usize::try_from(self.point).ok().filter(|whole| *whole > 0) else {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', self.point.unsigned_abs() as usize));
            out.extend_from_slice(digits);
            return true;
        };
        let (before, after) = digits.split_at(whole.min(digits.len()));
        out.extend_from_slice(before);
        out.extend(std::iter::repeat_n(b'0', whole - before.len()));
        if !after.is_empty() {
            out.push(b'.');
            out.extend_from_slice(after);
        }
        !after.is_empty()
    }

    /// Writes the digits with a point after the first one. If there is only one digit, `otherwise`
    /// follows it.
    pub(super) fn write_mantissa(&self, otherwise: &str, out: &mut Vec<u8>) {
        let (first, rest) = self.digits().split_at(1);
        out.extend_from_slice(first);
        if rest.is_empty() {
            out.extend_from_slice(otherwise.as_bytes());
        } else {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
    }
}
