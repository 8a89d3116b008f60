//! The argument that names a body form.

use countersign_core::scheme::{BodyForm, JsonDumps, JsonEncode};

/// Reads `javascript`, `inflated`, `member:NAME`, or `python` or `php` with options after a colon.
pub(crate) fn parse(text: &str) -> Result<BodyForm, String> {
    let (name, options) = text.split_once(':').unwrap_or((text, ""));
    match (name, options) {
        ("javascript", "") => Ok(BodyForm::JavaScript),
        ("inflated", "") => Ok(BodyForm::Inflated),
        // The program ends soon after: the text need not be freed.
        ("member", member) if !member.is_empty() => {
            Ok(BodyForm::UrlEncodedMember(member.to_owned().leak()))
        }
        ("python", options) => {
            let options = options.split(',').filter(|option| !option.is_empty());
            options.map(str::trim).try_fold(JsonDumps::DEFAULT, option).map(BodyForm::Python)
        }
        ("php", options) => {
            let options = options.split(',').filter(|option| !option.is_empty());
            options.map(str::trim).try_fold(JsonEncode::DEFAULT, php).map(BodyForm::Php)
        }
        _ => Err(format!(
            "{text:?} is not a body form: write javascript, inflated, member:NAME, or python or php \
             with options (python:compact,unicode,sorted; php:array,slashes,unicode,pretty,zero)"
        )),
    }
}

fn option(dumps: JsonDumps, option: &str) -> Result<JsonDumps, String> {
    match option {
        "compact" => Ok(dumps.separators(",", ":")),
        "unicode" => Ok(dumps.ensure_ascii(false)),
        "sorted" => Ok(dumps.sort_keys(true)),
        _ => {
            Err(format!("{option:?} is not an option of python: write compact, unicode or sorted"))
        }
    }
}

fn php(encode: JsonEncode, option: &str) -> Result<JsonEncode, String> {
    match option {
        "array" => Ok(encode.associative(true)),
        "slashes" => Ok(encode.unescaped_slashes(true)),
        "unicode" => Ok(encode.unescaped_unicode(true)),
        "pretty" => Ok(encode.pretty(true)),
        "zero" => Ok(encode.preserve_zero_fraction(true)),
        _ => Err(format!(
            "{option:?} is not an option of php: write array, slashes, unicode, pretty or zero"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_forms() {
        assert_eq!(parse("python").unwrap(), BodyForm::Python(JsonDumps::DEFAULT));
        let compact = JsonDumps::DEFAULT.separators(",", ":").ensure_ascii(false);
        assert_eq!(parse("python:compact,unicode").unwrap(), BodyForm::Python(compact));
        let php = JsonEncode::DEFAULT.associative(true).unescaped_slashes(true);
        assert_eq!(parse("php:array,slashes").unwrap(), BodyForm::Php(php));
        assert_eq!(parse("member:payload").unwrap(), BodyForm::UrlEncodedMember("payload"));
        for wrong in ["", "json", "member:", "javascript:compact", "python:fast", "php:fast"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
