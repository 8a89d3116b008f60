//! Answers that are set on the verifiers, at a receiver with `--own-answers`.

use super::*;

/// The answer of every verifier except GitHub's.
fn own(status: u16) -> Answer {
    Answer::new(status, format!(r#"{{"message":"{status}"}}"#))
}

fn of_github(status: u16) -> Answer {
    Answer::new(status, format!("github: {status}"))
}

fn answers(name: &'static str, bytes: Vec<u8>, answer: Answer) -> Row {
    Row::ours(name, send(bytes), vec![answer])
}

/// A delivery of GitHub to the endpoint of two providers.
fn github(body: &str) -> Post {
    let signature = signature(SECRET, body);
    Post::to("/either").body(body).field(format!("X-Hub-Signature-256: sha256={signature}"))
}

pub(super) fn rows() -> Vec<Row> {
    let large = "x".repeat(LIMIT + 1);
    let signed = |path: &str, body: &str| Post::to(path).body(body).signed();
    let broken = event().signed().head("Transfer-Encoding: chunked\r\n");
    let broken = [broken, b"nonsense\r\n".to_vec()].concat();
    vec![
        accepts("own answers, a good delivery", event().signed().bytes()),
        answers("own answers, unsigned", event().bytes(), own(401)),
        answers("own answers, forged", event().forged().bytes(), own(401)),
        answers("own answers, not JSON", signed("/webhook", "{nonsense").bytes(), own(400)),
        answers("own answers, malformed chunks", broken, own(400).closing()),
        answers("own answers, too large", signed("/webhook", &large).bytes(), own(413).closing()),
        answers(
            "own answers, too large, chunked",
            signed("/webhook", &large).chunked(&[10_000], ""),
            own(413).closing(),
        ),
        answers("own answers, no event", signed("/webhook", "[]").bytes(), own(422)),
        answers(
            "own answers, no event, in another form",
            signed("/respan", "[1, 2]").body("[1,2]").bytes(),
            own(422),
        ),
        answers(
            "own answers, no event of a tenant",
            signed("/tenants/acme", "[]").bytes(),
            own(422),
        ),
        answers("own answers, either, unsigned", Post::to("/either").bytes(), of_github(401)),
        answers("own answers, either, the first, no event", github("{}").bytes(), of_github(422)),
        answers(
            "own answers, either, the first, no JSON",
            github("{nonsense").field("X-GitHub-Event: push").bytes(),
            of_github(400),
        ),
        answers(
            "own answers, either, the first, too large",
            github("{}").declaring(LIMIT + 1),
            of_github(413).closing(),
        ),
        answers(
            "own answers, either, the second, no event",
            signed("/either", "[]").bytes(),
            own(422),
        ),
    ]
}
