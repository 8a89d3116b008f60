"""The cases in which the verified body is not the signed one."""

import base64
import gzip
import json
import sys
import unicodedata
from urllib.parse import quote, urlencode

import bodies
import httpx
import requests
import tools
from bodies import ACCENTS
from build import Delivery, case, guarded
from tools import (AIOHTTP, DJANGO, EXPRESS4, EXPRESS5, FASTAPI, FASTIFY, FLASK, HONO, KOA, KOA_BODY, NGINX, NODE, PHP, PLAIN, PROXY, bash, client_for, go, java, node, php, ruby, run, send)

PY = f"Python {sys.version.split()[0]}"
PHP_NAME = "PHP " + run("php", "-r", "echo PHP_VERSION;").decode()
RUBY = "Ruby " + run("ruby", "-e", "print RUBY_VERSION").decode()
GO = "Go " + run("go", "version").decode().split()[2][2:]
JQ = run("jq", "--version").decode().strip().replace("-", " ")
NODE_NAME = "Node " + run("node", "--version").decode().strip()[1:]
CURL = "curl " + run("curl", "--version").decode().split()[1]
NGINX_NAME = "nginx " + run("bash", "-c", "nginx -v 2>&1").decode().strip().split("/")[-1]
version = lambda module: f"{module.__name__} {module.__version__}"


def extra(d, secrets, at):
    return {"secrets": secrets and secrets(d), "at": at and at(d)}


@guarded
def via(name, provider, n, port, path, tool, story, *, cause="body-reserialized", content_type="application/json", accept=(), also=(), secret=None, change=None, sign=None, send_also=None, secrets=None, at=None, delivery_secret=None, **more):
    """A delivery that a real server receives."""
    d = Delivery(provider, n, secret=delivery_secret, **more)
    sent = d.sign(**(sign(d) if sign else {}))
    if change:
        sent = sent.but(body=change(sent.body))
    if send_also:
        sent = sent.but(headers=[*sent.headers, *send_also])
    got = send(sent, port, path, client=client_for(name), content_type=content_type)
    case(name, d, sent, cause, tool, story, got=got, accept=accept, also=also, secret=secret(d) if secret else None, **extra(d, secrets, at))


@guarded
def pipe(name, provider, n, tool, story, way, *, cause="body-reserialized", accept=(), also=(), secret=None, sign=None, secrets=None, at=None, delivery_secret=None, **more):
    """A delivery whose body a tool changes after it was received."""
    d = Delivery(provider, n, secret=delivery_secret, **more)
    sent = d.sign(**(sign(d) if sign else {}))
    case(name, d, sent, cause, tool, story, body=way, accept=accept, also=also, secret=secret(d) if secret else None, **extra(d, secrets, at))


@guarded
def sends(name, provider, n, tool, story, signed, sent_body, *, cause="body-reserialized", accept=(), also=(), secret=None, **more):
    """A sender that signs one text and sends another."""
    d = Delivery(provider, n, **more)
    event = json.loads(d.body)
    sent = d.sign(sent_body(event), signed=signed(event))
    case(name, d, sent, cause, tool, story, accept=accept, also=also, secret=secret(d) if secret else None)


# Bodies whose numbers or members do not survive every parser.
RAW = {
    "prices": '{"id":"evt_9f3","type":"order.updated","created_at":"2025-10-09T08:53:20Z","data":{"id":"ord_1","name":"Fish & Chips","total":10.00,"tax":0.50,"rate":1e5,"items":[]}}',
    "big": '{"id":"evt_9f4","type":"order.updated","created_at":"2025-10-09T08:53:20Z","data":{"id":90071992547409931234,"account":1234567890123456789,"name":"Zoë","status":"active"}}',
    "escaped": '{"id":"evt_9f5","type":"user.updated","created_at":"2025-10-09T08:53:20Z","data":{"id":"usr_1","name":"Zo\\u00eb \\u6771\\u4eac \\ud83d\\ude80","url":"https:\\/\\/example.com\\/a","status":"active"}}',
    "mixed": '{ "id":"evt_9f6", "type":"user.updated",\n  "created_at":"2025-10-09T08:53:20Z", "data":{ "id":"usr_2", "name":"Zoë \\u00e9 &amp; co" , "tags":[ 1,2 ,3] } }',
    "twice": '{"id":"evt_9f7","type":"user.updated","data":{"id":"usr_3","status":"old","status":"new"}}',
    "empty": '{"id": "evt_9f8", "type": "user.updated", "data": {"id": "usr_4", "a": {}, "b": [], "c": [{}, [], [[]]], "d": {"e": {"f": {}}}, "g": null}}',
    "floats": '{"id": "evt_9f9", "type": "payment.succeeded", "data": {"amount": 10.5, "fee": 0.25, "share": 0.1, "big": 1234567.875, "negative": -3.75, "zero": 0}}',
    "floats-zero": '{"id": "evt_9fa", "type": "payment.succeeded", "data": {"amount": 10.0, "fee": 1.0}}',
}
EX4, EX5 = "express 4.22.3", "express 5.3.0"


def reserialized():
    # Express.
    json_story = "The handler verifies JSON.stringify(req.body), but the sender signed {}."
    pretty, php_spelling, python, html = "JSON with an indent of two", "PHP's JSON with escaped slashes", "the text of json.dumps", "JSON in which < > & are escaped"
    via("stripe-express4-json", "stripe", 1, EXPRESS4, "/json", f"{EX4} json()", json_story.format(pretty))
    via("stripe-express4-json-large", "stripe", 2, EXPRESS4, "/json", f"{EX4} json()", json_story.format(pretty) + " The event is large.", size=90)
    via("stripe-express5-json", "stripe", 3, EXPRESS5, "/json", f"{EX5} json()", json_story.format(pretty), size=2)
    via("slack-express4-json", "slack", 1, EXPRESS4, "/json", f"{EX4} json()", json_story.format(php_spelling), size=1)
    via("slack-express5-json", "slack", 2, EXPRESS5, "/json", f"{EX5} json()", json_story.format(php_spelling), size=3)
    via("respan-express4-json-indent", "respan", 1, EXPRESS4, "/json-2", f"{EX4} json()", "The handler verifies JSON.stringify(req.body, null, 2); the sender signed compact JSON.", style="py-compact")
    via("dropbox-express4-json", "dropbox", 1, EXPRESS4, "/json", f"{EX4} json()", json_story.format(python))
    via("woocommerce-express5-json", "woocommerce", 1, EXPRESS5, "/json", f"{EX5} json()", json_story.format(php_spelling))
    via("gitea-express4-json", "gitea", 1, EXPRESS4, "/json", f"{EX4} json()", json_story.format(pretty))
    via("meta-express4-json", "meta", 1, EXPRESS4, "/json", f"{EX4} json()", json_story.format("PHP's JSON with escaped Unicode"))
    via("shopify-express4-json", "shopify", 7, EXPRESS4, "/json", f"{EX4} json()", json_story.format(html), size=3)
    via("flat-express4-json-mixed-lossy", "x-webhook-signature", 1, EXPRESS4, "/json", f"{EX4} json()", "The signed text has spaces in unusual places and both kinds of characters, which are lost when Express parses it.", body=RAW["mixed"])
    via("flat-express4-json-prices-lossy", "x-webhook-signature", 2, EXPRESS4, "/json", f"{EX4} json()", "JavaScript writes 10.00 as 10 and 1e5 as 100000, so that the signed text is lost.", body=RAW["prices"])
    via("flat-express5-json-big-lossy", "x-webhook-signature", 3, EXPRESS5, "/json", f"{EX5} json()", "JavaScript rounds an integer of twenty digits, so that the signed text is lost.", body=RAW["big"])
    via("flat-express4-json-floats", "x-webhook-signature", 4, EXPRESS4, "/json", f"{EX4} json()", json_story.format(python), body=RAW["floats"])
    via("flat-express4-json-empty", "x-webhook-signature", 5, EXPRESS4, "/json", f"{EX4} json()", json_story.format(python) + " The body has empty objects and arrays.", body=RAW["empty"])
    via("flat-express4-json-escaped", "x-webhook-signature", 6, EXPRESS4, "/json", f"{EX4} json()", json_story.format(php_spelling), body=RAW["escaped"])
    via("github-express4-json-four", "github", 1, EXPRESS4, "/json-4", f"{EX4} json()", "The handler verifies the event with an indent of four.")
    via("vercel-express5-json-tab", "vercel", 1, EXPRESS5, "/json-tab", f"{EX5} json()", "The handler verifies the event with an indent of a tab.", size=1)
    # Fastify, Koa, Hono, node:http.
    via("stripe-fastify-json", "stripe", 4, FASTIFY, "/json", "fastify 5.12.8", "The handler verifies JSON.stringify(request.body); Stripe signs indented JSON.", size=1)
    via("respan-fastify-json-indent", "respan", 2, FASTIFY, "/json-2", "fastify 5.12.8", "The handler verifies the parsed body with an indent of two; the sender signed UTF-8 text of json.dumps.", style="py-utf8", texts=ACCENTS)
    via("gogs-fastify-json", "gogs", 1, FASTIFY, "/json", "fastify 5.12.8", "Gogs signs indented JSON, and the handler verifies compact JSON.", size=2)
    via("slack-koa-json", "slack", 3, KOA, "/json", "koa 3.3.0, koa-bodyparser 4.4.1", "The handler verifies JSON.stringify(ctx.request.body); the signed text has escaped slashes.")
    via("standard-koa-body-json-2", "standard-webhooks", 1, KOA_BODY, "/json-2", "koa 3.3.0, koa-body 8.0.1", "The handler verifies the parsed body with an indent of two.")
    via("dropbox-hono-json", "dropbox", 2, HONO, "/json", "hono 4.13.19", "The handler verifies JSON.stringify(await c.req.json()).")
    via("stripe-hono-json", "stripe", 5, HONO, "/json", "hono 4.13.19", "The handler calls c.req.json() and writes the event again.", size=4)
    via("woocommerce-node-json", "woocommerce", 2, NODE, "/json", f"{NODE_NAME} http", "The handler parses the body and verifies JSON.stringify of it.", size=2)
    via("gitea-node-proxy-json", "gitea", 2, PROXY, "/json", f"{NODE_NAME} http proxy", "A tunnel parses the event and sends it on as compact JSON.")
    via("stripe-node-proxy-json", "stripe", 6, PROXY, "/json", f"{NODE_NAME} http proxy", "A tunnel parses the event and sends it on as compact JSON.", size=8)
    # Django, REST framework, Flask, aiohttp, FastAPI.
    dumps = "The handler verifies json.dumps(json.loads(request.body)); the provider signs compact JSON."
    via("github-django-dumps", "github", 2, DJANGO, "/dumps", "Django 5.2.19", dumps, size=2)
    via("github-django-dumps-large", "github", 3, DJANGO, "/dumps", "Django 5.2.19", dumps + " The event is large.", size=170)
    via("paddle-django-dumps", "paddle", 1, DJANGO, "/dumps", "Django 5.2.19", dumps)
    via("linear-django-dumps", "linear", 1, DJANGO, "/dumps", "Django 5.2.19", dumps)
    via("shopify-rest-framework-data", "shopify", 1, DJANGO, "/rest/data", "djangorestframework 3.18.3", "The view verifies json.dumps(request.data); Shopify signs compact JSON with < > & escaped.")
    via("dropbox-rest-framework-render", "dropbox", 3, DJANGO, "/rest/render", "djangorestframework 3.18.3", "The view verifies JSONRenderer().render(request.data); Dropbox signs the text of json.dumps.")
    via("sentry-django-dumps-utf8", "sentry", 1, DJANGO, "/dumps-utf8", "Django 5.2.19", "The view verifies json.dumps(..., ensure_ascii=False); Sentry signs compact JSON.")
    flask = "Flask 3.1.3"
    via("zoom-flask-dumps", "zoom", 1, FLASK, "/dumps", flask, "The view verifies json.dumps(request.get_json()); Zoom signs compact JSON.")
    via("flat-flask-dumps-sorted-lossy", "x-webhook-signature", 7, FLASK, "/dumps-sorted", flask, "The view sorts the members, so that the signed order is lost.")
    via("flat-flask-dumps-sorted", "x-webhook-signature", 8, FLASK, "/dumps-sorted", flask, "The view verifies json.dumps(..., sort_keys=True); the sender signs sorted compact JSON.", style="py-compact-sorted")
    via("pagerduty-flask-dumps-4", "pagerduty", 1, FLASK, "/dumps-4", flask, "The view verifies json.dumps(..., indent=4).")
    via("respan-flask-compact", "respan", 3, FLASK, "/dumps-4", flask, "The view verifies indented JSON; Respan signs compact JSON here.", style="py-compact")
    via("elevenlabs-flask-compact-ascii", "elevenlabs", 1, FLASK, "/dumps-compact", flask, "The view writes compact JSON, but escapes what is not ASCII.")
    via("webflow-flask-dumps", "webflow", 1, FLASK, "/dumps", flask, "The view verifies json.dumps(request.get_json()).")
    via("webflow-flask-ujson", "webflow", 2, FLASK, "/ujson", f"{flask}, ujson 6.1.0", "The view verifies ujson.dumps, which escapes slashes and what is not ASCII.", size=1)
    via("meta-flask-orjson", "meta", 2, FLASK, "/orjson", f"{flask}, orjson 3.13.0", "The view verifies orjson.dumps; Meta escapes slashes and what is not ASCII.")
    via("resend-flask-orjson-2", "resend", 1, FLASK, "/orjson-2", f"{flask}, orjson 3.13.0", "The view verifies orjson.dumps with OPT_INDENT_2.")
    via("gitea-flask-orjson", "gitea", 3, FLASK, "/orjson", f"{flask}, orjson 3.13.0", "Gitea signs indented JSON, and the view verifies compact JSON.")
    via("clerk-flask-simplejson", "clerk", 1, FLASK, "/simplejson", f"{flask}, simplejson 4.3.0", "The view verifies simplejson.dumps of the parsed event.")
    via("flat-flask-prices-lossy", "x-webhook-signature", 9, FLASK, "/dumps-compact", flask, "Python writes 10.00 as 10.0 and 1e5 as 100000.0, so that the signed text is lost.", body=RAW["prices"])
    via("flat-flask-twice-lossy", "x-webhook-signature", 10, FLASK, "/dumps-compact", flask, "A member that occurs twice is written once.", body=RAW["twice"])
    via("flat-flask-big", "x-webhook-signature", 11, FLASK, "/dumps", flask, "Python keeps integers of any size, so that only the spelling differs.", body=RAW["big"])
    via("hookdeck-flask-str", "hookdeck", 1, FLASK, "/str", flask, "The view verifies str() of the parsed event, which is not JSON.")
    via("vercel-aiohttp-dumps", "vercel", 2, AIOHTTP, "/dumps", "aiohttp 3.14.5", "The handler verifies json.dumps(await request.json()).")
    via("openai-fastapi-dumps", "openai", 1, FASTAPI, "/dumps", "FastAPI 0.165.0", "The endpoint takes a parsed body and verifies json.dumps of it.", size=1)
    via("replicate-fastapi-dumps-2", "replicate", 1, FASTAPI, "/dumps-2", "FastAPI 0.165.0", "The endpoint takes a parsed body and verifies it with an indent of two.")
    # PHP.
    via("github-php-json", "github", 4, PHP, "/json", PHP_NAME, "The script verifies json_encode(json_decode($raw)), which escapes slashes and what is not ASCII.")
    via("linear-php-json-slashes", "linear", 2, PHP, "/json-slashes", PHP_NAME, "The script verifies json_encode(..., JSON_UNESCAPED_SLASHES).", size=1, texts=ACCENTS)
    via("sentry-php-json-pretty", "sentry", 2, PHP, "/json-pretty", PHP_NAME, "The script verifies json_encode(..., JSON_PRETTY_PRINT).")
    via("stripe-php-json-plain", "stripe", 7, PHP, "/json-plain", PHP_NAME, "The script verifies compact JSON; Stripe signs indented JSON.")
    via("zoom-php-json-pretty-plain", "zoom", 2, PHP, "/json-pretty-plain", PHP_NAME, "The script verifies json_encode(..., JSON_PRETTY_PRINT) without escapes.")
    via("flat-php-assoc-lossy", "x-webhook-signature", 12, PHP, "/json-assoc", PHP_NAME, "json_decode(..., true) turns empty objects into arrays, so that the signed text is lost.", body=RAW["empty"])
    via("paddle-php-json-hex", "paddle", 2, PHP, "/json-hex", PHP_NAME, "The script escapes < > & and quotes as for a page.", size=1)
    via("webflow-php-json-unicode", "webflow", 3, PHP, "/json-unicode", PHP_NAME, "The script verifies json_encode(..., JSON_UNESCAPED_UNICODE), which escapes slashes.", size=1)
    via("stripe-aiohttp-ujson", "stripe", 21, AIOHTTP, "/ujson-plain", "aiohttp 3.14.5, ujson 6.1.0", "The handler verifies ujson.dumps without escapes; Stripe signs indented JSON.")
    via("gogs-django-compact", "gogs", 4, DJANGO, "/dumps-compact-utf8", "Django 5.2.19", "The view verifies compact JSON; Gogs signs indented JSON.", texts=ACCENTS)
    via("dropbox-flask-simplejson-compact", "dropbox", 5, FLASK, "/simplejson-compact", f"{flask}, simplejson 4.3.0", "The view verifies compact JSON; Dropbox signs the text of json.dumps.")
    via("meta-django-dumps-tab", "meta", 3, DJANGO, "/dumps-tab", "Django 5.2.19", "The view verifies the event with an indent of a tab.")
    via("gitea-form-express4-parsed", "gitea", 4, EXPRESS4, "/form-payload-parsed", f"{EX4} urlencoded()", "Gitea signs the indented JSON and sends it in a form; the handler parses it and writes it again.", accept=["body-form"], content_type="application/x-www-form-urlencoded",
        change=lambda body: urlencode({"payload": body.decode()}).encode())
    # Command lines and other languages.
    jq = lambda *options: lambda body: run("jq", *options, input=body)
    pipe("github-jq", "github", 5, f"{JQ} .", "The saved body was made readable with jq before it was verified.", jq("."), size=1)
    pipe("github-jq-sorted-lossy", "github", 6, f"{JQ} -S .", "The saved body was sorted with jq -S.", jq("-S", "."))
    pipe("stripe-jq-compact", "stripe", 8, f"{JQ} -c .", "The saved body was made compact with jq -c, which also adds a line break.", jq("-c", "."))
    pipe("openai-jq-ascii", "openai", 2, f"{JQ} -a -c .", "The saved body was made ASCII with jq -a.", jq("-a", "-c", "."), size=1)
    pipe("linear-jq-tab", "linear", 3, f"{JQ} --tab .", "The saved body was indented with tabs.", jq("--tab", "."))
    pipe("clerk-python-json-tool", "clerk", 2, f"{PY} -m json.tool", "The saved body was made readable with json.tool, which escapes what is not ASCII.", lambda body: run(sys.executable, "-m", "json.tool", input=body))
    pipe("zoom-python-json-tool-plain", "zoom", 3, f"{PY} -m json.tool --no-ensure-ascii", "The saved body was made readable with json.tool.", lambda body: run(sys.executable, "-m", "json.tool", "--no-ensure-ascii", input=body))
    pipe("resend-go-marshal-indent", "resend", 2, f"{GO} encoding/json", "A service in Go keeps the event as RawMessage and writes it with an indent.", lambda body: go("raw-indent", body), size=1)
    pipe("sentry-go-raw", "sentry", 3, f"{GO} encoding/json", "A service in Go keeps the event as RawMessage, which json.Marshal writes with < > & escaped.", lambda body: go("raw-compact", body))
    pipe("pagerduty-go-map-lossy", "pagerduty", 2, f"{GO} encoding/json", "A service in Go reads the event into a map, which sorts the members.", lambda body: go("marshal", body))
    pipe("stripe-go-compact", "stripe", 9, f"{GO} json.Compact", "A queue makes the event compact.", lambda body: go("compact", body), size=30)
    pipe("flat-go-encoder-number", "x-webhook-signature", 13, f"{GO} encoding/json", "A service in Go reads sorted JSON with UseNumber, and Marshal escapes < > &.", lambda body: go("marshal-number", body), style="py-sorted", size=1)
    pipe("woocommerce-ruby-generate", "woocommerce", 3, f"{RUBY} json", "The controller verifies JSON.generate(JSON.parse(body)).", lambda body: ruby("generate", body))
    pipe("speaknode-ruby-pretty", "speaknode", 1, f"{RUBY} json", "The controller verifies JSON.pretty_generate of the event.", lambda body: ruby("pretty", body))
    pipe("hookdeck-rails-to-json", "hookdeck", 2, "activesupport 6.1.7.10", "The controller verifies params.to_json, which escapes < > &.", lambda body: ruby("rails", body), size=4)
    pipe("dropbox-jackson", "dropbox", 4, "jackson-databind 2.14.0", "The controller takes a JsonNode and writes it again.", lambda body: java("jackson", body), size=1)
    pipe("standard-jackson-pretty", "standard-webhooks", 2, "jackson-databind 2.14.0", "The controller writes the event with Jackson's pretty printer.", lambda body: java("jackson-pretty", body))
    pipe("vercel-gson", "vercel", 3, "gson 2.10", "Gson escapes = ' < > & when it writes the event again.", lambda body: java("gson", body), size=2)
    # The sender signs another spelling than it sends.
    js = lambda e: bodies.spell(e, "js")
    prepared = lambda e: requests.Request("POST", "http://127.0.0.1/", json=e).prepare().body
    built = lambda e: httpx.Request("POST", "http://127.0.0.1/", json=e).content
    sends("flat-requests-json-sent", "x-webhook-signature", 14, version(requests), "The sender signs compact JSON, and requests sends json=event with spaces.", js, prepared)
    sends("speaknode-requests-json-sent", "speaknode", 2, version(requests), "The sender signs UTF-8 text, and requests sends json=event in ASCII.", lambda e: bodies.spell(e, "py-utf8"), prepared)
    sends("flat-httpx-json-sent", "x-webhook-signature", 15, version(httpx), "The sender signs json.dumps(event), and httpx sends compact JSON.", lambda e: json.dumps(e), built)
    sends("standard-httpx-json-sent", "standard-webhooks", 3, version(httpx), "The sender signs json.dumps(event), and httpx sends compact JSON.", lambda e: json.dumps(e), built, size=1)
    sends("sentry-python-dumps-sent", "sentry", 4, PY, "The sender signs JSON.stringify text, and a relay sends json.dumps.", js, lambda e: json.dumps(e))
    sends("flat-php-signed", "x-webhook-signature", 16, PHP_NAME, "The sender signs json_encode($event), and its client sends the event without escapes.", lambda e: bodies.spell(e, "php"), lambda e: bodies.spell(e, "php-plain"))
    sends("hookdeck-rails-signed", "hookdeck", 3, "activesupport 6.1.7.10", "The sender signs JSON.generate text, and sends to_json, which escapes < > &.", js, lambda e: bodies.spell(e, "rails"), size=3)


def form():
    urlform = "application/x-www-form-urlencoded"
    encoded = lambda d: {"body": urlencode({"payload": d.body.decode()})}
    story = "GitHub sends and signs a form, and the handler verifies {}."
    more = dict(cause="body-form", content_type=urlform, sign=encoded)
    via("github-form-express4-payload", "github", 10, EXPRESS4, "/form-payload", f"{EX4} urlencoded()", story.format("the decoded member payload"), **more)
    via("github-form-express4-parsed", "github", 11, EXPRESS4, "/form-payload-parsed", f"{EX4} urlencoded()", story.format("the payload after it was parsed and written again"), **more)
    via("github-form-express5-payload", "github", 12, EXPRESS5, "/form-payload", f"{EX5} urlencoded()", story.format("the decoded member payload"), size=12, **more)
    via("github-form-express4-body", "github", 13, EXPRESS4, "/form", f"{EX4} urlencoded()", story.format("JSON.stringify(req.body)"), **more)
    via("github-form-fastify", "github", 14, FASTIFY, "/form-payload", "fastify 5.12.8, @fastify/formbody", story.format("request.body.payload"), **more)
    via("github-form-koa", "github", 15, KOA, "/form-payload", "koa 3.3.0, koa-bodyparser 4.4.1", story.format("ctx.request.body.payload"), **more)
    via("github-form-hono", "github", 16, HONO, "/form-payload", "hono 4.13.19", story.format("the payload of parseBody()"), **more)
    via("github-form-flask", "github", 17, FLASK, "/form-payload", "Flask 3.1.3", story.format("request.form['payload']"), **more)
    via("github-form-flask-dumps", "github", 18, FLASK, "/form-payload-dumps", "Flask 3.1.3", story.format("json.dumps of the parsed payload"), **{**more, "accept": ["unknown", "body-reserialized"]})
    via("github-form-django", "github", 19, DJANGO, "/post-payload", "Django 5.2.19", story.format("request.POST['payload']"), **more)
    via("github-form-php", "github", 20, PHP, "/post-payload", PHP_NAME, story.format("$_POST['payload']"), size=5, **more)
    via("github-form-aiohttp", "github", 21, AIOHTTP, "/form-payload", "aiohttp 3.14.5", story.format("(await request.post())['payload']"), **more)
    via("github-form-fastapi", "github", 22, FASTAPI, "/form-payload", "FastAPI 0.165.0", story.format("parse_qs(body)['payload']"), **more)
    # GitHub's own form, which the script of the receiver writes with other escapes.
    spaced = lambda d: {"body": urlencode({"payload": d.body.decode()}).replace("+", "%20")}
    via("github-form-php-query", "github", 23, PHP, "/post-query", PHP_NAME, "The script verifies http_build_query($_POST), which writes spaces as plus.", cause="body-form", content_type=urlform, sign=spaced)
    via("github-form-django-urlencode", "github", 24, DJANGO, "/post-urlencode", "Django 5.2.19", "The view verifies request.POST.urlencode(), which writes spaces as plus.", cause="body-form", content_type=urlform, sign=spaced)
    # The JSON is signed, and a form is sent.
    as_form = lambda body: urlencode({"payload": body.decode()}).encode()
    signed_json = dict(cause="body-form", content_type=urlform, change=as_form)
    via("flat-form-sent", "x-webhook-signature", 20, EXPRESS4, "/raw", f"{EX4} raw()", "The sender signs the JSON and sends it as the member payload of a form.", **signed_json)
    via("github-json-signed-form-sent", "github", 25, NODE, "/raw", f"{NODE_NAME} http", "A server that imitates GitHub signs the JSON and sends a form.", **signed_json)
    via("slack-form-signed", "slack", 20, EXPRESS4, "/form", f"{EX4} urlencoded()", "Slack signs a form of several members, and the handler verifies JSON.stringify(req.body).", cause="body-form", content_type=urlform,
        body=urlencode({"token": "a1b2", "team_id": "T0001", "command": "/weather", "text": "94070 — today?", "response_url": "https://hooks.example.com/commands/1"}))
    command = {"token": "a1b2c3", "team_id": "T0001", "channel_name": "general", "command": "/weather", "text": "café & bar 94070", "response_url": "https://hooks.example.com/commands/1?a=b", "trigger_id": "13345224609.738474920.80"}
    slack = dict(cause="body-form", content_type=urlform, body=urlencode(command))
    story = "Slack signs a form of several members, and the receiver verifies {}."
    via("slack-form-flask", "slack", 21, FLASK, "/form", "Flask 3.1.3", story.format("json.dumps(request.form.to_dict())"), **slack)
    via("slack-form-django", "slack", 22, DJANGO, "/post-dumps", "Django 5.2.19", story.format("json.dumps(request.POST.dict())"), **slack)
    via("slack-form-php", "slack", 23, PHP, "/post-json", PHP_NAME, story.format("json_encode($_POST)"), **slack)
    via("slack-form-fastify", "slack", 24, FASTIFY, "/form", "fastify 5.12.8, @fastify/formbody", story.format("JSON.stringify(request.body)"), **slack)
    via("slack-form-koa-body", "slack", 25, KOA_BODY, "/form", "koa 3.3.0, koa-body 8.0.1", story.format("JSON.stringify(ctx.request.body)"), **slack)
    via("slack-form-express5", "slack", 26, EXPRESS5, "/form", f"{EX5} urlencoded()", story.format("JSON.stringify(req.body)"), **slack)
    spaced_command = {**slack, "body": urlencode(command, quote_via=quote)}
    via("slack-form-url-search-params", "slack", 27, EXPRESS4, "/form-simple", f"{EX4} urlencoded(), URLSearchParams", "The sender writes spaces as %20, and URLSearchParams writes them as plus.", **spaced_command)
    action = urlencode({"payload": json.dumps({"type": "block_actions", "user": {"id": "U0001", "name": "ada"}, "actions": [{"action_id": "approve", "value": "é/1"}], "response_url": "https://hooks.example.com/actions/1"}, separators=(",", ":"))})
    slack = {**slack, "body": action}
    story = "Slack signs the form of a button, and the receiver verifies {}."
    via("slack-button-express4", "slack", 28, EXPRESS4, "/form-payload", f"{EX4} urlencoded()", story.format("req.body.payload"), **slack)
    via("slack-button-flask", "slack", 29, FLASK, "/form-payload", "Flask 3.1.3", story.format("request.form['payload']"), **slack)
    via("slack-button-php", "slack", 30, PHP, "/post-payload", PHP_NAME, story.format("$_POST['payload']"), **slack)


def text():
    t = dict(cause="body-text-encoding")
    for name, provider, n, port, path, tool, story in [
        ("flat-express4-latin1", "x-webhook-signature", 30, EXPRESS4, "/text-latin1", f"{EX4} text()", "The body is read as Latin-1 and hashed as UTF-8."),
        ("zoom-node-latin1", "zoom", 31, NODE, "/latin1", f"{NODE_NAME} http", "The handler calls setEncoding('latin1') and hashes the text."),
        ("linear-flask-latin1", "linear", 32, FLASK, "/latin1", "Flask 3.1.3", "The view decodes the body as Latin-1."),
        ("github-django-latin1", "github", 33, DJANGO, "/latin1", "Django 5.2.19", "The view decodes the body as ISO-8859-1."),
        ("paddle-php-utf8-encode", "paddle", 34, PHP, "/utf8-encode", PHP_NAME, "The script converts the body from ISO-8859-1 to UTF-8, although it is UTF-8."),
    ]:
        via(name, provider, n, port, path, tool, story, size=1, texts=ACCENTS, **t)
    via("stripe-flask-replace", "stripe", 35, FLASK, "/replace", "Flask 3.1.3", "The view decodes the body as ASCII and replaces the other bytes, which cannot be undone.", accept=["body-text-encoding"], size=2, texts=ACCENTS, cause="unknown")
    via("linear-flask-ignore", "linear", 36, FLASK, "/ignore", "Flask 3.1.3", "The view drops what is not ASCII, which cannot be undone.", accept=["body-text-encoding"], size=2, texts=ACCENTS, cause="unknown")
    via("github-node-chunks", "github", 37, NODE, "/chunks", f"{NODE_NAME} http", "Each chunk is decoded on its own, so that characters that were cut are lost.", accept=["body-text-encoding"], body=json.dumps({"action": "opened", "text": "東京都の注文 " * 150}, ensure_ascii=False), cause="unknown")
    via("vercel-flask-cp1252", "vercel", 53, FLASK, "/cp1252", "Flask 3.1.3", "The view decodes the body as windows-1252.", size=1, texts=ACCENTS[:2], **t)
    pipe("flat-java-latin1", "x-webhook-signature", 38, "OpenJDK 17 String(bytes, ISO_8859_1)", "The filter makes a String from the bytes as Latin-1.", lambda b: java("latin1", b), size=1, texts=ACCENTS, **t)
    pipe("sentry-java-windows-1252", "sentry", 39, "OpenJDK 17 String(bytes, windows-1252)", "The server's default charset is windows-1252.", lambda b: java("windows-1252", b), body='{"action":"created","data":{"issue":{"title":"Zoë’s café — 5 €","level":"error"}}}', **t)
    pipe("clerk-java-ascii", "clerk", 40, "OpenJDK 17 String(bytes, US_ASCII)", "The filter makes a String as ASCII, and each other byte becomes U+FFFD.", lambda b: java("ascii", b), accept=["body-text-encoding"], size=1, texts=ACCENTS, cause="unknown")
    pipe("flat-iconv-1252", "x-webhook-signature", 41, "iconv 2.36 -f windows-1252", "A script converts the saved body from windows-1252, although it is UTF-8.", lambda b: run("iconv", "-f", "CP1252", "-t", "UTF-8", input=b), body='{"id":"evt_1","type":"user.updated","data":{"name":"Zoë – café · 5 € œuvre"}}', **t)
    pipe("standard-iconv-to-latin1", "standard-webhooks", 42, "iconv 2.36 -t latin1", "A queue stores the body as Latin-1.", lambda b: run("iconv", "-f", "UTF-8", "-t", "LATIN1", input=b), body='{"type":"user.updated","data":{"name":"Zoë, größer, façade"}}', **t)
    pipe("speaknode-php-utf8-decode", "speaknode", 43, PHP_NAME, "The script converts the body to ISO-8859-1.", lambda b: php("@utf8_decode($in)", b), body='{"type":"SessionStarted","agentName":"Zoë","place":"Malmö"}', **t)
    pipe("hookdeck-uconv-nfd", "hookdeck", 44, "uconv 72 -x any-nfd", "A storage on a disk normalises the text to NFD.", lambda b: run("uconv", "-x", "any-nfd", input=b), body='{"type":"file.created","name":"Größe café.txt","owner":"Zoë"}', **t)
    pipe("flat-node-nfc", "x-webhook-signature", 45, f"{NODE_NAME} normalize('NFC')", "The handler normalises the text to NFC; the sender signed NFD, as file names of a Mac are.", lambda b: node("normalize", text=b.decode(), form="NFC").encode(), body='{"type":"file.uploaded","data":{"name":"' + unicodedata.normalize("NFD", "Größe café.txt") + '"}}', **t)
    pipe("pagerduty-ruby-nfd", "pagerduty", 46, f"{RUBY} unicode_normalize", "A job normalises the text to NFD.", lambda b: ruby("unicode_nfd", b), body='{"event":{"id":"01A","event_type":"incident.triggered","data":{"title":"Störung im Café"}}}', **t)
    pipe("flat-bom-added", "x-webhook-signature", 47, f"{PY} utf-8-sig", "The body was saved with a byte order mark.", lambda b: b.decode().encode("utf-8-sig"), **t)
    via("woocommerce-bom-removed", "woocommerce", 48, FLASK, "/values", "Flask 3.1.3", "The sender signs a byte order mark, which the view removes with utf-8-sig.", sign=lambda d: {"body": b"\xef\xbb\xbf" + d.body}, **t)
    via("vercel-hono-bom-removed", "vercel", 49, HONO, "/text", "hono 4.13.19", "request.text() removes the byte order mark that was signed.", sign=lambda d: {"body": b"\xef\xbb\xbf" + d.body}, **t)
    via("github-node-utf16", "github", 50, NODE, "/utf16", f"{NODE_NAME} http", "The handler hashes the text as UTF-16.", **t)
    pipe("stripe-iconv-utf16", "stripe", 51, "iconv 2.36 -t UTF-16", "PowerShell's > saved the body as UTF-16 with a byte order mark.", lambda b: run("iconv", "-f", "UTF-8", "-t", "UTF-16", input=b), **t)
    # The sender signed the lossy text, so that it can be explained.
    via("flat-lossy-signed", "x-webhook-signature", 52, NODE, "/raw", f"{PY} decode(errors='replace')", "The sender signs the text after it replaced the bytes that are not UTF-8, and sends the bytes.",
        sign=lambda d: {"body": b'{"id":"evt_1","type":"user.updated","data":{"name":"Zo\xeb"}}', "signed": b'{"id":"evt_1","type":"user.updated","data":{"name":"Zo\xeb"}}'.decode("utf-8", "replace")}, **t)


def space():
    s = dict(cause="body-space")
    newline = lambda d: {"body": d.body + b"\n"}
    file_of = lambda script, body, **v: bash(f"cat > body.json; {script}", input=body, **v)

    @guarded
    def curl(name, provider, n, option, story, *, change=lambda b: b + b"\n", **more):
        """curl sends a file, whose signature was made with OpenSSL over the file."""
        d = Delivery(provider, n, **more)
        signed = change(d.body)
        sent = d.sign(signed, signer="openssl")
        headers = [x for k, v in [["Content-Type", "application/json"], *sent.headers] for x in ("-H", f"{k}: {v}")]
        path = tools.WORK / "body.json"
        path.write_bytes(signed)
        got = json.loads(run("curl", "-sS", option, f"@{path}", "-H", "Host: hooks.example.com", *headers, f"http://127.0.0.1:{tools.CAPTURE}/"))
        case(name, d, sent, "body-space", f"{CURL} {option} @file", story, got={"headers": got["headers"], "body": base64.b64decode(got["body"])}, accept=["body-reserialized"] if d.body.strip().startswith(b"{") and option == "-d" and b"\n" in d.body else [])

    curl("flat-curl-d-newline", "x-webhook-signature", 60, "-d", "The file ends with a line break, which curl -d removes.")
    curl("github-curl-d-newline", "github", 61, "-d", "The file ends with a line break, which curl -d removes.")
    curl("gitea-curl-d-pretty", "gitea", 62, "-d", "The file is indented, and curl -d removes all line breaks.", change=lambda b: b)
    curl("sentry-curl-data-crlf", "sentry", 63, "-d", "The file has the line breaks of Windows, which curl -d removes.", change=lambda b: b + b"\r\n")
    via("linear-flask-strip", "linear", 64, FLASK, "/strip", "Flask 3.1.3", "The view verifies request.data.strip(), but the line break at the end was signed.", sign=newline, **s)
    via("zoom-php-trim", "zoom", 65, PHP, "/trim", PHP_NAME, "The script verifies trim($raw), but the line break at the end was signed.", sign=newline, **s)
    via("stripe-express4-crlf", "stripe", 77, EXPRESS4, "/text-crlf", f"{EX4} text()", "The sender signs the line breaks of Windows, and the handler changes them.", sign=lambda d: {"body": d.body.replace(b"\n", b"\r\n")}, accept=["body-reserialized"], **s)
    via("slack-express4-trim", "slack", 66, EXPRESS4, "/text-trim", f"{EX4} text()", "The handler verifies req.body.trim(), but the line break of Windows at the end was signed.", sign=lambda d: {"body": d.body + b"\r\n"}, **s)
    via("stripe-php-crlf", "stripe", 67, PHP, "/nl2crlf", PHP_NAME, "The script changes the line breaks to those of Windows.", **s, accept=["body-reserialized"])
    pipe("gogs-unix2dos", "gogs", 68, "unix2dos 7.4", "The saved body was converted with unix2dos.", lambda b: file_of("unix2dos -q body.json; cat body.json", b), **s, accept=["body-reserialized"])
    pipe("stripe-dos2unix", "stripe", 69, "dos2unix 7.4", "The sender signs CR LF, and a checkout converts the file to LF.", lambda b: file_of("dos2unix -q body.json; cat body.json", b), sign=lambda d: {"body": d.body.replace(b"\n", b"\r\n")}, **s, accept=["body-reserialized"])
    pipe("paddle-echo-newline", "paddle", 70, "bash 5.2 echo", "The body was saved with echo, which adds a line break.", lambda b: bash('body="$(cat)"; echo "$body"', input=b), **s)
    pipe("webflow-here-document", "webflow", 71, "bash 5.2 here-document", "The body was put into a here-document, which ends with a line break.", lambda b: bash("body=$(cat); cat <<END\n$body\nEND", input=b), **s)
    pipe("shopify-command-substitution", "shopify", 72, "bash 5.2 $(cat)", "A script reads the body with $(cat), which removes the line breaks at the end.", lambda b: bash('printf %s "$(cat)"', input=b), sign=lambda d: {"body": d.body + b"\n\n"}, **s)
    pipe("resend-ruby-chomp", "resend", 73, f"{RUBY} chomp", "A job verifies body.chomp, but the line break was signed.", lambda b: ruby("chomp", b), sign=newline, **s)
    pipe("openai-jq-newline", "openai", 74, f"{JQ} -c .", "The body is compact already, and jq only adds a line break.", lambda b: run("jq", "-c", ".", input=b), style="js", accept=["body-reserialized"], **s)
    pipe("speaknode-sed-newline", "speaknode", 75, "sed 4.9 -i", "The saved body was edited with sed, which adds the line break that text files end with.", lambda b: file_of("sed -i -e '$a\\' body.json; cat body.json", b), **s)
    sends("flat-go-encoder-newline", "x-webhook-signature", 76, f"{GO} json.Encoder", "The sender signs json.Marshal text, and json.Encoder sends it with a line break.", lambda e: go("marshal", bodies.spell(e, "js")), lambda e: go("encoder", bodies.spell(e, "go")), **s)


def base64_bodies():
    b = dict(cause="body-base64")
    story = "The gateway hands the body on as base64, and the handler verifies it without decoding."
    via("stripe-lambda", "stripe", 80, PLAIN, "/lambda", f"{PY} handler with an event of API Gateway", story, **b)
    via("github-lambda", "github", 81, PLAIN, "/lambda", f"{PY} handler with an event of API Gateway", story, size=10, **b)
    via("shopify-lambda", "shopify", 82, PLAIN, "/lambda", f"{PY} handler with an event of API Gateway", story, **b)
    via("standard-node-base64", "standard-webhooks", 83, NODE, "/base64", f"{NODE_NAME} Buffer", story, **b)
    via("slack-express4-base64", "slack", 84, EXPRESS4, "/raw-base64", f"{EX4} raw()", "The queue stores req.body.toString('base64'), and the worker verifies that.", **b)
    via("paddle-node-base64url", "paddle", 85, NODE, "/base64url", f"{NODE_NAME} Buffer", "A queue stores the body as URL-safe base64.", **b)
    pipe("flat-base64-lines", "x-webhook-signature", 86, "base64 9.1", "A script stores the body with base64, which breaks lines after 76 characters.", lambda x: run("base64", input=x), **b)
    pipe("zoom-openssl-base64", "zoom", 87, "openssl base64", "A script stores the body with openssl base64, which breaks lines after 64 characters.", lambda x: run("openssl", "base64", input=x), **b)
    via("openai-mime", "openai", 88, PLAIN, "/mime", f"{PY} base64.encodebytes", "The body is kept in the form of MIME.", **b)
    pipe("hookdeck-base64-signed", "hookdeck", 89, "base64 9.1 -d", "The sender signs and sends base64, and a step before the verification decodes it.", lambda x: run("base64", "-d", input=x), sign=lambda d: {"body": base64.b64encode(d.body)}, **b)
    pipe("flat-base64-signed", "x-webhook-signature", 90, f"{PY} base64", "The sender signs the base64 of the body, and sends the body.", lambda x: x, sign=lambda d: {"signed": base64.b64encode(d.body)}, **b)


def empty():
    e = dict(cause="body-empty")
    via("stripe-express4-consumed", "stripe", 95, EXPRESS4, "/consumed", f"{EX4} json()", "json() consumed the stream, and the handler reads it again.", **e)
    via("github-express5-consumed", "github", 96, EXPRESS5, "/consumed", f"{EX5} json()", "json() consumed the stream, and the handler reads it again.", **e)
    via("standard-express5-no-parser", "standard-webhooks", 97, EXPRESS5, "/no-parser", EX5, "There is no parser, and req.body is undefined.", **e)
    via("linear-fastify-consumed", "linear", 98, FASTIFY, "/consumed", "fastify 5.12.8", "The handler reads request.raw, which Fastify has consumed.", **e)
    via("github-flask-form-consumed", "github", 99, FLASK, "/form-then-data", "Flask 3.1.3", "request.form was read first, and get_data() is then empty.", content_type="application/x-www-form-urlencoded", sign=lambda d: {"body": urlencode({"payload": d.body.decode()})}, **e)
    via("slack-aiohttp-consumed", "slack", 100, AIOHTTP, "/consumed", "aiohttp 3.14.5", "The handler reads request.content after await request.json().", **e)
    via("flat-nginx-no-body", "x-webhook-signature", 101, NGINX, "/no-body/", f"{NGINX_NAME} proxy_pass_request_body off", "nginx passes the headers on, but not the body.", **e)


def compressed():
    c = dict(cause="body-compressed")
    zipped = lambda body: gzip.compress(body, mtime=0)
    gz = [["Content-Encoding", "gzip"]]
    via("flat-proxy-gzip", "x-webhook-signature", 110, PROXY, "/gzip", f"{NODE_NAME} zlib proxy", "A proxy compresses the request, and the receiver verifies the compressed bytes.", size=2, **c)
    via("github-proxy-gzip", "github", 111, PROXY, "/gzip", f"{NODE_NAME} zlib proxy", "A proxy compresses the request, and the receiver verifies the compressed bytes.", size=20, **c)
    via("stripe-proxy-deflate", "stripe", 112, PROXY, "/deflate", f"{NODE_NAME} zlib proxy", "A proxy compresses the request with deflate.", **c)
    via("linear-proxy-brotli", "linear", 113, PROXY, "/brotli", f"{NODE_NAME} zlib proxy", "A proxy compresses the request with Brotli, which few receivers can undo.", accept=["unknown"], **c)
    via("sentry-proxy-gzip-silent", "sentry", 114, PROXY, "/gzip-silent", f"{NODE_NAME} zlib proxy", "A proxy compresses the request and does not say so.", **c)
    via("standard-express4-no-inflate", "standard-webhooks", 115, NODE, "/raw", f"{PY} gzip", "The sender signs the text and sends it compressed; the receiver does not inflate it.", change=zipped, send_also=gz, size=1, **c)
    pipe("hookdeck-gzip-file", "hookdeck", 116, "gzip 1.12", "The recorded body was kept in a compressed file, and the file is verified.", lambda b: run("gzip", "-n", "-9", input=b), size=3, **c)
    pipe("zoom-zlib", "zoom", 117, f"{PHP_NAME} gzcompress", "The queue compresses each body with gzcompress.", lambda b: php("gzcompress($in)", b), **c)
    # The compressed bytes are signed, and a server inflates them.
    both = dict(sign=lambda d: {"body": zipped(d.body)}, send_also=gz, accept=["unknown"], **c)
    via("flat-express4-inflates", "x-webhook-signature", 118, EXPRESS4, "/raw", f"{EX4} raw()", "The sender signs the compressed bytes, and raw() inflates them.", **both)
    via("elevenlabs-proxy-inflates", "elevenlabs", 119, PROXY, "/inflate", f"{NODE_NAME} zlib proxy", "The sender signs the compressed bytes, and a proxy inflates them and removes the header.", **both)


def cut():
    c = dict(cause="body-cut")
    via("github-short-read", "github", 125, PLAIN, "/short", f"{PY} http.server", "The handler reads once, and takes the first kilobyte for the body.", size=10, **c)
    via("stripe-short-read", "stripe", 126, PLAIN, "/short-8192", f"{PY} http.server", "The handler has a buffer of 8,192 bytes.", size=40, **c)
    via("gitea-read-line", "gitea", 127, PLAIN, "/lines", f"{PY} http.server", "The handler reads one line, but the body has several.", **c)
    via("shopify-node-first-chunk", "shopify", 128, NODE, "/first-chunk", f"{NODE_NAME} http", "The handler takes the first chunk for the body.", size=60, **c)
    pipe("linear-head-log", "linear", 129, "head 9.1 -c 512", "A logger keeps the first 512 bytes of a body.", lambda b: run("head", "-c", "512", input=b), size=3, **c)

    @guarded
    def socket_cut():
        """The sender's connection ends in the middle of the body."""
        import socket
        d = Delivery("x-webhook-signature", 130, size=4)
        sent = d.sign()
        listener = socket.create_server(("127.0.0.1", 38440))
        client = socket.create_connection(("127.0.0.1", 38440))
        server, _ = listener.accept()
        head = "".join(f"{k}: {v}\r\n" for k, v in [["Host", "hooks.example.com"], ["Content-Type", "application/json"], *sent.headers, ["Content-Length", len(sent.body)]])
        client.sendall(f"POST / HTTP/1.1\r\n{head}\r\n".encode() + sent.body[:600])
        client.close()
        received = b"".join(iter(lambda: server.recv(4096), b""))
        server.close(), listener.close()
        head, _, body = received.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
        case("flat-socket-cut", d, sent, "body-cut", f"{PY} socket", "The connection ended in the middle of the body.", got={"headers": headers, "body": body})
    socket_cut()


def all_of_them():
    for part in (reserialized, form, text, space, base64_bodies, empty, compressed, cut):
        part()
