use super::super::*;

fn php(text: &str, encode: JsonEncode) -> Option<String> {
    super::super::php(text, encode).map(|bytes| String::from_utf8(bytes).unwrap())
}

const PLAIN: JsonEncode = JsonEncode::DEFAULT;
const ARRAYS: JsonEncode = JsonEncode::DEFAULT.associative(true);

/// The input, and PHP's text of objects and of associative arrays. `!` stands for input that is
/// rejected.
const CASES: &[(&str, &str, &str)] = &[
    // Separators, white space, and input that is not JSON.
    (" [ 1 , \"a\" ,\tnull, true,\r\nfalse ] ", r#"[1,"a",null,true,false]"#, "="),
    ("{\"a\" :1, \"b\":[ ] , \"c\": { } }", r#"{"a":1,"b":[],"c":{}}"#, r#"{"a":1,"b":[],"c":[]}"#),
    ("", "!", "!"),
    ("[1,]", "!", "!"),
    ("TRUE", "!", "!"),
    ("NaN", "!", "!"),
    ("-Infinity", "!", "!"),
    ("\u{feff}1", "!", "!"),
    ("[1}", "!", "!"),
    ("1\0", "!", "!"),
    // Integers of up to 64 bits. Longer ones are floats.
    ("-0", "0", "="),
    ("01", "!", "!"),
    ("9007199254740993", "9007199254740993", "="),
    ("9223372036854775807", "9223372036854775807", "="),
    ("9223372036854775808", "9.223372036854776e+18", "="),
    ("-9223372036854775808", "-9223372036854775808", "="),
    ("-9223372036854775809", "-9.223372036854776e+18", "="),
    ("100000000000000000000", "1.0e+20", "="),
    // Floats.
    ("1.0", "1", "="),
    ("-0.0", "-0", "="),
    ("-0e1", "-0", "="),
    ("1.50", "1.5", "="),
    ("1E5", "100000", "="),
    ("0.1", "0.1", "="),
    ("0.30000000000000004", "0.30000000000000004", "="),
    ("0.0001", "0.0001", "="),
    ("0.00012345", "0.00012345", "="),
    ("0.00001", "1.0e-5", "="),
    ("0.00001234", "1.234e-5", "="),
    ("1e-10", "1.0e-10", "="),
    ("-1e-320", "-1.0e-320", "="),
    ("1e16", "10000000000000000", "="),
    ("12345678901234567.0", "12345678901234568", "="),
    ("1e17", "1.0e+17", "="),
    ("123456789012345678.0", "1.2345678901234568e+17", "="),
    ("1.7976931348623157e308", "1.7976931348623157e+308", "="),
    ("2e-324", "0", "="),
    // PHP reads an infinite number, and cannot write it.
    ("1e1000", "!", "!"),
    ("[-1e1000]", "!", "!"),
    (r#"{"a":1e1000,"a":1}"#, r#"{"a":1}"#, "="),
    (r#"{"a":1,"a":1e1000}"#, "!", "!"),
    // Strings.
    (r#""a\/b/c""#, r#""a\/b\/c""#, "="),
    (r#""\"\\\b\f\n\r\t\u000B\u0000\u001f""#, r#""\"\\\b\f\n\r\t\u000b\u0000\u001f""#, "="),
    ("\"\u{7f}\\u007f'<>&\"", "\"\u{7f}\u{7f}'<>&\"", "="),
    ("\"Zoë ☃ 😀\u{2028}\"", r#""Zo\u00eb \u2603 \ud83d\ude00\u2028""#, "="),
    (r#""\u00EB\uD83D\uDE00\u0041""#, r#""\u00eb\ud83d\ude00A""#, "="),
    (r#""\ud800""#, "!", "!"),
    (r#""\ude00""#, "!", "!"),
    (r#""\ud83d\ud83d\ude00""#, "!", "!"),
    (r#"{"a":"\ud800","a":1}"#, "!", "!"),
    (r#"{"\udfff":1}"#, "!", "!"),
    ("\"\n\"", "!", "!"),
    (r#""\x41""#, "!", "!"),
    // Keys.
    (r#"{"a":1,"b":2,"\u0061":3,"b/":4}"#, r#"{"a":3,"b":2,"b\/":4}"#, "="),
    (r#"{"":1,"_empty_":2,"":3}"#, r#"{"":3,"_empty_":2}"#, "="),
    (r#"{"a\u0000":1}"#, r#"{"a\u0000":1}"#, "="),
    (r#"{"\u0000a":1}"#, "!", r#"{"\u0000a":1}"#),
    (r#"[{"\u0000":1,"a":2}]"#, "!", r#"[{"\u0000":1,"a":2}]"#),
    (r#"{"\\u0000":1}"#, r#"{"\\u0000":1}"#, "="),
    (r#"{"2":1,"b":2,"1":3,"2":4}"#, r#"{"2":4,"b":2,"1":3}"#, "="),
    // Lists.
    (r#"{"0":1}"#, r#"{"0":1}"#, "[1]"),
    (r#"{"0":1,"1":[2],"2":"c"}"#, r#"{"0":1,"1":[2],"2":"c"}"#, r#"[1,[2],"c"]"#),
    (r#"{"1":1,"0":2}"#, r#"{"1":1,"0":2}"#, "="),
    (r#"{"0":1,"2":2}"#, r#"{"0":1,"2":2}"#, "="),
    (r#"{"0":1,"a":2}"#, r#"{"0":1,"a":2}"#, "="),
    (r#"{"1":1}"#, r#"{"1":1}"#, "="),
    (r#"{"00":1}"#, r#"{"00":1}"#, "="),
    (r#"{"-0":1}"#, r#"{"-0":1}"#, "="),
    (r#"{"\u0030":1,"0":2,"1":3,"0":4}"#, r#"{"0":4,"1":3}"#, "[4,3]"),
    (r#"{"1":1,"0":2,"1":3}"#, r#"{"1":3,"0":2}"#, "="),
    (
        r#"{"0":{"0":{"a":{"0":{},"1":{"b":0}}},"1":{"2":3}}}"#,
        r#"{"0":{"0":{"a":{"0":{},"1":{"b":0}}},"1":{"2":3}}}"#,
        r#"[[{"a":[[],{"b":0}]},{"2":3}]]"#,
    ),
    (
        r#"[{"a":{"0":1,"0":2},"b":{"0":{"0":1}},"a":{"0":{"c":1,"c":2}}}]"#,
        r#"[{"a":{"0":{"c":2}},"b":{"0":{"0":1}}}]"#,
        r#"[{"a":[{"c":2}],"b":[[1]]}]"#,
    ),
];

#[test]
fn writes_what_php_does() {
    for (text, objects, arrays) in CASES {
        let arrays = if *arrays == "=" { objects } else { arrays };
        let expected = |text: &str| (text != "!").then(|| text.to_owned());
        assert_eq!(php(text, PLAIN), expected(objects), "{text}");
        assert_eq!(php(text, ARRAYS), expected(arrays), "associative: {text}");
    }
}

#[test]
fn takes_the_flags_that_senders_use() {
    let text = "[\"/\\/ Zoë😀\u{2028}\\u2029\u{2030}\", 1.0, -0.0, 1e5, 1e25, 1.5, 1, {\"/\":[]}]";
    let plain =
        r#"["\/\/ Zo\u00eb\ud83d\ude00\u2028\u2029\u2030",1,-0,100000,1.0e+25,1.5,1,{"\/":[]}]"#;
    for (encode, expected) in [
        (PLAIN, plain.to_owned()),
        (PLAIN.unescaped_line_terminators(true), plain.to_owned()),
        (PLAIN.unescaped_slashes(true), plain.replace("\\/", "/")),
        (PLAIN.preserve_zero_fraction(true), plain.replace(",1,-0,100000,", ",1.0,-0.0,100000.0,")),
        (
            PLAIN.unescaped_unicode(true),
            plain.replace(r"\u00eb\ud83d\ude00", "ë😀").replace(r"\u2030", "\u{2030}"),
        ),
        (
            PLAIN.unescaped_unicode(true).unescaped_line_terminators(true),
            plain.replace(r"\u00eb\ud83d\ude00\u2028\u2029\u2030", "ë😀\u{2028}\u{2029}\u{2030}"),
        ),
    ] {
        assert_eq!(php(text, encode), Some(expected), "{encode:?}");
    }
}

#[test]
fn indents_by_four_spaces() {
    let text = r#"{"a":[],"b":{},"c":[1,{"x:,\"[":"y\\"},[[]]],"a":{"0":[2]}}"#;
    let expected = r#"{
    "a": {
        "0": [
            2
        ]
    },
    "b": {},
    "c": [
        1,
        {
            "x:,\"[": "y\\"
        },
        [
            []
        ]
    ]
}"#;
    assert_eq!(php(text, PLAIN.pretty(true)).as_deref(), Some(expected));
    for scalar in ["[]", "{}", "1", "\"[\"", "null"] {
        assert_eq!(php(scalar, PLAIN.pretty(true)).as_deref(), Some(scalar));
    }
    assert_eq!(php("{\"0\":{}}", ARRAYS.pretty(true)).as_deref(), Some("[\n    []\n]"));
}

#[test]
fn goes_511_levels_deep_and_no_further() {
    for (open, close, inner) in [("[", "]", "[]"), ("[", "]", "{}"), ("{\"a\":", "}", "{}")] {
        for (depth, accepted) in [(200, true), (510, true), (511, false), (100_000, false)] {
            let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(php(&text, PLAIN), accepted.then_some(text.clone()), "{depth}");
            assert_eq!(php(&text, ARRAYS).is_some(), accepted, "{depth}");
        }
    }
    let full = format!("{}1{}", "[".repeat(511), "]".repeat(511));
    assert_eq!(php(&full, PLAIN), Some(full.clone()));
    assert_eq!(php(&format!("[{full}]"), PLAIN), None);
}

#[test]
fn writes_at_most_six_times_what_it_reads_or_twelve_times_indented() {
    let strings = ["\u{7f}", "/", "é", "\u{2028}", "😀", "\\u2028"];
    let strings = strings.map(|text| format!("\"{}\"", text.repeat(1000)));
    let numbers = ["1e16,", "1e15,", "1e9,", "-1e9,", "5e-324,", "1e-4,", "{\"0\":[]},", "{},"];
    let lists = numbers.map(|number| format!("[{}0]", number.repeat(1000)));
    let encode = PLAIN.preserve_zero_fraction(true);
    for text in strings.into_iter().chain(lists).chain(["1e16".to_owned()]) {
        for encode in [encode, encode.associative(true), encode.unescaped_unicode(true)] {
            let written = php(&text, encode).unwrap();
            assert!(written.len() <= GROWTH * text.len(), "{} of {}", written.len(), text.len());
            let indented = php(&text, encode.pretty(true)).unwrap();
            assert!(indented.len() <= PRETTY_GROWTH * text.len());
        }
    }
}

#[test]
fn refuses_an_indented_text_of_more_than_twelve_times_the_body() {
    let list = |levels: usize| {
        format!("{}{}0{}", "[".repeat(levels), "0,".repeat(10_000), "]".repeat(levels))
    };
    for (levels, accepted) in [(1, true), (5, true), (6, false), (500, false)] {
        assert_eq!(php(&list(levels), PLAIN.pretty(true)).is_some(), accepted, "{levels}");
    }
    // Spaces at the end of the body raise the limit.
    let compact = |spaces: usize| format!("[[[[[[1]]]]]]{}", " ".repeat(spaces));
    let length = php(&compact(1000), PLAIN.pretty(true)).unwrap().len();
    let needed = length.div_ceil(PRETTY_GROWTH) - compact(0).len();
    assert!(php(&compact(needed), PLAIN.pretty(true)).is_some());
    assert_eq!(php(&compact(needed - 1), PLAIN.pretty(true)), None);
}

#[test]
fn finds_special_bytes_in_every_place_of_a_word() {
    let unicode = PLAIN.unescaped_unicode(true);
    for (special, encode, expected) in [
        ("/", PLAIN, "\\/"),
        ("/", PLAIN.unescaped_slashes(true), "/"),
        ("\u{2029}", unicode, "\\u2029"),
        ("\u{2030}", unicode, "\u{2030}"),
        ("\u{7f}", PLAIN, "\u{7f}"),
        ("ë", PLAIN, "\\u00eb"),
        ("ë", unicode, "ë"),
    ] {
        for before in 0..20 {
            for after in 0..20 {
                let (before, after) = ("x".repeat(before), "y".repeat(after));
                let text = format!("\"{before}{special}{after}\"");
                let expected = format!("\"{before}{expected}{after}\"");
                assert_eq!(php(&text, encode), Some(expected));
            }
        }
    }
}
