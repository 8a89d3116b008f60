# Receivers as the manuals show them: of the in-house convention over the raw bytes, and of Respan
# over the text that `json.dumps` makes of the parsed body.
import hashlib
import hmac
import json
import os

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

app = Flask(__name__)
SECRET = os.environ["WEBHOOK_SECRET"].encode()


def is_signed(header, body):
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers.get(header, ""))


@app.post("/webhook")
def webhook():
    if not is_signed("X-Webhook-Signature", request.get_data()):
        return jsonify({"error": "Invalid signature"}), 401
    return jsonify({"status": "received"})


@app.post("/respan")
def respan():
    if not is_signed("X-Respan-Signature", json.dumps(request.get_json()).encode()):
        return jsonify({"message": "Webhook signature does not match."}), 401
    return jsonify({"status": "received"})


server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"listening on 127.0.0.1:{server.port}", flush=True)
server.serve_forever()
