use super::*;

mod php;

fn python(text: &str) -> Option<String> {
    super::python(text, JsonDumps::DEFAULT).map(|bytes| String::from_utf8(bytes).unwrap())
}

fn javascript(text: &str) -> Option<String> {
    super::javascript(text).map(|bytes| String::from_utf8(bytes).unwrap())
}

/// The input, the text of Python and the text of JavaScript. `!` stands for input that is rejected.
const CASES: &[(&str, &str, &str)] = &[
    // Separators and white space.
    (" [ 1 , 2 ] ", "[1, 2]", "[1,2]"),
    (
        "{\"a\" :\t1\r\n, \"b\":[ ] , \"c\": { } }",
        r#"{"a": 1, "b": [], "c": {}}"#,
        r#"{"a":1,"b":[],"c":{}}"#,
    ),
    ("[[],{},[{}]]", "[[], {}, [{}]]", "[[],{},[{}]]"),
    ("true", "true", "true"),
    ("[true,false,null]", "[true, false, null]", "[true,false,null]"),
    // Input that is not JSON.
    ("", "!", "!"),
    (" ", "!", "!"),
    ("[1,]", "!", "!"),
    ("[,1]", "!", "!"),
    ("[1 2]", "!", "!"),
    ("{\"a\":1,}", "!", "!"),
    ("{a:1}", "!", "!"),
    ("{\"a\" 1}", "!", "!"),
    ("{\"a\":}", "!", "!"),
    ("[1]]", "!", "!"),
    ("[1", "!", "!"),
    ("{\"a\":1", "!", "!"),
    ("{]", "!", "!"),
    ("[}", "!", "!"),
    ("tru", "!", "!"),
    ("truee", "!", "!"),
    ("True", "!", "!"),
    ("nul", "!", "!"),
    ("1 2", "!", "!"),
    ("\u{feff}{}", "!", "!"),
    ("\u{a0}1", "!", "!"),
    ("1\u{b}", "!", "!"),
    ("'a'", "!", "!"),
    ("/**/1", "!", "!"),
    // Constants that Python accepts.
    ("NaN", "NaN", "!"),
    ("[Infinity,-Infinity]", "[Infinity, -Infinity]", "!"),
    ("-Inf", "!", "!"),
    ("+Infinity", "!", "!"),
    ("nan", "!", "!"),
    // Integers.
    ("0", "0", "0"),
    ("-0", "0", "0"),
    ("-7", "-7", "-7"),
    ("01", "!", "!"),
    ("-01", "!", "!"),
    ("+1", "!", "!"),
    ("-", "!", "!"),
    ("0x1", "!", "!"),
    ("9007199254740992", "9007199254740992", "9007199254740992"),
    ("9007199254740993", "9007199254740993", "9007199254740992"),
    ("-9007199254740993", "-9007199254740993", "-9007199254740992"),
    ("100000000000000000000", "100000000000000000000", "100000000000000000000"),
    ("1000000000000000000000", "1000000000000000000000", "1e+21"),
    ("123456789012345678901234567890", "123456789012345678901234567890", "1.2345678901234568e+29"),
    // Floats.
    ("1.", "!", "!"),
    (".5", "!", "!"),
    ("1e", "!", "!"),
    ("1e+", "!", "!"),
    ("1.e5", "!", "!"),
    ("1.0", "1.0", "1"),
    ("1.50", "1.5", "1.5"),
    ("-0.0", "-0.0", "0"),
    ("0e5", "0.0", "0"),
    ("-0e5", "-0.0", "0"),
    ("1E5", "100000.0", "100000"),
    ("1e+5", "100000.0", "100000"),
    ("0.1", "0.1", "0.1"),
    ("0.1000000000000000055511151231257827", "0.1", "0.1"),
    ("0.30000000000000004", "0.30000000000000004", "0.30000000000000004"),
    ("123.456e2", "12345.6", "12345.6"),
    ("1e15", "1000000000000000.0", "1000000000000000"),
    ("9999999999999998.0", "9999999999999998.0", "9999999999999998"),
    ("1e16", "1e+16", "10000000000000000"),
    ("12345678901234567.0", "1.2345678901234568e+16", "12345678901234568"),
    ("1e20", "1e+20", "100000000000000000000"),
    ("1e21", "1e+21", "1e+21"),
    ("1.5e300", "1.5e+300", "1.5e+300"),
    ("0.001", "0.001", "0.001"),
    ("0.0001", "0.0001", "0.0001"),
    ("0.00001", "1e-05", "0.00001"),
    ("0.000012345", "1.2345e-05", "0.000012345"),
    ("0.000001", "1e-06", "0.000001"),
    ("0.0000001", "1e-07", "1e-7"),
    ("1.5e-10", "1.5e-10", "1.5e-10"),
    ("5e-324", "5e-324", "5e-324"),
    ("2e-324", "0.0", "0"),
    ("-2e-324", "-0.0", "0"),
    ("1.7976931348623157e308", "1.7976931348623157e+308", "1.7976931348623157e+308"),
    ("1e400", "Infinity", "null"),
    ("-1e400", "-Infinity", "null"),
    // Strings.
    (r#""""#, r#""""#, r#""""#),
    (r#""a\/b""#, r#""a/b""#, r#""a/b""#),
    (r#""\"\\\b\f\n\r\t""#, r#""\"\\\b\f\n\r\t""#, r#""\"\\\b\f\n\r\t""#),
    (
        r#""\u0022\u005c\u0008\u000C\u000a\u000D\u0009""#,
        r#""\"\\\b\f\n\r\t""#,
        r#""\"\\\b\f\n\r\t""#,
    ),
    (r#""\u0000\u001F\u0041\u007f""#, "\"\\u0000\\u001fA\\u007f\"", "\"\\u0000\\u001fA\u{7f}\""),
    ("\"\u{7f}\"", r#""\u007f""#, "\"\u{7f}\""),
    ("\"Zoë ☃ 😀\"", r#""Zo\u00eb \u2603 \ud83d\ude00""#, "\"Zoë ☃ 😀\""),
    (r#""\u00EB\uD83D\uDE00""#, r#""\u00eb\ud83d\ude00""#, "\"ë😀\""),
    (
        "\"\u{80}\u{2028}\u{ffff}\u{10ffff}\"",
        r#""\u0080\u2028\uffff\udbff\udfff""#,
        "\"\u{80}\u{2028}\u{ffff}\u{10ffff}\"",
    ),
    (r#""\ud800""#, r#""\ud800""#, r#""\ud800""#),
    (r#""\uDFFFa""#, r#""\udfffa""#, r#""\udfffa""#),
    (r#""\ude00\ud83d""#, r#""\ude00\ud83d""#, r#""\ude00\ud83d""#),
    (r#""\ud83d\ud83d\ude00""#, r#""\ud83d\ud83d\ude00""#, "\"\\ud83d😀\""),
    (r#""\ud83d\n""#, r#""\ud83d\n""#, r#""\ud83d\n""#),
    ("\"\u{1}\"", "!", "!"),
    ("\"\n\"", "!", "!"),
    (r#""\x41""#, "!", "!"),
    (r#""\u41""#, "!", "!"),
    (r#""\u004g""#, "!", "!"),
    (r#""\ud83d\u""#, "!", "!"),
    (r#""\ud83d\uzzzz""#, "!", "!"),
    (r#""\"#, "!", "!"),
    (r#""abc"#, "!", "!"),
    // Repeated keys: the place of the first one, the value of the last one.
    (r#"{"a":1,"b":2,"a":3}"#, r#"{"a": 3, "b": 2}"#, r#"{"a":3,"b":2}"#),
    (r#"{"a":1,"\u0061":2}"#, r#"{"a": 2}"#, r#"{"a":2}"#),
    (
        r#"{"a":{"b":1,"b":2},"a":{"c":1,"d":{"e":1,"e":2},"c":3}}"#,
        r#"{"a": {"c": 3, "d": {"e": 2}}}"#,
        r#"{"a":{"c":3,"d":{"e":2}}}"#,
    ),
    (
        r#"[{"a":1,"a":2},{"b":1},{"c":1,"c":[{"d":1,"d":2}]}]"#,
        r#"[{"a": 2}, {"b": 1}, {"c": [{"d": 2}]}]"#,
        r#"[{"a":2},{"b":1},{"c":[{"d":2}]}]"#,
    ),
    (r#"{"":1,"":2}"#, r#"{"": 2}"#, r#"{"":2}"#),
    (
        r#"{"__proto__":1,"a":2,"__proto__":{"b":3},"toJSON":4}"#,
        r#"{"__proto__": {"b": 3}, "a": 2, "toJSON": 4}"#,
        r#"{"__proto__":{"b":3},"a":2,"toJSON":4}"#,
    ),
    (r#"{"\ud800":1,"\ud800":2}"#, r#"{"\ud800": 2}"#, r#"{"\ud800":2}"#),
    // Keys that look like integers.
    (
        r#"{"b":0,"10":1,"9":2,"a":3,"0":4}"#,
        r#"{"b": 0, "10": 1, "9": 2, "a": 3, "0": 4}"#,
        r#"{"0":4,"9":2,"10":1,"b":0,"a":3}"#,
    ),
    (r#"{"1":0,"2":1,"a":3}"#, r#"{"1": 0, "2": 1, "a": 3}"#, r#"{"1":0,"2":1,"a":3}"#),
    (
        r#"{"a":0,"01":1,"-1":2,"1.0":3,"1e1":4,"+1":5," 1":6}"#,
        r#"{"a": 0, "01": 1, "-1": 2, "1.0": 3, "1e1": 4, "+1": 5, " 1": 6}"#,
        r#"{"a":0,"01":1,"-1":2,"1.0":3,"1e1":4,"+1":5," 1":6}"#,
    ),
    (
        r#"{"a":0,"4294967295":1,"4294967294":2,"4294967296":3,"99999999999":4}"#,
        r#"{"a": 0, "4294967295": 1, "4294967294": 2, "4294967296": 3, "99999999999": 4}"#,
        r#"{"4294967294":2,"a":0,"4294967295":1,"4294967296":3,"99999999999":4}"#,
    ),
    (
        r#"{"2":{"b":1,"1":2},"1":0,"2":{"c":1,"0":2}}"#,
        r#"{"2": {"c": 1, "0": 2}, "1": 0}"#,
        r#"{"1":0,"2":{"0":2,"c":1}}"#,
    ),
];

#[test]
fn writes_what_python_and_javascript_do() {
    for (text, in_python, in_javascript) in CASES {
        let expected = |text: &str| (text != "!").then(|| text.to_owned());
        assert_eq!(python(text), expected(in_python), "Python of {text}");
        assert_eq!(javascript(text), expected(in_javascript), "JavaScript of {text}");
    }
}

#[test]
fn takes_the_options_that_senders_use() {
    let text = r#"{"b":"Zoë","é":1,"a":[1,2],"Z":{"y":1,"x":2},"\ud800":3,"😀":4,"\uffff":5}"#;
    let text_of = |dumps| super::python(text, dumps).map(|bytes| String::from_utf8(bytes).unwrap());

    let compact = JsonDumps::DEFAULT.separators(",", ":");
    let expected = r#"{"b":"Zo\u00eb","\u00e9":1,"a":[1,2],"Z":{"y":1,"x":2},"\ud800":3,"\ud83d\ude00":4,"\uffff":5}"#;
    assert_eq!(text_of(compact).as_deref(), Some(expected));

    // By code points: the lone surrogate before U+FFFF, and both before the emoji.
    let sorted = compact.sort_keys(true);
    let expected = r#"{"Z":{"x":2,"y":1},"a":[1,2],"b":"Zo\u00eb","\u00e9":1,"\ud800":3,"\uffff":5,"\ud83d\ude00":4}"#;
    assert_eq!(text_of(sorted).as_deref(), Some(expected));

    // A lone surrogate has no UTF-8, so nobody can have sent or signed such a text.
    let unicode = compact.ensure_ascii(false);
    assert_eq!(text_of(unicode), None);
    // The text is accepted if the member with the lone surrogate was dropped, because its key is
    // repeated.
    let dropped = super::python(r#"{"a":"\ud800","b":{"\udfff":1},"a":1,"b":2}"#, unicode);
    assert_eq!(dropped.as_deref(), Some(&br#"{"a":1,"b":2}"#[..]));
    let text = "[\"Zoë\u{7f}\u{2028}😀\\u001f\"]";
    let written = super::python(text, unicode).map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(written.as_deref(), Some(text));
}

#[test]
fn rejects_integers_that_python_refuses() {
    for (digits, accepted) in [(4300, true), (4301, false)] {
        for sign in ["", "-"] {
            let number = format!("{sign}{}", "9".repeat(digits));
            assert_eq!(python(&number).as_deref(), accepted.then_some(&*number));
            assert_eq!(javascript(&number).as_deref(), Some("null"));
        }
        let float = format!("{}.0", "1".repeat(digits));
        assert!(python(&float).is_some());
    }
}

#[test]
fn goes_512_levels_deep_and_no_further() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for (depth, accepted) in [(200, true), (512, true), (513, false), (100_000, false)] {
            let text = format!("{}[]{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(javascript(&text), accepted.then_some(text.clone()), "{depth}");
            assert_eq!(python(&text).is_some(), accepted, "{depth}");
        }
    }
}

#[test]
fn writes_at_most_six_times_what_it_reads() {
    let cases =
        ["\u{7f}".repeat(1000), "é".repeat(1000), "😀".repeat(1000), "\\u007f".repeat(1000)];
    let numbers = ["1e15,", "1e20,", "1,", "-1e9,", "5e-324,", "1e16,", "true,", "\"\","];
    let strings = cases.map(|text| format!("\"{text}\""));
    let lists = numbers.map(|number| format!("[{}0]", number.repeat(1000)));
    for text in strings.into_iter().chain(lists) {
        for written in [python(&text), javascript(&text)] {
            let written = written.unwrap();
            assert!(written.len() <= 6 * text.len(), "{} of {}", written.len(), text.len());
        }
    }
}

#[test]
fn finds_special_bytes_in_every_place_of_a_word() {
    for special in ["\\n", "\\\"", "é", "\u{7f}", "\\u0000", "😀"] {
        for before in 0..20 {
            for after in 0..20 {
                let (before, after) = ("x".repeat(before), "y".repeat(after));
                let text = format!("\"{before}{special}{after}\"");
                assert_eq!(javascript(&text), Some(text.clone()));
                let bare = format!("\"{special}\"");
                let expected = python(&bare).unwrap().replacen('"', &format!("\"{before}"), 1);
                let expected = format!("{}{after}\"", &expected[..expected.len() - 1]);
                assert_eq!(python(&text), Some(expected));
            }
        }
    }
}

#[test]
fn settles_many_keys() {
    let many = |key: &dyn Fn(usize) -> String| {
        let members: Vec<_> = (0..1000).map(|n| format!("\"{}\":{n}", key(n))).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(javascript(&many(&|_| "a".to_owned())).as_deref(), Some(r#"{"a":999}"#));
    let distinct = many(&|n| format!("k{n}"));
    assert_eq!(javascript(&distinct), Some(distinct.clone()));
    let backwards = javascript(&many(&|n| (999 - n).to_string())).unwrap();
    assert!(backwards.starts_with(r#"{"0":999,"1":998,"#) && backwards.ends_with(r#""999":0}"#));
    let halves = python(&many(&|n| format!("k{}", n % 500))).unwrap();
    assert!(
        halves.starts_with(r#"{"k0": 500, "k1": 501, "#) && halves.ends_with(r#""k499": 999}"#)
    );
}
