"""Meta's side: the handshake, and webhooks: verify, keep, answer 200. Nothing else happens in the request."""

import hmac
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, Response, current_app, request

from livechat.api.context import settings
from livechat.errors import ForbiddenError, MalformedRequestError, PayloadTooLargeError, UnauthorizedError
from livechat.extensions import db, redis
from livechat.metrics import WEBHOOKS_RECEIVED, WEBHOOKS_REFUSED
from livechat.services.inbox import Inbox
from livechat.whatsapp.signature import is_signed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

bp = Blueprint("webhook", __name__)
_EXTENSION = "livechat_inbox"
# Looked up once: Prometheus' own look-up of a label costs as much as the signature.
_RECEIVED = {place: WEBHOOKS_RECEIVED.labels(place) for place in ("redis", "postgresql")}


class _Acknowledgement(Response):
    """200 and nothing more, in one piece: of werkzeug's own answer a server has to ask for each part."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As WSGI has it."""
        start_response(self.status, [*self.headers, ("Content-Length", "0")])
        return []


def init_webhook(app: Flask) -> None:
    """Open this process's way in; it connects when it is first used."""
    with app.app_context():
        app.extensions[_EXTENSION] = Inbox(redis.client)


@bp.get("/webhook")
def handshake() -> Response:
    """Meta's verification: the challenge as text, where mode and token are right (cloud-api.md 1.1)."""
    mode, token, challenge = (
        request.args.get(f"hub.{name}") for name in ("mode", "verify_token", "challenge")
    )
    if mode is None or token is None or challenge is None:
        raise MalformedRequestError("hub.mode, hub.verify_token and hub.challenge are required.")
    expected = settings().whatsapp_verify_token
    if mode != "subscribe" or not hmac.compare_digest(token.encode(), expected.encode()):
        raise ForbiddenError("The mode or the verify token is not ours.")
    return Response(challenge, mimetype="text/plain", headers={"X-Content-Type-Options": "nosniff"})


@bp.post("/webhook")
def receive() -> Response:
    """200, empty, once the body is safe. 401 unsigned, 413 over the limit, 503 where nothing can keep it."""
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
    inbox = cast(Inbox, current_app.extensions[_EXTENSION])
    kept_in = inbox.put(db.session, body)
    _RECEIVED[kept_in].inc()
    return _Acknowledgement()
