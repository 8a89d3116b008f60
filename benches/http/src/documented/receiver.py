"""The receiver that manuals show for Flask."""

import hashlib
import hmac
import os

from flask import Flask, jsonify, request

app = Flask(__name__)
SECRET = os.environ["WEBHOOK_SECRET"]


@app.post("/webhooks")
def webhook():
    signature = request.headers.get("X-Webhook-Signature", "")
    expected = hmac.new(SECRET.encode(), request.data, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, expected):
        return jsonify({"error": "Invalid signature"}), 401
    event = request.json
    return jsonify({"status": "received", "id": event["id"]}), 200
