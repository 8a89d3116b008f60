"""Starts the tools, and runs them: servers, clients, libraries and command lines."""

import atexit
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
WORK = Path(os.environ["CORPUS_WORK"])
MODULES = str(WORK / "npm")
# The ports are fixed, because they are in the headers of some deliveries.
EXPRESS4, EXPRESS5, FASTIFY, KOA, KOA_BODY, HONO, NODE, PROXY = range(38410, 38418)
FLASK, DJANGO, AIOHTTP, FASTAPI, PLAIN, PHP, CAPTURE, NGINX, NGINX_TLS = range(38420, 38429)
started = []


def start(*command, **more):
    process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=open(WORK / "servers.log", "ab"), **more)
    started.append(process)
    return process


@atexit.register
def stop():
    for process in started:
        process.send_signal(signal.SIGTERM)
    for process in started:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()


def run(*command, input=b"", **more):
    done = subprocess.run([str(c) for c in command], input=input, capture_output=True, **more)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr.decode()}")
    return done.stdout


def bash(script, input=b"", **variables):
    """Runs a script in bash, in an empty folder."""
    folder = WORK / "shell"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return run("bash", "-euc", script, input=input, cwd=folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **variables})


class Worker:
    """The process of `worker.cjs`."""

    def __init__(self):
        self.process = subprocess.Popen(["node", HERE / "worker.cjs"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env={**os.environ, "MODULES": MODULES})
        started.append(self.process)

    def __call__(self, do, **question):
        for name, value in question.items():
            if isinstance(value, bytes):
                question[name] = base64.b64encode(value).decode()
        self.process.stdin.write(json.dumps({"do": do, **question}).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]


node = Worker()
go = lambda way, text: run(WORK / "tool-go", way, input=text)
ruby = lambda way, text: run("ruby", HERE / "tool.rb", way, input=text)
java = lambda way, text: run("java", "-cp", f"{WORK}/java:{os.environ['JARS']}", "Tool", way, input=text)
php = lambda code, text: run("php", "-r", f"$in = stream_get_contents(STDIN); echo {code};", input=text)


class Capture(BaseHTTPRequestHandler):
    """Receives deliveries as they are on the wire."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if self.headers.get("Expect"):
            pass
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # The headers as they are, without the changes of `email.message`.
        headers = [[k, v] for k, v in self.headers.raw_items()]
        answer = json.dumps({"headers": headers, "body": base64.b64encode(body).decode()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


NGINX_CONF = """
daemon off; master_process off; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {work}/body; proxy_temp_path {work}/proxy;
  fastcgi_temp_path {work}/fastcgi; uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  server {{
    listen 127.0.0.1:{http}; listen 127.0.0.1:{tls} ssl;
    ssl_certificate {work}/cert.pem; ssl_certificate_key {work}/key.pem;
    # The usual lines of a reverse proxy.
    location /url/ {{ proxy_pass http://127.0.0.1:{back}; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host; }}
    location /bare/ {{ proxy_pass http://127.0.0.1:{back}; proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }}
    location /port/ {{ proxy_pass http://127.0.0.1:{back}; proxy_set_header Host $host:$server_port; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host; }}
    location /decoded/ {{ proxy_pass http://127.0.0.1:{back}/decoded/; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }}
    location /query/ {{ rewrite ^(/query/.*)$ $1? break; proxy_pass http://127.0.0.1:{back}; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }}
    location /slash/ {{ rewrite ^(/slash/.*[^/])$ $1/ break; proxy_pass http://127.0.0.1:{back}; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }}
    location /strip/ {{ proxy_pass http://127.0.0.1:{capture}; proxy_set_header Host $http_host; proxy_set_header X-Hub-Signature-256 ""; proxy_set_header Stripe-Signature ""; }}
    # nginx drops headers with an underscore in their names, unless it is told not to.
    location / {{ proxy_pass http://127.0.0.1:{capture}; proxy_set_header Host $http_host; }}
    location /forward/ {{ proxy_pass http://127.0.0.1:{capture}; proxy_set_header Host $http_host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }}
    location /no-body/ {{ proxy_pass http://127.0.0.1:{capture}; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header Host $http_host; }}
  }}
}}
"""


def start_all():
    env = {**os.environ, "MODULES": MODULES, "NODE_ENV": "production"}
    start("node", HERE / "servers.cjs", EXPRESS4, EXPRESS5, FASTIFY, KOA, KOA_BODY, HONO, NODE, PROXY, env=env)
    for name, port in [("flask", FLASK), ("django", DJANGO), ("aiohttp", AIOHTTP), ("fastapi", FASTAPI), ("plain", PLAIN)]:
        start(sys.executable, HERE / "receivers.py", name, port)
    start("php", "-d", "display_errors=0", "-S", f"127.0.0.1:{PHP}", HERE / "receiver.php")
    conf = WORK / "nginx.conf"
    conf.write_text(NGINX_CONF.format(work=WORK, http=NGINX, tls=NGINX_TLS, back=EXPRESS4, capture=CAPTURE))
    start("nginx", "-p", WORK, "-c", conf)
    server = ThreadingHTTPServer(("127.0.0.1", CAPTURE), Capture)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for port in [*range(EXPRESS4, PROXY + 1), *range(FLASK, NGINX_TLS + 1)]:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"nothing listens on port {port}: see servers.log")


HOST = "hooks.example.com"


def send(sent, port, path="/", client="http.client", host=HOST, content_type="application/json", tls=False):
    """Sends a delivery through a socket, and returns the receiver's answer."""
    url = f"http://127.0.0.1:{port}{path}"
    headers = [["Host", host], *([["Content-Type", content_type]] if content_type else []), *map(list, sent.headers)]
    if client == "http.client":
        if tls:
            import ssl
            connection = HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context())
        else:
            connection = HTTPConnection("127.0.0.1", port)
        connection.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
        for name, value in [*headers, ["Content-Length", str(len(sent.body))]]:
            connection.putheader(name, value)
        connection.endheaders(sent.body)
        answer = connection.getresponse().read()
    elif client == "requests":
        import requests
        answer = requests.post(url, data=sent.body, headers=dict(headers)).content
    elif client == "httpx":
        import httpx
        answer = httpx.post(url, content=sent.body, headers=headers).content
    elif client == "curl":
        options = [x for name, value in headers for x in ("-H", f"{name}: {value}" if value else f"{name};")]
        answer = run("curl", "-sS", "--data-binary", "@-", *options, "-H", "Expect:", url, input=sent.body)
    elif client == "go":
        answer = run(WORK / "tool-go", "send", input=json.dumps({"URL": url, "Headers": headers, "Body": base64.b64encode(sent.body).decode()}).encode())
    elif client in ("node", "axios", "fetch"):
        answer = node("send", url=url, headers=headers, body=sent.body, client=client).encode()
    else:
        raise ValueError(client)
    try:
        answer = json.loads(answer)
    except ValueError:
        raise RuntimeError(f"{path} on {port}: {answer[:400]!r}") from None
    answer["body"] = base64.b64decode(answer["body"])
    return answer


CLIENTS = ["http.client", "requests", "httpx", "curl", "go", "node", "axios"]


def client_for(name):
    return CLIENTS[sum(name.encode()) % len(CLIENTS)]
