# Sends requests with `http.client`, one after another, each on its own connection.
import http.client
import sys

count, targets = int(sys.argv[1]), sys.argv[2:]
for target in targets:
    surface, port, size = target.split(" ")
    body, arrived, failure = b"x" * int(size), 0, ""
    for number in range(count):
        is_signed = number % 2 == 1
        headers = {"X-Webhook-Signature": "0" * 64} if is_signed else {}
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        try:
            connection.request("POST", "/webhook", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == (413 if is_signed else 401):
                arrived += 1
            else:
                failure = failure or f"{answer.status} {text}"
        except OSError as error:
            failure = failure or repr(error)
        finally:
            connection.close()
    print(surface, size, arrived, failure, flush=True)
