//! Senders that are not part of this project: Python, Node, and curl with openssl.

use std::{
    error::Error,
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
};

use axum::{Router, routing::post};
use countersign::{
    Secret, Verified, VerifiedBody, Verifier,
    providers::{GitHub, Respan, SpeakNode, XWebhookSignature},
    tower::VerifyLayer,
};
use countersign_tests::{have, serve};

type Outcome = Result<(), Box<dyn Error>>;

const SECRET: &str = "whsec_it's \"quoted\" $HOME \\n";

/// Serves each provider with the extractor and, under `/layer`, behind the layer. Both answer with
/// the body.
fn server() -> Result<SocketAddr, Box<dyn Error>> {
    fn endpoints<P: countersign::Provider>(path: &str) -> Result<Router, Box<dyn Error>> {
        let verifier = Verifier::<P>::new(Secret::new(SECRET)?)?;
        let extractor = Router::new()
            .route(path, post(async |VerifiedBody(verified): VerifiedBody<P>| verified.into_body()))
            .with_state(verifier.clone());
        let layered = async |proof: axum::Extension<Verified<P>>, body: axum::body::Bytes| {
            assert_eq!(proof.bytes(), &body[..]);
            body
        };
        let layer = Router::new()
            .route(&format!("/layer{path}"), post(layered))
            .route_layer(VerifyLayer::new(verifier));
        Ok(extractor.merge(layer))
    }
    Ok(serve(
        endpoints::<Respan>("/respan")?
            .merge(endpoints::<XWebhookSignature>("/webhook")?)
            .merge(endpoints::<SpeakNode>("/speaknode")?)
            .merge(endpoints::<GitHub>("/github")?),
    ))
}

/// Path, header and prefix of each endpoint.
const ENDPOINTS: [(&str, &str, &str); 5] = [
    ("/respan", "X-Respan-Signature", ""),
    ("/respan", "X-Keywordsai-Signature", ""),
    ("/webhook", "X-Webhook-Signature", ""),
    ("/speaknode", "X-Webhook-Signature", ""),
    ("/github", "X-Hub-Signature-256", "sha256="),
];

/// The arguments that the scripts read.
fn arguments(addr: SocketAddr) -> Vec<String> {
    let mut arguments = vec![SECRET.to_owned()];
    for (path, header, prefix) in ENDPOINTS {
        for layer in ["", "/layer"] {
            arguments.push(format!("http://{addr}{layer}{path}\t{header}\t{prefix}"));
        }
    }
    arguments
}

/// Runs a script, which prints `ok COUNT` if all its deliveries got the right answers.
fn run(command: &mut Command, script: &str) -> Outcome {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no stdin")?.write_all(script.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    assert_eq!((output.status.success(), said.trim()), (true, "ok 70"));
    Ok(())
}

const PYTHON: &str = r#"
import hashlib, hmac, json, sys
import httpx, requests

secret, endpoints = sys.argv[1].encode(), [line.split("\t") for line in sys.argv[2:]]
event = {"id": "evt_1", "type": "user.created", "data": {"name": "Zoë ☃ 😀", "cost": 0.1, "n": 10**20}}
count = 0

def check(answer, status, body):
    global count
    assert answer.status_code == status, (answer.status_code, status)
    if status == 200:
        assert answer.content == body, answer.content
    else:
        assert answer.json() == {"error": "Invalid signature"}
        assert answer.headers["WWW-Authenticate"] == "Webhook-Signature"
    count += 1

for url, name, prefix in endpoints:
    def headers(body):
        tag = hmac.new(secret, body, hashlib.sha256).hexdigest()
        return {name: prefix + tag, "Content-Type": "application/json"}

    # What `json=` puts on the wire is prepared first, and signed as it is.
    for body in [json.dumps(event).encode(), json.dumps(event, ensure_ascii=False).encode(), bytes(range(256)) * 300]:
        check(requests.post(url, data=body, headers=headers(body)), 200, body)
    prepared = requests.Request("POST", url, json=event).prepare()
    check(requests.post(url, json=event, headers=headers(prepared.body)), 200, prepared.body)
    built = httpx.Client().build_request("POST", url, json=event)
    check(httpx.post(url, json=event, headers=headers(built.content)), 200, built.content)
    # In chunks, without a length.
    body = json.dumps(event).encode()
    check(requests.post(url, data=iter([body[:7], body[7:]]), headers=headers(body)), 200, body)
    check(requests.post(url, data=body + b"x", headers=headers(body)), 401, None)

print("ok", count)
"#;

#[test]
fn python_requests_and_httpx() -> Outcome {
    if !have("python3", ["-c", "import requests, httpx"]) {
        return Ok(());
    }
    run(Command::new("python3").arg("-").args(arguments(server()?)), PYTHON)
}

const NODE: &str = r#"
import { createHmac } from "node:crypto";
import assert from "node:assert";

const [secret, ...endpoints] = process.argv.slice(2);
const event = { id: "evt_1", type: "user.created", data: { name: "Zoë ☃ 😀", cost: 0.1 } };
let count = 0;

const check = async (url, name, prefix, signed, sent, status) => {
    const tag = createHmac("sha256", secret).update(signed).digest("hex");
    const headers = { [name]: prefix + tag, "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "POST", body: sent, headers, duplex: "half" });
    assert.equal(answer.status, status);
    const body = Buffer.from(await answer.arrayBuffer());
    if (status === 200) assert.deepEqual(body, Buffer.from(signed));
    else assert.equal(body.toString(), '{"error":"Invalid signature"}');
    count += 1;
};

for (const line of endpoints) {
    const target = line.split("\t");
    const compact = JSON.stringify(event);
    await check(...target, compact, compact, 200);
    const pretty = JSON.stringify(event, null, 2);
    await check(...target, pretty, pretty, 200);
    const bytes = Buffer.from(Array.from({ length: 70000 }, (_, index) => index % 256));
    await check(...target, bytes, bytes, 200);
    await check(...target, "", "", 200);
    // In chunks, without a length.
    await check(...target, compact, new Blob([compact.slice(0, 7), compact.slice(7)]).stream(), 200);
    await check(...target, compact, pretty, 401);
    await check(...target, compact, compact + "\n", 401);
}
console.log("ok", count);
"#;

#[test]
fn node_fetch_and_crypto() -> Outcome {
    if !have("node", ["--version"]) {
        return Ok(());
    }
    run(Command::new("node").args(["--input-type=module", "-"]).args(arguments(server()?)), NODE)
}

const SHELL: &str = r#"
set -eu
secret=$1; shift
count=0
check() { # url header prefix signed status curl-arguments...
    url=$1; header=$2; prefix=$3; signed=$4; status=$5; shift 5
    tag=$(printf %s "$signed" | openssl dgst -sha256 -hmac "$secret" -r | cut -d' ' -f1)
    answer=$(curl -s -w '%{http_code}' -X POST "$url" -H "$header: $prefix$tag" -H 'Content-Type: application/json' "$@")
    case $status in
        200) test "$answer" = "${signed}200" ;;
        *) test "$answer" = "{\"error\":\"Invalid signature\"}$status" ;;
    esac
    count=$((count + 1))
}
tab=$(printf '\t')
body='{"name":"Zoë'\''s $5 \u0000"}'
for line in "$@"; do
    url=${line%%$tab*}; rest=${line#*$tab}; header=${rest%%$tab*}; prefix=${rest#*$tab}
    check "$url" "$header" "$prefix" "$body" 200 --data-binary "$body"
    check "$url" "$header" "$prefix" "$body" 200 --data-binary "$body" -H 'Transfer-Encoding: chunked'
    check "$url" "$header" "$prefix" "$body" 200 --data-binary "$body" -H 'Expect: 100-continue'
    check "$url" "$header" "$prefix" "$body" 200 --data-binary "$body" --http2-prior-knowledge
    check "$url" "$header" "$prefix" "$body" 200 --data-binary "$body" --http1.0
    check "$url" "$header" "$prefix" "$body" 401 --data-binary "$body "
    check "$url" "$header" "$prefix" "$body" 401 --data-binary "$body " --http2-prior-knowledge
done
echo ok $count
"#;

#[test]
fn curl_with_openssl() -> Outcome {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) {
        return Ok(());
    }
    run(Command::new("sh").args(["-s", "--"]).args(arguments(server()?)), SHELL)
}
