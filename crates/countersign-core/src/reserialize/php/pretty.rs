//! `JSON_PRETTY_PRINT`: indents a text that PHP wrote without the flag.

/// Returns the text with a line for each item and member. Returns `None` if it would be longer than
/// the limit.
pub(in super::super) fn indented(compact: &[u8], limit: usize) -> Option<Vec<u8>> {
    // The text is measured first, because its length can exceed the limit hundreds of times.
    let mut length = 0;
    lay_out(compact, |piece, gap, spaces| length += piece.len() + gap.len() + spaces);
    if length > limit {
        return None;
    }
    let mut text = Vec::with_capacity(length);
    lay_out(compact, |piece, gap, spaces| {
        text.extend_from_slice(piece);
        text.extend_from_slice(gap);
        text.resize(text.len() + spaces, b' ');
    });
    Some(text)
}

/// Passes the pieces of the text to `write`, in order. After each piece, a gap follows, and then a
/// number of spaces.
fn lay_out(compact: &[u8], mut write: impl FnMut(&[u8], &[u8], usize)) {
    let (mut start, mut at, mut indent) = (0, 0, 0_usize);
    while let Some(byte) = compact.get(at) {
        at += 1;
        match byte {
            b'"' => {
                at = string_end(compact, at);
                continue;
            }
            b':' => write(&compact[start..at], b" ", 0),
            b',' => write(&compact[start..at], b"\n", indent),
            b'[' | b'{' => {
                if let Some(b']' | b'}') = compact.get(at) {
                    at += 1;
                    continue;
                }
                indent += INDENT;
                write(&compact[start..at], b"\n", indent);
            }
            b']' | b'}' => {
                indent = indent.saturating_sub(INDENT);
                at -= 1;
                write(&compact[start..at], b"\n", indent);
                // The bracket begins the next piece.
                start = at;
                at += 1;
                continue;
            }
            _ => continue,
        }
        start = at;
    }
    write(&compact[start..], b"", 0);
}

/// Returns the position after a string. `at` is the position after its opening quote.
fn string_end(compact: &[u8], mut at: usize) -> usize {
    loop {
        at += match compact.get(at) {
            None => return compact.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => 2,
            Some(_) => 1,
        };
    }
}

const INDENT: usize = 4;
