"""The cases that nothing explains, and the cases with two causes."""

import gzip
import re
from urllib.parse import urlencode

import bodies
import tools
from bodies import ACCENTS
from build import Delivery, capture, case, guarded, secret_of, signer_for
from cases_body import NGINX_NAME, EX4, EX5, JQ, NODE_NAME, PHP_NAME, PY, RAW, pipe, via
from cases_other import secret
from lib import B64, HEX, Sent
from tools import (DJANGO, EXPRESS4, EXPRESS5, FASTAPI, FASTIFY, FLASK, HONO, KOA, NGINX, NGINX_TLS, NODE, PHP, PLAIN, PROXY, bash, java, node, run, send)

U = dict(cause="unknown")


def echoed(secret):
    """The secret as it is in a file that `echo` wrote."""
    bash('echo "$S" > secret', S=secret)
    return (tools.WORK / "shell" / "secret").read_text()


def unknown():
    wrong = lambda d: secret_of(d.provider, 700 + d.n)
    # Unrelated secrets.
    for name, provider, n, tool, more in [
        ("stripe-wrong-secret", "stripe", 500, f"{PY} hmac", {}), ("github-wrong-secret", "github", 501, "openssl dgst -hmac", {"size": 3}), ("slack-wrong-secret", "slack", 502, f"{NODE_NAME} crypto", {}),
        ("shopify-wrong-secret", "shopify", 503, f"{PHP_NAME} hash_hmac", {}), ("standard-wrong-secret", "standard-webhooks", 504, "standardwebhooks 1.1.1", {}), ("flat-wrong-secret", "x-webhook-signature", 505, f"{PY} hmac", {"size": 8}),
    ]:
        secret(name, provider, n, "unknown", tool, "The configured secret is not the one that signed.", configured=lambda s, p=provider, n=n: secret_of(p, 700 + n), **more)

    @guarded
    def two_wrong():
        d = Delivery("stripe", 506)
        case("stripe-two-wrong-secrets", d, d.sign(), "unknown", "stripe 23.1.0 generateTestHeaderString", "Two secrets are configured, and neither of them signed.", secrets=[secret_of("stripe", 801), secret_of("stripe", 802)])
    two_wrong()
    # Bodies that look as if they were written again, but another secret signed.
    looks = "The body looks as if it was parsed and written again, but the configured secret is an unrelated one."
    via("respan-looks-dumped", "x-webhook-signature", 510, FLASK, "/dumps", "Flask 3.1.3", looks, secret=wrong, **U)
    via("stripe-looks-reserialized", "stripe", 511, EXPRESS4, "/json", f"{EX4} json()", looks, secret=wrong, size=2, **U)
    via("slack-looks-reserialized", "slack", 512, FASTIFY, "/json", "fastify 5.12.8", looks, secret=wrong, **U)
    via("github-looks-escaped", "github", 513, PHP, "/json", PHP_NAME, looks, secret=wrong, **U)
    via("gitea-looks-sorted", "gitea", 514, DJANGO, "/dumps-4-sorted", "Django 5.2.19", looks, secret=wrong, **U)
    via("flat-looks-floats", "x-webhook-signature", 515, EXPRESS5, "/json", f"{EX5} json()", looks, secret=wrong, body=RAW["prices"], **U)
    via("openai-looks-indented", "openai", 516, HONO, "/json", "hono 4.13.19", looks, secret=wrong, style="js-2", **U)
    pipe("linear-looks-jq", "linear", 517, f"{JQ} .", looks, lambda b: run("jq", ".", input=b), secret=wrong, **U)
    pipe("zoom-looks-latin1", "zoom", 518, "OpenJDK 17 String(bytes, ISO_8859_1)", "The text looks wrongly decoded, but the configured secret is an unrelated one.", lambda b: java("latin1", b), secret=wrong, texts=ACCENTS, **U)
    via("github-looks-form", "github", 519, FLASK, "/form-payload", "Flask 3.1.3", "The body looks like the payload of a form, but the configured secret is an unrelated one.", secret=wrong, content_type="application/x-www-form-urlencoded",
        sign=lambda d: {"body": urlencode({"payload": d.body.decode()})}, **U)
    via("sentry-looks-base64", "sentry", 520, NODE, "/base64", f"{NODE_NAME} Buffer", "The body is base64, but the configured secret is an unrelated one.", secret=wrong, **U)
    secret("paddle-looks-spaced", "paddle", 521, "unknown", "bash 5.2 echo", "The secret ends with a line break, but it is also an unrelated one.", configured=lambda s: echoed(secret_of("paddle", 803)), accept=[])
    # Changed bodies.
    pipe("stripe-amount-changed", "stripe", 530, f"{JQ} filter", "Somebody changed the amount.", lambda b: run("jq", ".data.object.amount_due = 1", input=b), **U)
    pipe("github-redacted", "github", 531, "sed 4.9", "A logger replaced the address with asterisks.", lambda b: run("sed", "s/[a-z]*@example.com/***/g", input=b), **U)
    pipe("flat-member-added", "x-webhook-signature", 532, f"{JQ} filter", "A proxy added a member with the time of arrival.", lambda b: run("jq", "-c", '. + {received: "2025-10-09"}', input=b), **U)
    via("flat-fastapi-model", "x-webhook-signature", 533, FASTAPI, "/model", "FastAPI 0.165.0, pydantic 2.14", "model_dump_json() writes the members in the order of the model, and adds those that are absent.", body='{"data": {"id": "usr_1", "name": "Zoë", "tags": []}, "type": "user.updated", "id": "evt_1", "created_at": "2025-10-09T08:53:20Z"}', accept=["body-reserialized"], **U)
    pipe("hookdeck-nulls-dropped", "hookdeck", 534, "gson 2.10", "Gson drops the members that are null.", lambda b: java("gson-nulls", b), accept=["body-reserialized"], size=1, **U)
    pipe("linear-dates", "linear", 535, f"{NODE_NAME} JSON.parse with a reviver", "A reviver makes dates of the times, which are written in another form.", lambda b: node("dates", text=b.decode()).encode(), body='{"action":"update","type":"Issue","createdAt":"2025-10-09T08:53:20Z","data":{"id":"a1","dueAt":"2025-11-01T00:00:00.5Z"},"webhookTimestamp":1760522695000}', accept=["body-reserialized"], **U)
    via("woocommerce-stripslashes", "woocommerce", 536, PHP, "/stripslashes", PHP_NAME, "The script calls stripslashes, which damages the escapes.", accept=["body-reserialized"], **U)
    via("github-python-repr", "github", 537, PLAIN, "/repr", f"{PY} repr()", "The handler verifies the text b'...' of the bytes.", **U)
    via("stripe-object-object", "stripe", 538, EXPRESS4, "/json-string", f"{EX4} json()", "The handler verifies String(req.body), which is [object Object].", accept=["body-reserialized"], **U)
    via("flat-array-of-names", "x-webhook-signature", 539, EXPRESS4, "/json-sorted", f"{EX4} json()", "JSON.stringify with a list of names drops the members of the inner objects.", accept=["body-reserialized"], **U)

    # Signatures that do not belong to the delivery.
    @guarded
    def of_another(name, provider, n, tool, story, headers=None, body=None, at=None):
        d = Delivery(provider, n)
        sent = d.sign(signer=signer_for(tool))
        changed = Sent(headers(d, sent.headers) if headers else sent.headers, body(d) if body else sent.body, sent.truth)
        case(name, d, sent, "unknown", tool, story, got=capture(changed), has_tag=not (headers and "cut" in name or "digit" in name))
    of_another("slack-time-changed", "slack", 540, f"{PY} hmac", "A proxy replaced the signed time with its own.", headers=lambda d, h: [[k, str(d.t + 1) if "Timestamp" in k else v] for k, v in h])
    of_another("standard-id-changed", "standard-webhooks", 541, "standardwebhooks 1.1.1", "A queue replaced the signed id with its own.", headers=lambda d, h: [[k, "job_7f3a" if k == "webhook-id" else v] for k, v in h])
    of_another("github-other-delivery", "github", 542, "@octokit/webhooks-methods 6.0.0", "The body is the one of another delivery.", body=lambda d: bodies.body("github", 999))
    of_another("flat-cut-signature", "x-webhook-signature", 543, f"{PY} hmac", "A column of 60 characters cut the signature off.", headers=lambda d, h: [[k, v[:60]] for k, v in h])
    of_another("shopify-digit-changed", "shopify", 544, f"{PY} hmac", "The signature was copied by hand with an error.", headers=lambda d, h: [[k, "A" + v[1:] if v[0] != "A" else "B" + v[1:]] if "Hmac" in k else [k, v] for k, v in h])
    of_another("stripe-time-changed", "stripe", 545, f"{PY} hmac", "A test replaced the signed time, so that the delivery is not stale.", headers=lambda d, h: [[k, re.sub(r"t=\d+", f"t={d.t + 5000}", v)] for k, v in h])


def combined():
    line_break = lambda d: echoed(d.secret)
    escaped = lambda d: node("handlebars", template="{{secret}}", values={"secret": d.secret})
    two = lambda d: [secret_of(d.provider, 850 + d.n), d.secret]
    form = dict(cause="body-form", content_type="application/x-www-form-urlencoded", sign=lambda d: {"body": urlencode({"payload": d.body.decode()})})
    via("stripe-express4-and-newline", "stripe", 600, EXPRESS4, "/json", f"{EX4} json(); bash 5.2 echo", "The handler verifies JSON.stringify(req.body), and the secret ends with a line break.", also=["secret-space"], secret=line_break)
    via("github-django-and-newline", "github", 601, DJANGO, "/dumps", "Django 5.2.19; bash 5.2 echo", "The view verifies json.dumps text, and the secret ends with a line break.", also=["secret-space"], secret=line_break)
    via("slack-fastify-and-blank", "slack", 602, FASTIFY, "/json", "fastify 5.12.8", "The handler verifies the parsed body, and the secret begins with a blank.", also=["secret-space"], secret=lambda d: " " + d.secret, size=1)
    via("stripe-koa-and-second-secret", "stripe", 603, KOA, "/json", "koa 3.3.0, koa-bodyparser 4.4.1", "The handler verifies the parsed body, and the second secret signed.", also=["another-secret"], secrets=two)
    via("zoom-flask-and-second-secret", "zoom", 604, FLASK, "/dumps", "Flask 3.1.3", "The view verifies json.dumps text, and the second secret signed.", also=["another-secret"], secrets=two)
    via("gitea-hono-and-escaped", "gitea", 605, HONO, "/json", "hono 4.13.19; handlebars 4.7.10", "The handler verifies the parsed body, and the secret was escaped by a template.", also=["secret-escaped"], secret=escaped, delivery_secret="a&b/c==")
    via("linear-flask-and-quotes", "linear", 606, FLASK, "/dumps", "Flask 3.1.3; grep 3.8, cut 9.1", "The view verifies json.dumps text, and the secret has the quotes of the file .env.", also=["secret-escaped"], secret=lambda d: bash('echo "SECRET=\\"$S\\"" > .env; grep SECRET .env | cut -d= -f2- | tr -d "\\n"', S=d.secret).decode())
    via("github-form-and-second-secret", "github", 607, FLASK, "/form-payload", "Flask 3.1.3", "The view verifies the payload of the form, and the second secret signed.", also=["another-secret"], secrets=two, **form)
    via("github-form-and-newline", "github", 608, EXPRESS4, "/form-payload", f"{EX4} urlencoded()", "The handler verifies the payload of the form, and the secret ends with a line break.", also=["secret-space"], secret=line_break, **form)
    via("github-form-and-escaped", "github", 609, PHP, "/post-payload", f"{PHP_NAME}; handlebars 4.7.10", "The script verifies the payload of the form, and the secret was escaped.", also=["secret-escaped"], secret=escaped, delivery_secret="git&hub's=", **form)
    via("github-form-and-sha1", "github", 610, DJANGO, "/post-payload", "Django 5.2.19", "The sender has only SHA-1, and the view verifies the payload of the form.", also=["scheme"], **{**form, "sign": lambda d: {**form["sign"](d), "alg": "sha1", "header": "X-Hub-Signature", "value": "sha1={sig}"}})
    via("stripe-lambda-and-newline", "stripe", 611, PLAIN, "/lambda", f"{PY} handler with an event of API Gateway; bash 5.2 echo", "The body is base64, and the secret ends with a line break.", cause="body-base64", also=["secret-space"], secret=line_break)
    via("flat-lambda-and-second-secret", "x-webhook-signature", 612, PLAIN, "/lambda", f"{PY} handler with an event of API Gateway", "The body is base64, and the second secret signed.", cause="body-base64", also=["another-secret"], secrets=two)
    via("sentry-lambda-and-gzip", "sentry", 613, PLAIN, "/lambda", f"{PY} handler with an event of API Gateway; {PY} gzip", "The body was compressed by the sender, and the gateway hands it on as base64.", cause="body-base64", also=["body-compressed"], change=lambda b: gzip.compress(b, mtime=0), send_also=[["Content-Encoding", "gzip"]])
    via("flat-gzip-and-second-secret", "x-webhook-signature", 614, PROXY, "/gzip", f"{NODE_NAME} zlib proxy", "A proxy compresses the request, and the second secret signed.", cause="body-compressed", also=["another-secret"], secrets=two)
    via("paddle-flask-recorded", "paddle", 615, FLASK, "/dumps", "Flask 3.1.3", "The view verifies json.dumps text, and the delivery is an hour old.", also=["time-stale"], at=lambda d: d.t + 3600)
    via("stripe-express5-recorded", "stripe", 616, EXPRESS5, "/json", f"{EX5} json()", "The handler verifies the parsed body, and the delivery is a day old.", also=["time-stale"], at=lambda d: d.t + 86_400)
    pipe("slack-second-secret-recorded", "slack", 617, f"{PY} http.client", "The second secret signed, and the delivery is a day old.", lambda b: b, cause="another-secret", also=["time-stale"], secrets=two, at=lambda d: d.t + 86_400)
    via("webflow-node-latin1-and-newline", "webflow", 618, NODE, "/latin1", f"{NODE_NAME} http; bash 5.2 echo", "The body is read as Latin-1, and the secret ends with a line break.", cause="body-text-encoding", also=["secret-space"], secret=line_break, texts=ACCENTS)
    pipe("pagerduty-newline-and-newline", "pagerduty", 619, "bash 5.2 echo", "The saved body and the secret both end with a line break that echo added.", lambda b: bash('body="$(cat)"; echo "$body"', input=b), cause="body-space", also=["secret-space"], secret=line_break)
    pipe("hookdeck-newline-and-escaped", "hookdeck", 620, "bash 5.2 echo; handlebars 4.7.10", "The saved body ends with a line break, and the secret was escaped.", lambda b: bash('body="$(cat)"; echo "$body"', input=b), cause="body-space", also=["secret-escaped"], secret=escaped, delivery_secret="c2VjcmV0'==")
    pipe("github-newline-and-base64-tag", "github", 621, f"bash 5.2 echo; {NODE_NAME} digest('base64')", "The saved body ends with a line break, and the signature is base64.", lambda b: bash('body="$(cat)"; echo "$body"', input=b), cause="body-space", also=["signature-encoding"], sign=lambda d: {"encoding": B64, "signer": "node"})
    pipe("flat-prefix-and-newline", "x-webhook-signature", 622, f"{PY} hmac; bash 5.2 echo", "The header has the prefix sha256=, and the secret ends with a line break.", lambda b: b, cause="scheme", also=["secret-space"], accept=["signature-encoding"], sign=lambda d: {"value": "sha256={sig}", "signer": "python"}, secret=line_break)
    via("meta-sha1-and-json", "meta", 623, EXPRESS4, "/json", f"{EX4} json(); {PY} hmac sha1", "The sender has only SHA-1, and the handler verifies the parsed body.", also=["scheme"], sign=lambda d: {"alg": "sha1", "header": "X-Hub-Signature", "value": "sha1={sig}", "signer": "python"}, size=1)
    pipe("standard-raw-key-milliseconds", "standard-webhooks", 624, f"{NODE_NAME} crypto", "The sender takes the text for the key, and writes milliseconds.", lambda b: b, cause="secret-encoding", also=["time-unit"], sign=lambda d: {"key": d.secret.encode(), "stamp": d.t * 1000, "signer": "node"})
    pipe("replicate-raw-key-hex", "replicate", 625, f"{PY} hexdigest", "The sender takes the text for the key, and writes hex.", lambda b: b, cause="secret-encoding", also=["signature-encoding"], sign=lambda d: {"key": d.secret.encode(), "encoding": HEX, "signer": "python"})
    via("resend-flask-raw-key", "resend", 626, FLASK, "/dumps", f"Flask 3.1.3; {PY} hmac", "The view verifies json.dumps text, and the sender takes the text of the secret for the key.", also=["secret-encoding"], sign=lambda d: {"key": d.secret.encode(), "signer": "python"})
    pipe("stripe-body-only-base64", "stripe", 627, f"{NODE_NAME} digest('base64')", "The sender signs only the body, and writes base64.", lambda b: b, cause="time-unsigned", also=["signature-encoding"], accept=["scheme"], sign=lambda d: {"parts": "{body}", "encoding": B64, "signer": "node"})
    pipe("elevenlabs-v1-recorded", "elevenlabs", 628, f"{PY} hmac", "The sender writes v1= where v0= is expected, and the delivery is a day old.", lambda b: b, cause="scheme", also=["time-stale"], sign=lambda d: {"value": "t={t},v1={sig}"}, at=lambda d: d.t + 86_400)

    @guarded
    def square(name, n, also, story, secrets=None, secret=None, port=NGINX_TLS, path="/url/square", signed_url="https://hooks.example.com/url/square"):
        d = Delivery("square", n, url=signed_url)
        sent = d.sign()
        got = send(sent, port, path, tls=port == NGINX_TLS)
        case(name, d, sent, "url", f"{NGINX_NAME}, {EX4}", story, got=got, url=got["url"], also=also, secrets=secrets and secrets(d), secret=secret and secret(d))
    square("square-tls-and-second-secret", 629, ["another-secret"], "nginx ends TLS, and the second secret signed.", secrets=two)
    square("square-tls-and-newline", 630, ["secret-space"], "nginx ends TLS, and the secret ends with a line break.", secret=line_break)
    square("square-slash-and-newline", 631, ["secret-space"], "A rewrite adds a slash at the end, and the secret ends with a line break.", secret=line_break, port=NGINX, path="/slash/square", signed_url="http://hooks.example.com/slash/square")


def all_of_them():
    unknown()
    combined()
