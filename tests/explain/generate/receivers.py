"""Receivers in Python: `receivers.py flask|django|aiohttp|fastapi|plain PORT`. Each answers with the
headers and with the body that its handler would pass to the verification."""

import base64
import json
import sys

import orjson
import simplejson
import ujson

DUMPS = {
    "dumps": lambda d: json.dumps(d),
    "dumps-sorted": lambda d: json.dumps(d, sort_keys=True),
    "dumps-compact": lambda d: json.dumps(d, separators=(",", ":")),
    "dumps-compact-utf8": lambda d: json.dumps(d, separators=(",", ":"), ensure_ascii=False),
    "dumps-compact-sorted": lambda d: json.dumps(d, separators=(",", ":"), sort_keys=True),
    "dumps-utf8": lambda d: json.dumps(d, ensure_ascii=False),
    "dumps-2": lambda d: json.dumps(d, indent=2),
    "dumps-4": lambda d: json.dumps(d, indent=4),
    "dumps-4-sorted": lambda d: json.dumps(d, indent=4, sort_keys=True),
    "dumps-tab": lambda d: json.dumps(d, indent="\t"),
    "str": lambda d: str(d),
    "orjson": lambda d: orjson.dumps(d),
    "orjson-2": lambda d: orjson.dumps(d, option=orjson.OPT_INDENT_2),
    "orjson-sorted": lambda d: orjson.dumps(d, option=orjson.OPT_SORT_KEYS),
    "ujson": lambda d: ujson.dumps(d),
    "ujson-plain": lambda d: ujson.dumps(d, ensure_ascii=False, escape_forward_slashes=False),
    "simplejson": lambda d: simplejson.dumps(d),
    "simplejson-compact": lambda d: simplejson.dumps(d, separators=(",", ":")),
}


def report(headers, body):
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return {"headers": [[k, v] for k, v in headers], "body": base64.b64encode(body).decode()}


def flask(port):
    from flask import Flask, request

    app = Flask(__name__)

    @app.post("/<way>")
    def receive(way):
        ways = {
            "form": lambda: json.dumps(request.form.to_dict()),
            "form-payload": lambda: request.form["payload"],
            "form-payload-dumps": lambda: json.dumps(json.loads(request.form["payload"])),
            "form-then-data": lambda: (request.form, request.get_data())[1],
            "text": lambda: request.get_data(as_text=True),
            "latin1": lambda: request.get_data().decode("latin-1"),
            "cp1252": lambda: request.get_data().decode("cp1252", "replace"),
            "ignore": lambda: request.get_data().decode("ascii", "ignore"),
            "replace": lambda: request.get_data().decode("ascii", "replace"),
            "strip": lambda: request.get_data().strip(),
            "data": lambda: request.data,
            "values": lambda: request.get_data().decode("utf-8-sig"),
        }
        if way in ways:
            body = ways[way]()
        else:
            body = DUMPS[way](request.get_json(force=True))
        return report(request.headers.items(), body)

    @app.post("/url/<path:rest>")
    def url(rest):
        urls = {"url": request.url, "bare": request.base_url}
        return report(request.headers.items(), request.get_data()) | urls

    app.run("127.0.0.1", port)


def django(port):
    import django
    from django.conf import settings

    settings.configure(DEBUG=True, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="corpus",
                       INSTALLED_APPS=["rest_framework"], MIDDLEWARE=[],
                       REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None})
    django.setup()
    from django.core.management import execute_from_command_line
    from django.http import JsonResponse
    from django.urls import path
    from rest_framework.renderers import JSONRenderer
    from rest_framework.decorators import api_view
    from rest_framework.response import Response

    def receive(request, way):
        if way == "url":
            return JsonResponse(report(request.headers.items(), request.body) | {"url": request.build_absolute_uri()})
        ways = {
            "post-payload": lambda: request.POST["payload"],
            "post-urlencode": lambda: request.POST.urlencode(),
            "post-dumps": lambda: json.dumps(request.POST.dict()),
            "text": lambda: request.body.decode("utf-8", "replace"),
            "latin1": lambda: request.body.decode("iso-8859-1"),
        }
        body = ways[way]() if way in ways else DUMPS[way](json.loads(request.body))
        return JsonResponse(report(request.headers.items(), body))

    @api_view(["POST"])
    def rest(request, way):
        ways = {
            "data": lambda: json.dumps(request.data),
            "render": lambda: JSONRenderer().render(request.data),
        }
        request.data
        return Response(report(request.headers.items(), ways[way]()))

    global urlpatterns
    urlpatterns = [path("rest/<way>", rest), path("<way>", receive)]
    sys.modules[__name__].urlpatterns = urlpatterns
    execute_from_command_line(["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"])


def aiohttp(port):
    from aiohttp import web

    async def receive(request):
        way = request.match_info["way"]
        if way == "text":
            body = await request.text()
        elif way == "form-payload":
            body = (await request.post())["payload"]
        elif way == "consumed":
            await request.json()
            body = await request.content.read()
        else:
            body = DUMPS[way](await request.json())
        headers = [(k.decode(), v.decode("latin-1")) for k, v in request.raw_headers]
        return web.json_response(report(headers, body))

    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/{way}", receive)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def fastapi(port):
    import uvicorn
    from fastapi import Body, FastAPI, Request
    from pydantic import BaseModel

    class Event(BaseModel):
        type: str
        id: str
        created_at: str | None = None
        data: dict
        previous_data: dict | None = None

    app = FastAPI()

    def headers_of(request):
        return [(k.decode(), v.decode("latin-1")) for k, v in request.headers.raw]

    @app.post("/form-payload")
    async def payload(request: Request):
        from urllib.parse import parse_qs
        return report(headers_of(request), parse_qs((await request.body()).decode())["payload"][0])

    @app.post("/model")
    async def model(request: Request, event: Event):
        return report(headers_of(request), event.model_dump_json())

    @app.post("/{way}")
    async def receive(request: Request, way: str, data=Body()):
        return report(headers_of(request), DUMPS[way](data))

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def plain(port):
    """`http.server`, and a gateway that makes the events of AWS API Gateway."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    def lambda_handler(event):
        return event["body"]

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            if self.path == "/short":
                # Reads until the first packet is full, and never the rest.
                body = self.rfile.read(min(length, 1024))
                self.rfile.read(length - len(body))
            elif self.path == "/short-8192":
                body = self.rfile.read(min(length, 8192))
                self.rfile.read(length - len(body))
            elif self.path == "/lines":
                first = self.rfile.readline()
                self.rfile.read(length - len(first))
                body = first
            else:
                body = self.rfile.read(length)
            if self.path == "/lambda":
                event = {"version": "2.0", "isBase64Encoded": True, "body": base64.b64encode(body).decode()}
                body = lambda_handler(event)
            if self.path == "/mime":
                body = base64.encodebytes(body)
            if self.path == "/repr":
                body = repr(body)
            answer = json.dumps(report(self.headers.items(), body)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()


globals()[sys.argv[1]](int(sys.argv[2]))
