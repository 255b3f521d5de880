"""The floor of the webhook: what this server and Flask cost when a view does nothing at all."""

from flask import Flask, Response

from benchmarks.apps.door import behind_door

app = Flask(__name__, static_folder=None)
server = behind_door(app)


@app.post("/webhook")
def receive() -> Response:
    """200, empty, without a look at the body."""
    return Response(status=200)
