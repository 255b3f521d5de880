"""The baseline of the ingest, web side: the signature is checked and each webhook becomes a Celery task."""

from flask import Flask, Response, abort, request

from benchmarks.apps import STORE_ONE
from benchmarks.apps.door import behind_door
from livechat import use_broker
from livechat.core.config import Settings
from livechat.core.extensions import celery
from livechat.core.tasknames import Queue
from livechat.whatsapp.webhook.signature import is_signed

_settings = Settings.from_env()
use_broker(_settings)
app = Flask(__name__, static_folder=None)
server = behind_door(app)


@app.post("/webhook")
def receive() -> Response:
    """200, empty, once the task is sent."""
    body = request.get_data()
    if not is_signed(body, request.headers.get("X-Hub-Signature-256"), _settings.whatsapp_app_secrets):
        abort(401)
    celery.send_task(
        STORE_ONE, kwargs={"body": body.decode()}, queue=Queue.INBOUND.value, ignore_result=True, retry=False
    )
    return Response(status=200)
