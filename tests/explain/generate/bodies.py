"""The bodies of the events, in the spelling of each provider."""

import json
import random

import tools

NOW = 1_760_000_000

WORDS = ("invoice order refund shipment parcel garden lamp kettle blue green small large north south "
         "paper copper quick quiet early late river stone").split()
TEXTS = [
    "Zoë's café — 5 € off", "naïve façade, größer", "東京都の注文 #42", "Привет, мир", "ready 🚀 to ship 👩‍🚀",
    "Fish & Chips <b>hot</b>", "a/b/c?x=1&y=2", "tab\there, quote \" and \\ backslash", "line one\nline two",
    "Ærø → Ørsted", "100 % cotton 'soft'", "مرحبا بالعالم", "plain text, nothing special", "naïve <script>alert(1)</script>",
    "no-break\u00a0space and soft\u00adhyphen", "½ price — “today only”",
]


# Texts whose characters Latin-1 has, for the cases about the encoding.
ACCENTS = ["Zoë's café", "naïve façade, größer", "½ price, señor", "Ærø, Malmö"]


class Maker:
    def __init__(self, provider, n, texts=TEXTS):
        self.texts = texts
        self.random = random.Random(f"{provider} {n}")

    def id(self, prefix, length=14):
        return prefix + "".join(self.random.choices("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789", k=length))

    def hex(self, length):
        return "".join(self.random.choices("0123456789abcdef", k=length))

    def int(self, low, high):
        return self.random.randint(low, high)

    def text(self):
        return self.random.choice(self.texts)

    def words(self, count):
        return " ".join(self.random.choices(WORDS, k=count))

    def time(self, t):
        import datetime
        return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(provider, n, *, t=NOW, size=0, texts=TEXTS):
    """Returns the event as an object. `size` adds that many items of about 200 bytes."""
    m = Maker(provider, n, texts)
    items = [{"id": m.id("it_", 8), "title": m.words(4), "note": m.text(), "quantity": m.int(1, 9),
              "price": m.int(100, 99999), "url": f"https://shop.example.com/items/{m.int(1, 9999)}?ref=a&v={i}",
              "tags": [], "options": {}, "gift": False, "discount": None} for i in range(size)]
    if provider == "stripe":
        kind = m.random.choice(["invoice.paid", "checkout.session.completed", "charge.refunded", "customer.updated"])
        out = {"id": m.id("evt_1"), "object": "event", "api_version": "2025-02-24.acacia", "created": t,
               "data": {"object": {"id": m.id("in_1"), "object": kind.split(".")[0], "amount_due": m.int(100, 99999), "currency": "eur",
                                   "customer": m.id("cus_", 10), "description": m.text(), "metadata": {}, "lines": {"data": items, "has_more": False},
                                   "receipt_url": f"https://pay.example.com/receipts/{m.hex(20)}"}},
               "livemode": False, "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}, "type": kind}
    elif provider == "github":
        out = {"ref": "refs/heads/main", "before": m.hex(40), "after": m.hex(40),
               "repository": {"id": m.int(10**7, 10**8), "name": "garden", "full_name": "example/garden", "private": False,
                              "html_url": "https://github.com/example/garden", "description": m.text(), "topics": []},
               "pusher": {"name": "ada", "email": "ada@example.com"}, "created": False, "deleted": False, "forced": False, "base_ref": None,
               "commits": [{"id": m.hex(40), "message": m.text(), "timestamp": m.time(t - 60), "added": [f"src/{m.words(1)}.rs"], "removed": [],
                            "modified": []}] + items, "action": m.random.choice(["opened", "closed", "edited"])}
    elif provider in ("gitea", "gogs"):
        out = {"ref": "refs/heads/main", "before": m.hex(40), "after": m.hex(40), "compare_url": f"https://git.example.com/example/garden/compare/{m.hex(10)}...{m.hex(10)}",
               "commits": [{"id": m.hex(40), "message": m.text() + "\n", "url": "https://git.example.com/example/garden/commit/1", "verification": None}] + items,
               "repository": {"id": m.int(1, 999), "name": "garden", "empty": False, "size": m.int(20, 9000)}, "sender": {"id": 1, "login": "ada"}}
    elif provider == "shopify":
        out = {"id": m.int(10**12, 9 * 10**12), "email": "ada@example.com", "created_at": "2025-10-09T10:53:20+02:00", "total_price": f"{m.int(1, 999)}.00",
               "currency": "EUR", "note": m.text(), "note_attributes": [], "customer": {"id": m.int(10**12, 9 * 10**12), "first_name": "Ada", "tags": ""},
               "line_items": [{"id": m.int(10**12, 9 * 10**12), "title": m.text(), "price": "10.00", "grams": 200}] + items, "order_status_url": f"https://shop.example.com/orders/{m.hex(16)}?key={m.hex(8)}&a=1"}
    elif provider == "slack":
        out = {"token": m.hex(24), "team_id": m.id("T", 8).upper(), "api_app_id": m.id("A", 8).upper(),
               "event": {"type": "message", "channel": m.id("C", 8).upper(), "user": m.id("U", 8).upper(), "text": m.text(), "ts": f"{t}.000200", "blocks": items},
               "type": "event_callback", "event_id": m.id("Ev", 10), "event_time": t, "authorizations": [{"enterprise_id": None, "is_bot": True}]}
    elif provider == "zoom":
        out = {"event": "meeting.participant_joined", "payload": {"account_id": m.id("", 20), "object": {"id": str(m.int(10**9, 10**10)), "uuid": m.id("", 20) + "==", "topic": m.text(), "type": 2, "duration": 60, "participants": items}},
               "event_ts": t * 1000}
    elif provider == "linear":
        out = {"action": "update", "type": "Issue", "createdAt": "2025-10-09T08:53:20.113Z", "data": {"id": m.hex(32), "title": m.text(), "priority": m.int(0, 4), "estimate": None, "labels": items, "description": m.words(8)},
               "url": f"https://linear.app/example/issue/EX-{m.int(1, 999)}", "updatedFrom": {"sortOrder": -12.5}, "webhookTimestamp": t * 1000 + 113, "webhookId": m.hex(32)}
    elif provider == "dropbox":
        out = {"list_folder": {"accounts": [m.id("dbid:", 30), m.id("dbid:", 30)]}, "delta": {"users": [m.int(10**6, 10**8)]}, "note": m.text()}
        out["list_folder"]["more"] = items
    elif provider == "woocommerce":
        out = {"id": m.int(100, 9999), "status": "processing", "currency": "EUR", "total": "10.00", "date_created": "2025-10-09T10:53:20", "billing": {"first_name": "Ada", "city": m.text()},
               "line_items": [{"id": m.int(1, 99), "name": m.text(), "price": 10.5, "taxes": []}] + items, "meta_data": [], "_links": {"self": [{"href": "https://shop.example.com/wp-json/wc/v3/orders/7"}]}}
    elif provider == "paddle":
        out = {"event_id": m.id("evt_01", 24).lower(), "event_type": "transaction.completed", "occurred_at": "2025-10-09T08:53:20.113297Z", "notification_id": m.id("ntf_01", 24).lower(),
               "data": {"id": m.id("txn_01", 24).lower(), "status": "completed", "details": {"totals": {"total": str(m.int(100, 9999)), "tax": "0"}}, "custom_data": {"note": m.text()}, "items": items, "discount_id": None}}
    elif provider == "elevenlabs":
        out = {"type": "post_call_transcription", "event_timestamp": t, "data": {"agent_id": m.id("agent_", 12), "conversation_id": m.id("conv_", 12), "status": "done",
               "transcript": [{"role": "agent", "message": m.text(), "time_in_call_secs": 0.5}, {"role": "user", "message": m.text(), "time_in_call_secs": 3}] + items, "metadata": {"cost": m.int(1, 900)}, "analysis": None}}
    elif provider == "webflow":
        out = {"triggerType": "form_submission", "payload": {"name": "Contact", "siteId": m.hex(24), "data": {"First Name": "Ada", "Message": m.text()}, "schema": items, "submittedAt": "2025-10-09T08:53:20.113Z", "id": m.hex(24), "formId": m.hex(24)}}
    elif provider == "pagerduty":
        out = {"event": {"id": m.id("01", 24).upper(), "event_type": "incident.triggered", "resource_type": "incident", "occurred_at": "2025-10-09T08:53:20.113Z", "agent": None,
               "data": {"id": m.id("P", 6).upper(), "type": "incident", "self": "https://api.example.com/incidents/1", "title": m.text(), "urgency": "high", "teams": items}}}
    elif provider == "hookdeck":
        out = {"type": "order.created", "order": {"id": m.int(1, 99999), "note": m.text(), "lines": items}, "source": "shop"}
    elif provider == "vercel":
        out = {"id": m.id("uev_", 24), "type": "deployment.succeeded", "createdAt": t * 1000, "region": "fra1", "payload": {"deployment": {"id": m.id("dpl_", 20), "meta": {"githubCommitMessage": m.text()}, "name": "garden"}, "links": {"project": "https://vercel.example.com/example/garden"}, "plan": "pro", "items": items}}
    elif provider == "square":
        out = {"merchant_id": m.id("ML", 11).upper(), "type": "payment.updated", "event_id": m.hex(32), "created_at": "2025-10-09T08:53:20.113Z",
               "data": {"type": "payment", "id": m.id("", 20), "object": {"payment": {"id": m.id("", 20), "amount_money": {"amount": m.int(100, 9999), "currency": "EUR"}, "note": m.text(), "status": "COMPLETED", "lines": items}}}}
    elif provider == "sentry":
        out = {"action": "created", "installation": {"uuid": m.hex(32)}, "data": {"issue": {"id": str(m.int(1, 99999)), "title": f"TypeError: {m.text()}", "culprit": "app/views.py in <lambda>", "metadata": {}, "level": "error", "permalink": None, "tags": items}}, "actor": {"type": "application", "id": "sentry", "name": "Sentry"}}
    elif provider == "respan":
        out = {"event": "New request log", "unique_id": m.hex(32), "model": "small-1", "cost": 0.00213, "latency": 1.25, "prompt_tokens": m.int(1, 900), "completion": m.text(), "metadata": {}, "messages": items}
    elif provider == "meta":
        out = {"object": "page", "entry": [{"id": str(m.int(10**14, 10**15)), "time": t * 1000, "messaging": [{"sender": {"id": str(m.int(10**14, 10**15))}, "timestamp": t * 1000, "message": {"mid": m.id("m_", 30), "text": m.text()}}], "changes": items}]}
    elif provider == "openai":
        out = {"id": m.id("evt_", 20), "object": "event", "created_at": t, "type": "response.completed", "data": {"id": m.id("resp_", 20), "note": m.text(), "output": items}}
    elif provider == "replicate":
        out = {"id": m.id("", 26).lower(), "version": m.hex(40), "status": "succeeded", "input": {"prompt": m.text()}, "output": [f"https://replicate.example.com/out/{m.hex(12)}.png"] + items, "metrics": {"predict_time": 4.484541}, "error": None, "logs": "Using seed: 42\n  0%|          | 0/4\n100%|██████████| 4/4\n"}
    elif provider == "resend":
        out = {"type": "email.delivered", "created_at": "2025-10-09T08:53:20.113Z", "data": {"email_id": m.hex(32), "from": "Garden <garden@example.com>", "to": ["ada@example.com"], "subject": m.text(), "headers": items}}
    elif provider == "clerk":
        out = {"data": {"id": m.id("user_", 24), "first_name": "Ada", "username": None, "public_metadata": {}, "external_accounts": items, "bio": m.text(), "created_at": t * 1000}, "event_attributes": {"http_request": {"client_ip": "192.0.2.7", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}}, "object": "event", "timestamp": t * 1000, "type": "user.updated"}
    elif provider == "speaknode":
        out = {"type": "ConversationComplete", "agentId": m.hex(16), "transcript": [{"speaker": "caller", "text": m.text()}, {"speaker": "agent", "text": m.words(9)}] + items, "durationSeconds": 12.5}
    elif provider == "x-webhook-signature" and m.int(0, 1):
        out = {"id": m.id("evt_"), "type": "resource.updated", "created_at": m.time(t), "data": {"object": {"id": m.id("res_", 8), "name": m.text(), "status": "active", "items": items}}, "previous_data": {"object": {"status": "pending"}}}
    else:
        out = {"id": m.id("evt_"), "type": "user.updated", "created_at": m.time(t), "data": {"id": m.id("usr_", 8), "name": m.text(), "email": "ada@example.com", "status": "active", "items": items}}
    return out


def spell(obj, style):
    """Writes an object with a real serialiser."""
    text = json.dumps(obj, ensure_ascii=False)
    raw = text.encode()
    if style == "js":
        return tools.node("stringify", text=text).encode()
    if style.startswith("js-"):
        return tools.node("stringify", text=text, indent={"2": 2, "4": 4, "tab": "\t"}[style[3:]]).encode()
    if style == "py":
        return json.dumps(obj).encode()
    if style == "py-compact":
        return json.dumps(obj, separators=(",", ":"), ensure_ascii=False).encode()
    if style == "py-sorted":
        return json.dumps(obj, sort_keys=True).encode()
    if style == "py-compact-sorted":
        return json.dumps(obj, separators=(",", ":"), sort_keys=True).encode()
    if style == "py-utf8":
        return raw
    if style == "py-4":
        return json.dumps(obj, indent=4).encode()
    if style == "php":
        return tools.php("json_encode(json_decode($in))", raw)
    if style == "php-plain":
        return tools.php("json_encode(json_decode($in), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)", raw)
    if style == "php-slashes":
        return tools.php("json_encode(json_decode($in), JSON_UNESCAPED_SLASHES)", raw)
    if style == "php-pretty":
        return tools.php("json_encode(json_decode($in), JSON_PRETTY_PRINT)", raw)
    if style == "go":
        return tools.go("raw-compact", raw)
    if style == "go-2":
        return tools.go("raw-indent", tools.go("raw-compact", raw))
    if style == "rails":
        return tools.ruby("rails", raw)
    raise ValueError(style)


STYLES = {"stripe": "js-2", "shopify": "rails", "slack": "php", "woocommerce": "php", "meta": "php", "gitea": "go-2", "gogs": "go-2",
          "dropbox": "py", "respan": "py", "openai": "py-compact", "replicate": "py-compact", "elevenlabs": "py-compact", "speaknode": "py-compact"}


def body(provider, n, *, style=None, **more):
    return spell(event(provider, n, **more), style or STYLES.get(provider, "js"))
