"""Signs deliveries, checks them as a strict receiver does, and collects the cases."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import unicodedata
from urllib.parse import parse_qsl, quote, quote_plus, unquote_to_bytes, urlencode

HEX, B64 = "hex", "base64"


class Scheme:
    """How one provider signs. `parts` is the layout of the signed text, with `{t}`, `{id}`, `{url}`
    and `{body}`. `value` is the layout of the header, with `{sig}` and `{t}`."""

    def __init__(self, header, *, encoding=HEX, parts="{body}", value="{sig}", prefix="", list_=None,
                 time=None, id_=None, ms=False, tolerance=300, alg="sha256", key="text", forms=(),
                 also=()):
        self.header, self.encoding, self.parts, self.value = header, encoding, parts, value
        self.prefix, self.list, self.time, self.id = prefix, list_, time, id_
        self.ms, self.tolerance, self.alg, self.key = ms, tolerance, alg, key
        self.forms, self.also = forms, also


def _standard(family):
    return Scheme(f"{family}-signature", encoding=B64, parts="{id}.{t}.{body}", value="v1,{sig}",
                  list_=(" ", ",", "v1"), time=f"{family}-timestamp", id_=f"{family}-id",
                  key="base64")


SCHEMES = {
    "clerk": _standard("svix"),
    "dropbox": Scheme("X-Dropbox-Signature"),
    "elevenlabs": Scheme("ElevenLabs-Signature", parts="{t}.{body}", value="t={t},v0={sig}",
                         list_=(",", "=", "v0"), time="entry:t", tolerance=1800),
    "gitea": Scheme("X-Gitea-Signature", forms=("payload",)),
    "github": Scheme("X-Hub-Signature-256", value="sha256={sig}", prefix="sha256="),
    "gogs": Scheme("X-Gogs-Signature", forms=("payload",)),
    "hookdeck": Scheme("X-Hookdeck-Signature", encoding=B64),
    "linear": Scheme("Linear-Signature", time="member:webhookTimestamp", ms=True, tolerance=60),
    "meta": Scheme("X-Hub-Signature-256", value="sha256={sig}", prefix="sha256="),
    "openai": _standard("webhook"),
    "paddle": Scheme("Paddle-Signature", parts="{t}:{body}", value="ts={t};h1={sig}",
                     list_=(";", "=", "h1"), time="entry:ts", tolerance=5),
    "pagerduty": Scheme("X-PagerDuty-Signature", value="v1={sig}", list_=(",", "=", "v1")),
    "replicate": _standard("webhook"),
    "resend": _standard("svix"),
    "respan": Scheme("X-Respan-Signature", forms=("json.dumps",), also=("X-Keywordsai-Signature",)),
    "sentry": Scheme("Sentry-Hook-Signature"),
    "shopify": Scheme("X-Shopify-Hmac-Sha256", encoding=B64),
    "slack": Scheme("X-Slack-Signature", parts="v0:{t}:{body}", value="v0={sig}", prefix="v0=",
                    time="X-Slack-Request-Timestamp"),
    "speaknode": Scheme("X-Webhook-Signature"),
    "square": Scheme("X-Square-HmacSha256-Signature", encoding=B64, parts="{url}{body}"),
    "standard-webhooks": _standard("webhook"),
    "stripe": Scheme("Stripe-Signature", parts="{t}.{body}", value="t={t},v1={sig}",
                     list_=(",", "=", "v1"), time="entry:t"),
    "vercel": Scheme("x-vercel-signature", alg="sha1"),
    "webflow": Scheme("X-Webflow-Signature", parts="{t}:{body}", time="X-Webflow-Timestamp", ms=True),
    "woocommerce": Scheme("X-WC-Webhook-Signature", encoding=B64),
    "x-webhook-signature": Scheme("X-Webhook-Signature"),
    "zoom": Scheme("x-zm-signature", parts="v0:{t}:{body}", value="v0={sig}", prefix="v0=",
                   time="x-zm-request-timestamp"),
}


def to_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def key_of(scheme, secret):
    """The key that the scheme makes from the text of a secret."""
    if scheme.key == "text":
        return to_bytes(secret)
    text = secret.removeprefix("v1,").removeprefix("whsec_")
    if re.search(r"[^A-Za-z0-9+/=_-]", text):
        raise ValueError("not base64")
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def fill(parts, body, **values):
    out = b""
    for piece in re.split(r"(\{\w+\})", parts):
        if piece == "{body}":
            out += body
        elif piece.startswith("{"):
            out += to_bytes(str(values[piece[1:-1]]))
        else:
            out += piece.encode()
    return out


class Truth:
    """What the sender did: the algorithm, the key and the signed text."""

    def __init__(self, alg, key, text):
        self.alg, self.key, self.text = alg, key, text

    def tag(self):
        """The signature, computed by OpenSSL."""
        out = subprocess.run(
            ["openssl", "dgst", f"-{self.alg}", "-mac", "HMAC", "-macopt", f"hexkey:{self.key.hex()}"],
            input=self.text, capture_output=True, check=True).stdout.decode()
        return bytes.fromhex(out.split("= ")[-1].strip())


class Sent:
    """A delivery as the sender made it."""

    def __init__(self, headers, body, truth, url=None):
        self.headers, self.body, self.truth, self.url = headers, body, truth, url

    def but(self, *, headers=None, body=None):
        return Sent(self.headers if headers is None else headers,
                    self.body if body is None else body, self.truth, self.url)


def encode(tag, encoding):
    return tag.hex() if encoding == HEX else base64.b64encode(tag).decode()


class Strict:
    """A receiver that follows the scheme to the letter, with one secret."""

    def __init__(self, provider):
        self.scheme = SCHEMES[provider]

    def verify(self, secret, url, headers, body, now, *, check_time=True):
        s = self.scheme
        try:
            key = key_of(s, secret)
        except ValueError:
            return False
        found = [n for n in (s.header, *s.also)
                 if any(k.lower() == n.lower() for k, _ in headers)]
        if len(found) != 1:
            return False
        value = self.one(headers, found[0])
        if value is None:
            return False
        tags, stamp = self.tags(value)
        id_ = ""
        if s.id:
            id_ = self.one(headers, s.id)
            if id_ is None:
                return False
        if s.time and not s.time.startswith(("entry:", "member:")):
            stamp = self.one(headers, s.time)
        if s.time and not s.time.startswith("member:"):
            if not stamp or not stamp.isascii() or not stamp.isdigit():
                return False
        bodies = [body]
        if "payload" in s.forms and body.startswith(b"payload="):
            bodies.append(unquote_to_bytes(body[8:].split(b"&")[0].replace(b"+", b" ")))
        if "json.dumps" in s.forms:
            try:
                bodies.append(json.dumps(json.loads(body)).encode())
            except ValueError:
                pass
        for text in bodies:
            signed = fill(s.parts, text, t=stamp, id=id_, url=url or "")
            tag = hmac.new(key, signed, s.alg).digest()
            if tag in tags:
                if s.time and s.time.startswith("member:"):
                    stamp = str(json.loads(text).get(s.time[7:], ""))
                    if not stamp.isdigit():
                        return False
                if s.time and check_time:
                    seconds = int(stamp) / (1000 if s.ms else 1)
                    return abs(seconds - now) <= s.tolerance
                return True
        return False

    @staticmethod
    def one(headers, name):
        values = [v for k, v in headers if k.lower() == name.lower()]
        return values[0].strip(" \t") if len(values) == 1 else None

    def tags(self, value):
        s, stamp = self.scheme, None
        if s.list:
            separator, assign, key = s.list
            texts = []
            for entry in value.split(separator):
                k, _, v = entry.strip().partition(assign)
                if k == key:
                    texts.append(v.strip())
                if s.time == f"entry:{k}":
                    stamp = v.strip()
        else:
            texts = [value[len(s.prefix):]] if value.startswith(s.prefix) else []
        tags = []
        length = hashlib.new(s.alg).digest_size
        for text in texts:
            if s.encoding == HEX and re.fullmatch(f"[0-9a-fA-F]{{{2 * length}}}", text):
                tags.append(bytes.fromhex(text))
            elif s.encoding == B64 and re.fullmatch(r"[A-Za-z0-9+/]{43}=", text):
                tags.append(base64.b64decode(text))
        return tags, stamp


def tags_in(headers):
    """Everything in the headers that could be a signature, in any encoding."""
    out = []
    for _, value in headers:
        for word in re.findall(r"[0-9A-Za-z+/_=-]{27,}", value):
            for piece in {word, *word.split("="), word.removeprefix("0x")}:
                if re.fullmatch(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}", piece):
                    out.append(bytes.fromhex(piece))
                plain = piece.replace("-", "+").replace("_", "/").rstrip("=")
                try:
                    text = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
                    if re.fullmatch(rb"[0-9a-f]{40}|[0-9a-f]{64}", text):
                        out.append(bytes.fromhex(text.decode()))
                    out.append(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
                except ValueError:
                    pass
    return out


# The spellings of JSON that keep the members' order and the numbers as they are written.

class _Number(float):
    pass


def _parse(text):
    def number(literal):
        out = _Number(0)
        out.literal = literal
        return out
    return json.loads(text, parse_float=number, parse_int=number, parse_constant=number)


def _quote(text, ascii_, escapes):
    out = json.dumps(text, ensure_ascii=ascii_)
    for plain, escaped in escapes:
        out = out.replace(plain, escaped)
    return out


def _write(value, item, colon, indent, level, quote, sort):
    if isinstance(value, _Number):
        return value.literal
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return quote(value)
    pad = "" if indent is None else "\n" + indent * (level + 1)
    end = "" if indent is None else "\n" + indent * level
    inner = []
    if isinstance(value, list):
        if not value:
            return "[]"
        inner = [_write(v, item, colon, indent, level + 1, quote, sort) for v in value]
        return "[" + pad + (item + pad).join(inner) + end + "]"
    if not value:
        return "{}"
    for k, v in sorted(value.items()) if sort else value.items():
        inner.append(quote(k) + colon + _write(v, item, colon, indent, level + 1, quote, sort))
    return "{" + pad + (item + pad).join(inner) + end + "}"


ESCAPES = {
    "js": [], "php": [("/", "\\/")],
    "go": [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")],
}


def respellings(body):
    """Yields the other spellings of a JSON body, or nothing if it is not JSON."""
    try:
        value = _parse(body.decode())
    except ValueError:
        return
    for item, colon, indent in [(",", ":", None), (", ", ": ", None), (",", ": ", "  "), (",", ": ", "    "), (",", ": ", "\t"), (",", ": ", None)]:
        for ascii_ in (False, True):
            for escapes in ESCAPES.values():
                for sort in (False, True):
                    text = _write(value, item, colon, indent, 0,
                                  lambda t: _quote(t, ascii_, escapes), sort)
                    for end in ("", "\n"):
                        try:
                            yield (text + end).encode()
                        except UnicodeEncodeError:
                            pass


def redecodings(body):
    """Yields the texts that a wrong decoding or a normalisation turned into this body."""
    def tried(way):
        try:
            return [way()]
        except (UnicodeError, LookupError):
            return []
    for charset in ("latin-1", "cp1252"):
        yield from tried(lambda: body.decode().encode(charset))
        yield from tried(lambda: body.decode(charset).encode())
    # As browsers and Java read windows-1252: its five unused bytes stay as they are.
    table = {chr(c): bytes([c]) for c in (0x81, 0x8d, 0x8f, 0x90, 0x9d)}
    yield from tried(lambda: b"".join(table.get(c) or c.encode("cp1252") for c in body.decode()))
    for form in ("NFC", "NFD"):
        yield from tried(lambda: unicodedata.normalize(form, body.decode()).encode())
    for charset in ("utf-16", "utf-16-le", "utf-16-be"):
        yield from tried(lambda: body.decode(charset).encode())
    yield body.removeprefix(b"\xef\xbb\xbf")
    yield b"\xef\xbb\xbf" + body
    yield body.decode("utf-8", "replace").encode()


def respacings(body):
    """Yields the bodies with other white space around them, or with other line breaks."""
    for inner in (body, body.strip(), body.replace(b"\r\n", b"\n"), re.sub(rb"\r?\n", b"\r\n", body)):
        for end in (b"", b"\n", b"\r\n", b"\n\n"):
            yield inner + end


def reforms(body):
    """Yields the forms that hold this text, and the text that this form holds."""
    text = body.decode()
    for inner in {body, *respellings(body)}:
        for way in (quote_plus, quote):
            yield urlencode({"payload": inner.decode()}, quote_via=way).encode()
    try:
        members = json.loads(text)
        if isinstance(members, dict) and all(isinstance(v, str) for v in members.values()):
            for way in (quote_plus, quote):
                yield urlencode(members, quote_via=way).encode()
    except ValueError:
        for way in (quote_plus, quote):
            yield urlencode(parse_qsl(text, keep_blank_values=True), quote_via=way).encode()
        yield dict(parse_qsl(text)).get("payload", "").encode()
