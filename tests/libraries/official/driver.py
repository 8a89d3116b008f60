"""Answers questions about deliveries with the providers' own libraries: JSON lines in, JSON lines
out. See `driver.rs` for the questions."""

import base64
import importlib.metadata
import json
import logging
import sys
from datetime import datetime, timezone


def stripe(ask, secret, headers, body, **_):
    from stripe import WebhookSignature

    return WebhookSignature.verify_header(body, headers.get("stripe-signature"), secret, 300)


def stripe_sign(secret, body, time, **_):
    from stripe import WebhookSignature

    signature = WebhookSignature.generate_signature_header(body.decode(), secret, time)
    return {"Stripe-Signature": signature}


def standardwebhooks(ask, secret, headers, body, **_):
    from standardwebhooks.webhooks import Webhook

    Webhook(secret).verify(body, headers, json_parse=False)
    return True


def standardwebhooks_sign(secret, body, time, id, **_):
    from standardwebhooks.webhooks import Webhook

    signature = Webhook(secret).sign(id, datetime.fromtimestamp(time, timezone.utc), body.decode())
    return {"webhook-id": id, "webhook-timestamp": str(time), "webhook-signature": signature}


def svix(ask, secret, headers, body, **_):
    from svix.webhooks import Webhook

    Webhook(secret).verify(body, headers)
    return True


def svix_sign(secret, body, time, id, **_):
    from svix.webhooks import Webhook

    signature = Webhook(secret).sign(id, datetime.fromtimestamp(time, timezone.utc), body.decode())
    return {"svix-id": id, "svix-timestamp": str(time), "svix-signature": signature}


def slack_sdk(ask, secret, headers, body, **_):
    from slack_sdk.signature import SignatureVerifier

    return SignatureVerifier(secret).is_valid_request(body, headers)


def slack_sdk_sign(secret, body, time, **_):
    from slack_sdk.signature import SignatureVerifier

    signature = SignatureVerifier(secret).generate_signature(timestamp=str(time), body=body)
    return {"X-Slack-Request-Timestamp": str(time), "X-Slack-Signature": signature}


def openai(ask, secret, headers, body, **_):
    from openai import OpenAI

    OpenAI(api_key="key").webhooks.verify_signature(body, headers, secret=secret)
    return True


def resend(ask, secret, headers, body, **_):
    from resend import Webhooks

    names = {"id": "svix-id", "timestamp": "svix-timestamp", "signature": "svix-signature"}
    headers = {name: headers.get(header) for name, header in names.items()}
    Webhooks.verify({"payload": body.decode(), "headers": headers, "webhook_secret": secret})
    return True


def paddle(ask, secret, headers, body, **_):
    from paddle_billing.Notifications import Secret, Verifier

    class Request:
        pass

    request = Request()
    request.body = body
    request.headers = {"Paddle-Signature": headers.get("paddle-signature")}
    return Verifier().verify(request, Secret(secret))


def elevenlabs(ask, secret, headers, body, **_):
    from elevenlabs import ElevenLabs

    webhooks = ElevenLabs(api_key="key").webhooks
    webhooks.construct_event(body.decode(), headers.get("elevenlabs-signature"), secret)
    return True


def squareup(ask, secret, headers, body, url, **_):
    from square.utils.webhooks_helper import verify_signature

    return verify_signature(
        request_body=body.decode(),
        signature_header=headers.get("x-square-hmacsha256-signature"),
        signature_key=secret,
        notification_url=url,
    )


# An implementation of Ed25519, which `v1a` of Standard Webhooks uses.
def cryptography(ask, secret, headers, body, **_):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(secret.removeprefix("whpk_")))
    tag = base64.b64decode(headers["webhook-signature"].removeprefix("v1a,"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key.verify(tag, signed)
    return True


def cryptography_sign(secret, body, time, id, **_):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.removeprefix("whsk_")))
    tag = base64.b64encode(key.sign(f"{id}.{time}.".encode() + body)).decode()
    return {"webhook-id": id, "webhook-timestamp": str(time), "webhook-signature": f"v1a,{tag}"}


def is_text(body):
    try:
        body.decode()
        return True
    except UnicodeDecodeError:
        return False


def is_object(body):
    try:
        return isinstance(json.loads(body.decode()), dict)
    except ValueError:
        return False


FITS = {"bytes": lambda body: True, "text": is_text, "json": is_object}

# For each library: the form of the bodies that it can verify, its verification, its signing.
LIBRARIES = {
    "stripe": ("bytes", stripe, stripe_sign),
    "standardwebhooks": ("bytes", standardwebhooks, standardwebhooks_sign),
    "svix": ("bytes", svix, svix_sign),
    "slack_sdk": ("bytes", slack_sdk, slack_sdk_sign),
    "openai": ("bytes", openai, None),
    "resend": ("json", resend, None),
    "paddle-python-sdk": ("bytes", paddle, None),
    "elevenlabs": ("json", elevenlabs, None),
    "squareup": ("text", squareup, None),
    "cryptography": ("bytes", cryptography, cryptography_sign),
}


def answer(question):
    takes, verify, sign = LIBRARIES[question["library"]]
    if question["ask"] == "version":
        return {"text": importlib.metadata.version(question["library"])}
    question["body"] = base64.b64decode(question["body"])
    if question["ask"] == "sign":
        if sign is None:
            return {"cannot": True}
        try:
            return {"headers": sign(**question)}
        except UnicodeDecodeError:
            return {"cannot": True}
    if not FITS[takes](question["body"]):
        return {"cannot": True}
    try:
        return {"accepted": True} if verify(**question) else {"text": "false"}
    except Exception as error:
        return {"text": f"{type(error).__name__}: {error}"}


logging.disable()
# Text that libraries print must not be read as answers.
say, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), file=say, flush=True)
