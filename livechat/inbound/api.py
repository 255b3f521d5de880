"""What Meta calls: the handshake, and webhooks. The request of a webhook verifies, keeps and answers it."""

import hmac
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request

from livechat.core.errors import (
    ForbiddenError,
    MalformedRequestError,
    PayloadTooLargeError,
    UnauthorizedError,
)
from livechat.core.extensions import db, redis
from livechat.core.metrics import WEBHOOKS_RECEIVED, WEBHOOKS_REFUSED
from livechat.inbound.door.arrivals import Arrivals
from livechat.inbound.door.fast_path import WEBHOOK_KEY, WebhookFastPath
from livechat.web.context import settings
from livechat.web.guards.costs import Cost
from livechat.whatsapp.webhook.signature import is_signed

bp = Blueprint("webhook", __name__)
_EXTENSION = "livechat_inbox"


def init_webhook(app: Flask) -> None:
    """Open this process's way in. It connects to Redis when it is first used."""
    with app.app_context():
        arrivals = app.extensions[_EXTENSION] = Arrivals(redis.client)
        # Flask's way to wrap middleware, so that ``app`` stays the Flask object.
        app.wsgi_app = WebhookFastPath(app.wsgi_app, arrivals, settings())  # type: ignore[method-assign]


def arrivals_of(app: Flask) -> Arrivals:
    """This process's way in."""
    return cast(Arrivals, app.extensions[_EXTENSION])


@bp.get("/webhook", costs=Cost.NOTHING)
def handshake() -> Response:
    """Meta's verification: the challenge as text, where mode and token are right.

    Source: docs/meta/cloud-api.md section 1.1.
    """
    mode, token, challenge = (
        request.args.get(f"hub.{name}") for name in ("mode", "verify_token", "challenge")
    )
    if mode is None or token is None or challenge is None:
        raise MalformedRequestError("hub.mode, hub.verify_token and hub.challenge are required.")
    expected = settings().whatsapp_verify_token
    if mode != "subscribe" or not hmac.compare_digest(token.encode(), expected.encode()):
        raise ForbiddenError("The mode or the verify token is not ours.")
    return Response(challenge, mimetype="text/plain", headers={"X-Content-Type-Options": "nosniff"})


@bp.post("/webhook", costs=Cost.NOTHING)
def receive() -> Response:
    """200, empty, once the body is safe. 401 unsigned, 413 over the limit, 503 where nothing can keep it.

    Most webhooks are answered by ``fast_path`` and never come here.
    """
    ours = settings()
    limit = ours.webhook_max_bytes
    length = request.content_length
    if length is not None and length > limit:
        WEBHOOKS_REFUSED.labels("too_large").inc()
        raise PayloadTooLargeError(f"A webhook may have {limit} bytes.")
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        WEBHOOKS_REFUSED.labels("too_large").inc()
        raise PayloadTooLargeError(f"A webhook may have {limit} bytes.")
    if not is_signed(body, request.environ.get("HTTP_X_HUB_SIGNATURE_256"), ours.whatsapp_app_secrets):
        WEBHOOKS_REFUSED.labels("bad_signature").inc()
        raise UnauthorizedError("X-Hub-Signature-256 is missing or wrong.")
    arrivals = arrivals_of(current_app)
    webhook = request.environ.get(WEBHOOK_KEY) or arrivals.received(body)
    WEBHOOKS_RECEIVED.labels(arrivals.put(db.session, webhook)).inc()
    return Response(status=HTTPStatus.OK)
