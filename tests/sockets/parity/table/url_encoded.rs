//! JSON in the member `payload` of a URL-encoded form. GitHub signs the form, and Gitea signs the
//! JSON.

use super::*;

const PUSH: &str = r#"{"ref":"refs/heads/main","text":"a b+c&d=é%41"}"#;
const ID: &str = "72d3162e";

/// A form with one member. All bytes of its value except ASCII letters and digits are encoded.
fn form(member: &str, value: &str) -> String {
    let mut form = format!("{member}=");
    for byte in value.bytes() {
        match byte {
            b' ' => form.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => form.push(byte.into()),
            _ => form.push_str(&format!("%{byte:02X}")),
        }
    }
    form
}

fn github(body: &str) -> Post {
    Post::to("/github")
        .body(body)
        .field("X-GitHub-Event: push")
        .field(format!("X-GitHub-Delivery: {ID}"))
}

/// A body of GitHub, signed as it is sent.
fn by_github(body: &str) -> Post {
    github(body).signed()
}

fn gitea(body: &str) -> Post {
    Post::to("/gitea")
        .body(body)
        .field("X-Gitea-Event: push")
        .field(format!("X-Gitea-Delivery: {ID}"))
}

/// A form of Gitea, which signs the JSON and not the form.
fn by_gitea(signed: &str, sent: &str) -> Post {
    gitea(signed).signed().body(sent)
}

/// A row whose delivery is accepted, with `signed` as its signed bytes.
fn takes(name: &'static str, provider: &str, bytes: Vec<u8>, signed: &str) -> Row {
    let answer = told(provider, Some("push"), Some(ID), 0, signed.as_bytes());
    Row::ours(name, send(bytes), vec![answer]).effects([ID])
}

fn drops(name: &'static str, status: u16, post: &Post) -> Row {
    Row::ours(name, send(post.bytes()), vec![payload(status)])
}

pub(super) fn rows() -> Vec<Row> {
    [of_github(), of_gitea()].into_iter().flatten().collect()
}

const AS_FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const AS_JSON: &str = "Content-Type: application/json";

fn of_github() -> Vec<Row> {
    let push = form("payload", PUSH);
    let takes = |name, post: Post, body: &str| takes(name, "github", post.bytes(), body);
    // If this JSON were read as a form, its member `payload` would not be an object, and the answer
    // would be 422.
    let title = r#"{"title":"x&payload=%5B%5D&y"}"#;
    let large = format!("payload={}%7B%7D", "+".repeat(200_000));
    vec![
        takes("github, a form", by_github(&push).field(AS_FORM), &push),
        takes("github, a form without a content type", by_github(&push), &push),
        takes("github, a form that claims to be JSON", by_github(&push).field(AS_JSON), &push),
        takes("github, JSON that claims to be a form", by_github(PUSH).field(AS_FORM), PUSH),
        takes("github, a title replayed as a form", by_github(title).field(AS_FORM), title),
        takes("github, a form of 200 KB", by_github(&large).field(AS_FORM), &large),
        takes(
            "github, a form with another member behind",
            by_github(&format!("{push}&a=1")).field(AS_FORM),
            &format!("{push}&a=1"),
        ),
        takes("github, a form without encoding", by_github("payload={}"), "payload={}"),
        refuses(
            "github, a form that was changed",
            by_github(&push).body(format!("{push}+")).bytes(),
        ),
        refuses("github, a form that was not signed", github(&push).field(AS_FORM).bytes()),
        refuses(
            "github, the JSON of the form is signed",
            github(PUSH).signed().body(&push).bytes(),
        ),
        drops("github, an empty payload", 400, &by_github("payload=").field(AS_FORM)),
        drops("github, a payload that is not JSON", 400, &by_github("payload=%7B").field(AS_FORM)),
        drops("github, a form that is not UTF-8", 400, &by_github("payload=%7B%7D%FF")),
        drops(
            "github, a payload that is an array",
            422,
            &by_github("payload=%5B%5D").field(AS_FORM),
        ),
        drops(
            "github, another member before",
            400,
            &by_github("a=1&payload=%7B%7D").field(AS_FORM),
        ),
        drops("github, another member", 400, &by_github("payloads=%7B%7D").field(AS_FORM)),
        drops("github, an encoded name", 400, &by_github("p%61yload=%7B%7D").field(AS_FORM)),
        drops("github, the member twice", 400, &by_github("payload={}&payload={}").field(AS_FORM)),
        drops("github, the member twice, encoded", 400, &by_github("payload={}&p%61yload={}")),
        drops("github, a space before", 400, &by_github(" payload={}").field(AS_FORM)),
    ]
}

fn of_gitea() -> Vec<Row> {
    let push = form("payload", PUSH);
    let takes = |name, post: Post, body: &str| takes(name, "gitea", post.bytes(), body);
    let title = r#"{"title":"x&payload=%5B%5D&y"}"#;
    let digests = ["Content-Digest: sha-256=:x:", "Content-MD5: x"];
    vec![
        takes("gitea, JSON", gitea(PUSH).signed().field(AS_JSON), PUSH),
        takes("gitea, a form", by_gitea(PUSH, &push).field(AS_FORM), PUSH),
        takes("gitea, a form without a content type", by_gitea(PUSH, &push), PUSH),
        takes("gitea, a form that claims to be JSON", by_gitea(PUSH, &push).field(AS_JSON), PUSH),
        takes("gitea, JSON that claims to be a form", gitea(PUSH).signed().field(AS_FORM), PUSH),
        takes(
            "gitea, a form with digests of the wire",
            digests.into_iter().fold(by_gitea(PUSH, &push), Post::field),
            PUSH,
        ),
        takes("gitea, a title replayed as a form", gitea(title).signed().field(AS_FORM), title),
        takes("gitea, a form that is signed itself", gitea(&push).signed().field(AS_FORM), &push),
        Row::ours(
            "gitea, a form in chunks",
            send(by_gitea(PUSH, &push).field(AS_FORM).chunked(&[7], "")),
            vec![told("gitea", Some("push"), Some(ID), 0, PUSH.as_bytes())],
        )
        .effects([ID]),
        Row::ours(
            "gitea, a form and the retired secret",
            send(gitea(PUSH).signed_with(PREVIOUS).body(&push).field(AS_FORM).bytes()),
            vec![told("gitea", Some("push"), Some(ID), 1, PUSH.as_bytes())],
        )
        .effects([ID]),
        refuses("gitea, a form with other JSON", by_gitea(PUSH, "payload=%7B%7D").bytes()),
        refuses(
            "gitea, another member before",
            by_gitea(PUSH, &format!("a=1&{push}")).field(AS_FORM).bytes(),
        ),
        refuses("gitea, another member", by_gitea(PUSH, &form("payloads", PUSH)).bytes()),
        refuses(
            "gitea, the member twice",
            by_gitea(PUSH, &format!("{push}&payload=%7B%7D")).field(AS_FORM).bytes(),
        ),
        refuses("gitea, the JSON within a title", by_gitea("[]", title).field(AS_FORM).bytes()),
        refuses("gitea, a forged form", gitea(&push).forged().field(AS_FORM).bytes()),
        drops(
            "gitea, the signed text is not JSON",
            400,
            &by_gitea("{", "payload=%7B").field(AS_FORM),
        ),
    ]
}
