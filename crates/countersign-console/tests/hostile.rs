//! Bodies that attackers have written: no byte of them is markup.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod common;

use common::Desk;

/// Makes over 200 bodies. The test in a browser has a similar list of its own
/// (`tests/console/bodies.mjs`).
fn bodies() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 25] = [
        b"<script>document.title='pwned'</script>",
        b"</pre><script>alert(1)</script>",
        b"\"><img src=x onerror=alert(1)>",
        b"'><svg/onload=alert(1)>",
        b"</textarea></title></style><iframe srcdoc='<script>alert(1)</script>'>",
        b"<a href=\"javascript:alert(1)\">x</a>",
        b"&lt;script&gt;alert(1)&lt;/script&gt;&#60;script&#62;",
        b"&amp;&quot;&apos;&#x3c;&NotAnEntity;",
        b"{{ 7 * 7 }}{% raw %}<%= 7 %>${7}#{7}",
        b"<!--><script>alert(1)</script>-->",
        b"<![CDATA[<script>alert(1)</script>]]>",
        b"<meta http-equiv=refresh content='0;url=https://evil.example'>",
        b"<base href=https://evil.example/><form action=//evil.example><button>",
        b"<link rel=stylesheet href=//evil.example/x.css><style>*{display:none}</style>",
        b"\0<script\0>alert(1)</script\0>",
        b"\xff\xfe<\x00s\x00c\x00r\x00i\x00p\x00t\x00>",
        b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        b"\xe2\x80\xae\xe2\x81\xa6gnirts\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8",
        b"\xc0\xbcscript\xc0\xbe\x80\x81\xed\xa0\x80",
        b"\x1b[2J\x07\x08\r\x0b\x0c",
        b"<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        b"<details open ontoggle=alert(1)><summary autofocus onfocus=alert(1) tabindex=1>",
        b"javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
        b"<object data=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>",
        b"<x onclick=alert(1) style=position:fixed;inset:0>click",
    ];
    let mut bodies = Vec::new();
    for text in texts {
        // Alone, long, as JSON in a member, as a name, as an id and as a type, cut, and nested.
        bodies.push(text.to_vec());
        bodies.push(text.repeat((1 << 20) / text.len() / 8));
        let lossy = String::from_utf8_lossy(text).into_owned();
        let json = serde_json::Value::String(lossy).to_string();
        let number = bodies.len();
        for body in [
            format!(r#"{{"id":"h{number}","type":"t","data":{json}}}"#),
            format!(r#"{{"id":"n{number}","type":"t",{json}:1}}"#),
            format!(r#"{{"id":{json},"type":"t"}}"#),
            format!(r#"{{"id":"y{number}","type":{json}}}"#),
            format!(r#"{}{json}{}"#, "[".repeat(100), "]".repeat(100)),
        ] {
            bodies.push(body.into_bytes());
        }
        bodies.push([b"{\"data\":\"", &text[..text.len() / 2]].concat());
    }
    bodies.push(vec![b'<'; 1 << 20]);
    bodies.push([&b"\""[..], &vec![b'a'; 1 << 20], b"<script>alert(1)</script>"].concat());
    bodies
}

/// Returns the names of the tags of a page, without those of the rows and cells of tables.
fn skeleton(page: &str) -> Vec<&str> {
    let mut tags: Vec<_> =
        page.split('<').skip(1).filter_map(|part| part.split('>').next()).collect();
    tags.retain(|tag| !tag.starts_with("tr") && !tag.starts_with("td") && !tag.starts_with("/t"));
    tags.iter_mut().for_each(|tag| *tag = tag.split(' ').next().unwrap());
    tags
}

#[tokio::test]
async fn no_byte_of_a_body_is_markup() {
    let desk = Desk::with(0).await;
    let bodies = bodies();
    assert!(bodies.len() >= 200, "{}", bodies.len());
    // The bodies are as large as the senders like, and the pages are not.
    let known = [
        "!doctype", "table", "thead", "tbody", "th", "html", "head", "meta", "title", "/title",
        "link", "script", "/script", "/head", "body", "a", "/a", "header", "nav", "/nav", "p",
        "/p", "/header", "main", "h1", "span", "/span", "/h1", "div", "form", "input", "button",
        "/button", "/form", "label", "/label", "/div", "section", "h2", "/h2", "dl", "dt", "/dt",
        "dd", "/dd", "/dl", "/section", "h3", "/h3", "pre", "/pre", "details", "summary",
        "/summary", "/details", "code", "/code", "/main", "/body", "/html", "strong", "/strong",
        "select", "br", "option", "/option", "/select",
    ];
    for (number, body) in bodies.iter().enumerate() {
        desk.add_body(body).await;
        let newest = desk.get("/").await;
        let (_, rest) = newest.text().split_once("/deliveries/").unwrap();
        let id = rest.split('"').next().unwrap();
        let page = desk.get(&format!("/deliveries/{id}")).await;
        assert_eq!(page.status, 200);
        for page in [&page, &newest] {
            let text = page.text();
            assert!(!text.is_empty() && text.len() < 1 << 20, "{number}: {}", text.len());
            for tag in skeleton(text) {
                assert!(known.contains(&tag), "body {number} made the tag {tag:?}");
            }
            assert_eq!(text.matches("<script").count(), 1, "body {number}");
            let hidden = |character: char| {
                character.is_control() && character != '\n' && character != '\t'
                    || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                        | '\u{2066}'..='\u{2069}' | '\u{feff}')
            };
            assert!(!text.contains(hidden), "body {number} has a hidden character");
        }
        let saved = desk.get(&format!("/deliveries/{id}/body")).await;
        assert_eq!(saved.header("content-type"), Some("application/octet-stream"));
        assert!(saved.header("content-disposition").unwrap().starts_with("attachment"));
        let countersign_console::Body::Bytes(bytes) = &saved.body else { panic!("no bytes") };
        assert_eq!(bytes, body, "{number}");
    }
}
