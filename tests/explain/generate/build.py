"""Signs the deliveries, and adds the cases to the corpus after it checked them."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import sys
import traceback

import bodies
import tools
from bodies import NOW
from lib import SCHEMES, Sent, Strict, Truth, encode, fill, key_of, redecodings, reforms, respacings, respellings, tags_in, to_bytes

CAUSES = set("""body-reserialized body-form another-secret body-text-encoding secret-space body-space url scheme
body-base64 body-empty body-compressed time-stale time-early time-unit time-unsigned secret-encoding
signature-encoding secret-escaped signature-missing body-cut secret-kind unknown""".split())
cases, names, problems = [], set(), []


def secret_of(provider, n):
    """A secret of the form that the provider's console shows."""
    r = random.Random(f"secret {provider} {n}")
    letters = lambda count: "".join(r.choices("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=count))
    hexa = lambda count: "".join(r.choices("0123456789abcdef", k=count))
    if SCHEMES[provider].key == "base64":
        return "whsec_" + base64.b64encode(r.randbytes(r.choice([24, 32]))).decode()
    return {"stripe": lambda: "whsec_test_" + letters(24), "paddle": lambda: "pdl_ntfset_test_" + letters(20), "linear": lambda: "lin_wh_test_" + letters(20),
            "elevenlabs": lambda: "wsec_test_" + hexa(40), "shopify": lambda: hexa(64), "woocommerce": lambda: letters(8) + "`{|}~ " + letters(8) if r.random() < .3 else letters(40),
            "square": lambda: letters(22), "github": lambda: hexa(40), "slack": lambda: hexa(32)}.get(provider, lambda: letters(32))()


def facts(provider, m):
    """The headers that the provider sends beside the signature."""
    return {"github": [["X-GitHub-Event", "push"], ["X-GitHub-Delivery", m.hex(32)]],
            "gitea": [["X-Gitea-Event", "push"], ["X-Gitea-Delivery", m.hex(32)]], "gogs": [["X-Gogs-Event", "push"], ["X-Gogs-Delivery", m.hex(32)]],
            "shopify": [["X-Shopify-Topic", "orders/create"], ["X-Shopify-Webhook-Id", m.hex(32)]],
            "woocommerce": [["X-WC-Webhook-Topic", "order.updated"], ["X-WC-Webhook-Delivery-ID", m.hex(32)]],
            "sentry": [["Sentry-Hook-Resource", "issue"], ["Request-ID", m.hex(32)]], "linear": [["Linear-Delivery", m.hex(32)], ["Linear-Event", "Issue"]],
            "hookdeck": [["X-Hookdeck-EventID", m.id("evt_")]]}.get(provider, [])


LIBRARIES = {"stripe": "stripe", "github": "octokit", "meta": "octokit", "standard-webhooks": "standardwebhooks", "openai": "standardwebhooks", "replicate": "standardwebhooks",
             "clerk": "svix", "resend": "svix"}


def signer_for(tool):
    """The signer that a tool's name states, or `None` if it states no signer."""
    for start, signer in (("Python", "python"), ("Node", "node"), ("PHP", "php"), ("openssl dgst", "openssl"), ("stripe", "library"), ("svix", "library"), ("standardwebhooks", "library"), ("@octokit", "library")):
        if tool.startswith(start):
            return signer


def mac(alg, key, text, signer):
    if signer == "openssl":
        return Truth(alg, key, text).tag()
    if signer == "node":
        return base64.b64decode(tools.node("hmac", alg=alg, key=key, text=text))
    if signer == "php":
        code = f"hash_hmac('{alg}', $in, hex2bin('{key.hex()}'))"
        return bytes.fromhex(tools.php(code, text).decode())
    return hmac.new(key, text, alg).digest()


class Delivery:
    """One event of a provider, before it is signed."""

    def __init__(self, provider, n, *, body=None, style=None, size=None, t=None, secret=None, url=None, texts=bodies.TEXTS):
        self.provider, self.n, self.scheme = provider, n, SCHEMES[provider]
        self.t = NOW + 977 * n if t is None else t
        self.secret = secret or secret_of(provider, n)
        size = (0, 1, 0, 3, 0, 8, 2)[n % 7] if size is None else size
        self.body = bodies.body(provider, n, style=style, t=self.t, size=size, texts=texts) if body is None else to_bytes(body)
        m = bodies.Maker(provider, f"facts {n}")
        self.id, self.facts, self.url = m.id("msg_", 27), facts(provider, m), url

    def sign(self, body=None, *, signed=None, secret=None, key=None, alg=None, encoding=None, value=None, header=None, parts=None, stamp=None, signed_stamp=None,
             change=lambda text: text, signer=None, also=(), id_=None):
        """Returns the delivery as it is sent. `signed` is the body that is signed, if another one is
        sent. `change` changes the text of the signature."""
        s = self.scheme
        body = self.body if body is None else to_bytes(body)
        signed = body if signed is None else to_bytes(signed)
        plain = not any((key, alg, parts, signed_stamp, secret)) and SCHEMES[self.provider].key == s.key
        key = key_of(s, secret or self.secret) if key is None else to_bytes(key)
        stamp = str(stamp if stamp is not None else self.t * 1000 if s.ms else self.t)
        text = fill(parts or s.parts, signed, t=signed_stamp or stamp, id=id_ or self.id, url=self.url or "")
        alg = alg or s.alg
        signer = signer or ["library", "python", "openssl", "node", "php"][(self.n + len(self.provider)) % 5]
        tag = None
        if signer == "library" and plain and stamp == str(self.t):
            tag = self.by_library(signed)
        if tag is None:
            tag = mac(alg, key, text, "python" if signer == "library" else signer)
        truth = Truth(alg, key, text)
        truth.body = signed
        truth.tag_sent = tag
        sig = change(encode(tag, encoding or s.encoding))
        headers = [[header or s.header, (value or s.value).format(sig=sig, t=stamp)]]
        if s.id:
            headers = [[s.id, self.id], [s.time, stamp], *headers]
        elif s.time and ":" not in s.time:
            headers = [[s.time, stamp], *headers]
        return Sent([*self.facts, *headers, *map(list, also)], body, truth, self.url)

    def by_library(self, signed):
        library = LIBRARIES.get(self.provider)
        try:
            signed.decode()
        except UnicodeDecodeError:
            return None
        if library == "stripe":
            return bytes.fromhex(tools.node("stripe", secret=self.secret, body=signed, time=self.t).split("v1=")[1])
        if library == "octokit":
            return bytes.fromhex(tools.node("octokit", secret=self.secret, body=signed)[7:])
        if library:
            return base64.b64decode(tools.node(library, secret=self.secret, id=self.id, time=self.t, body=signed)[3:])


def capture(sent, client=None, **more):
    """Sends the delivery to a socket that keeps everything as it is."""
    client = client or tools.client_for(sent.truth.tag_sent.hex())
    return tools.send(sent, tools.CAPTURE, client=client, **more)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def case(name, delivery, sent, cause, tool, story, *, got=None, body=None, headers=None, secrets=None, secret=None, url=None, at=None, accept=(), also=(), provider=None,
         has_tag=True):
    """Adds one case, unless one of its checks fails. `got` is what the receiver received."""
    got = (got() if callable(got) else got) or capture(sent)
    if callable(body):
        body = body(got["body"])
    provider = provider or delivery.provider
    headers = got["headers"] if headers is None else headers
    headers = [[k, v] for k, v in headers]
    body = got["body"] if body is None else to_bytes(body)
    secrets = secrets or [secret if secret is not None else delivery.secret]
    at = delivery.t + 2 if at is None else at
    accept = list(accept)
    truth = sent.truth
    all_causes = [cause, *also]
    check(name not in names, "the name is taken")
    check(set(all_causes) | set(accept) <= CAUSES, "not a cause")
    # The ground truth: OpenSSL makes the signature that the delivery has.
    tag = truth.tag()
    check(tag == truth.tag_sent, "the signer and OpenSSL differ")
    if has_tag:
        check(tag in tags_in(headers), "the delivery does not have the signature")
    # The receiver's view: the delivery does not verify.
    strict = Strict(provider)
    check(not strict.verify(secrets[0], url, headers, body, at), "it verifies")
    if cause in ("time-stale", "time-early") and not also:
        check(strict.verify(secrets[0], url, headers, body, at, check_time=False), "it is not the time")
    if cause == "another-secret" and not also:
        check(any(strict.verify(s, url, headers, body, at) for s in secrets[1:]), "no secret verifies")
    if "body-reserialized" in all_causes and "body-reserialized" not in accept:
        before = re.sub(rb"^\xef\xbb\xbf|\s+$", b"", body)
        if truth.body not in respellings(before) and cause == "body-reserialized":
            accept.append("unknown")
    # The stated cause must be one that can be found.
    if cause == "body-text-encoding" and "unknown" not in accept:
        check(truth.body in redecodings(body), "the encoding cannot be undone")
    if cause == "body-space" and not {"unknown", "body-reserialized"} & set(accept):
        check(truth.body in respacings(body), "the white space cannot be undone")
    if cause == "body-form" and "unknown" not in accept:
        check(truth.body in reforms(body), "the form cannot be undone")
    if also:
        # Neither of the two repairs is enough alone.
        check(not strict.verify(delivery.secret, url, headers, body, at), "the secret is enough")
        both_change_the_body = all(c.startswith("body-") for c in all_causes)
        body_is_enough = strict.verify(secrets[0], sent.url or url, headers, truth.body, at)
        check(both_change_the_body or not body_is_enough, "the body is enough")
    if cause == "unknown":
        for text in {body, *respellings(body)}:
            for s in secrets:
                check(not strict.verify(s, url, headers, text, at, check_time=False), "it can be explained")
    library = LIBRARIES.get(provider)
    if library and cause not in ("another-secret", "time-stale", "time-early"):
        verdict = tools.node("verify", library=library, secret=secrets[0], headers={k.lower(): v for k, v in headers}, body=body, time=at)
        # The libraries decode the bytes of the body as text, and some of them read the secret leniently.
        if verdict:
            print(f"note: the library {library} accepts {name}", file=sys.stderr)
    names.add(name)
    line = {"name": name, "provider": provider, "cause": cause, "accept": accept, "tool": tool, "story": story, "secrets": secrets, "url": url, "headers": headers,
            "body_base64": base64.b64encode(body).decode(), "received_at": at}
    if also:
        line["also"] = list(also)
    line["signed_base64_sha256"] = hashlib.sha256(truth.text).hexdigest()
    cases.append(line)


def guarded(function):
    """Runs a function that adds cases, and keeps its failure for the end."""
    def run(*arguments, **more):
        try:
            return function(*arguments, **more)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = next((f.lineno for f in reversed(frames) if "cases" in f.filename), 0)
            problems.append(f"{arguments[0] if arguments else function.__name__}: {type(error).__name__} {str(error)[:300]} (line {where})")
    return run



def finish(path):
    for problem in problems:
        print("problem:", problem, file=sys.stderr)
    if problems and not os.environ.get("CORPUS_DRAFT"):
        sys.exit(1)
    with open(path, "w") as file:
        for line in cases:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    from collections import Counter
    for title, counter in [("cause", Counter(c["cause"] for c in cases)), ("also", Counter(a for c in cases for a in c.get("also", []))), ("provider", Counter(c["provider"] for c in cases))]:
        print(title, ", ".join(f"{k} {v}" for k, v in counter.most_common()))
    print(len(cases), "cases,", os.path.getsize(path), "bytes")
