//! Bodies that are signed as they are, whatever they hold. Each object has the member `event`,
//! because Zoom's library rejects objects without it before it verifies.

/// The bodies, each with its name in reports.
pub(crate) fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let long = format!(r#"{{"event":"a","data":"{}"}}"#, "0123456789é".repeat(9_000));
    vec![
        ("JSON as JavaScript writes it", br#"{"event":"a","data":{"n":1,"s":"/"}}"#.to_vec()),
        ("compact JSON", br#"{"id":"evt_1","event":"user.created","data":{"n":1.0}}"#.to_vec()),
        ("spaced JSON", br#"{ "id": "evt_1", "event" : "user.created", "data": [ ] }"#.to_vec()),
        ("JSON in lines", b"{\r\n  \"event\": \"a\",\n\t\"data\": {}\r\n}".to_vec()),
        ("JSON and a newline", b"{\"event\":\"a\",\"data\":{}}\n".to_vec()),
        ("JSON that is not ASCII", r#"{"event":"ä","data":"Zoë ☃ \u2028 日本"}"#.into()),
        ("JSON with emoji", r#"{"event":"a","data":"😀 👩‍👩‍👧"}"#.into()),
        ("JSON with escapes", br#"{"event":"a","data":"\u0000 \ud83d\ude00 \/ \""}"#.to_vec()),
        ("JSON with a lone surrogate", br#"{"event":"a","data":"\ud800"}"#.to_vec()),
        ("JSON with large numbers", br#"{"event":"a","data":1e400,"n":9007199254740993}"#.to_vec()),
        ("JSON with a repeated name", br#"{"event":"a","event":"b","data":{}}"#.to_vec()),
        ("JSON with U+FFFD", r#"{"event":"a","data":"�"}"#.into()),
        ("JSON of 100 KB", long.into()),
        ("an empty body", Vec::new()),
        ("a space", b" ".to_vec()),
        ("a form", b"token=x&text=a+b%20c&payload=%7B%7D".to_vec()),
        ("text", "no JSON: Zoë\r\n".into()),
        ("text with a NUL", b"a\0b".to_vec()),
        ("text behind a byte order mark", "\u{feff}{}".into()),
        ("bytes that are no UTF-8", b"{\"a\":\"\xff\xfe\"}".to_vec()),
        ("all bytes", (0..=255).collect()),
    ]
}
