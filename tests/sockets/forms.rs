//! Python senders that sign `json.dumps(data)` and send the body that their client makes of the
//! data, to all five surfaces. Each answer is compared with that of the receiver that the provider
//! documents.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::process::Command;

use countersign_tests::{Program, have};

const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];

const PYTHON: &str = r#"
import hashlib, hmac, json, sys
import httpx, requests

secret = b"api key"

def sign(text):
    return hmac.new(secret, text, hashlib.sha256).hexdigest()

# As the provider documents its receiver: the body parsed, dumped again, and compared.
def django(body, signature):
    try:
        return hmac.compare_digest(sign(json.dumps(json.loads(body)).encode()), signature)
    except ValueError:
        return False

DATA = [
    {},
    {"model": "small", "cost": 0.002, "tokens": [1, 2, 3]},
    {"name": "Zoë ☃ 😀 \u007f \u2028", "nested": {"a": [{"b": [None, True, False]}], "": {}}},
    {"floats": [0.1, 1e16, 1e-5, 123456789.123, 5e-324, 1.7976931348623157e308, -0.0, 100.0]},
    {"integers": [0, -1, 2**53 + 1, 10**30]},
    {"text": "quotes \" and \\ and / and\nnew\tlines \u0000"},
    {str(n): {"n": n / 7, "text": "ü" * n} for n in range(300)},
]
sent = accepted = 0
for url in sys.argv[1:]:
    for data in DATA:
        dumped = json.dumps(data).encode()
        signature = sign(dumped)
        clients = [
            requests.Request("POST", url, json=data).prepare().body,
            httpx.Request("POST", url, json=data).content,
            json.dumps(data, indent=2).encode(),
            json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(),
        ]
        for body in clients + [dumped + b"x", json.dumps({"x": data}).encode(), b"[]", b"", b"\xff"]:
            answer = httpx.post(
                url, content=body, headers={"X-Respan-Signature": signature, "Content-Type": "application/json"}
            )
            assert (answer.status_code == 200) == django(body, signature), (answer.status_code, body)
            if answer.status_code == 200:
                digest = hashlib.sha256(dumped).hexdigest()
                assert answer.json()["body_sha256"] == digest, "the handler got other bytes than were signed"
                accepted += 1
            else:
                assert answer.status_code == 401 and answer.text == '{"error":"Invalid signature"}'
            sent += 1
        # The clients themselves, over the wire.
        for post in [requests.post, httpx.post]:
            answer = post(url, json=data, headers={"X-Respan-Signature": signature})
            assert answer.status_code == 200, answer.text
            assert answer.json()["body_sha256"] == hashlib.sha256(dumped).hexdigest()
            sent += 1
            accepted += 1
print("ok", sent, accepted)
"#;

#[test]
fn accepts_python_senders_that_sign_another_text_than_they_send() {
    if !have("python3", ["-c", "import requests, httpx"]) {
        return;
    }
    let programs = SURFACES.map(|surface| {
        let mut receiver = Command::new(env!("CARGO_BIN_EXE_receiver"));
        receiver.args(["--surface", surface]).env("RESPAN_SECRET", "api key");
        Program::start(&mut receiver).unwrap()
    });
    let urls = programs.each_ref().map(|program| format!("http://{}/respan", program.addr()));
    let output = Command::new("python3").args(["-c", PYTHON]).args(urls).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // Seven objects on five surfaces, with eleven deliveries each, of which six are genuine.
    assert_eq!((output.status.success(), said.trim()), (true, "ok 385 210"));
}
