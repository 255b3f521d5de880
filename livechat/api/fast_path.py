"""The webhook's fast path: a signed body that Redis takes is answered before Flask dispatches the request.

Contexts, routing, hooks and a response object took most of an acknowledgement's processor time, and a webhook
needs none of them (docs/decisions/webhook-fast-path.md). Whatever is not an everyday webhook goes on to the
view, which does the same and knows all the refusals too: nothing but the speed hangs on this module.
"""

import time
from collections.abc import Iterable
from io import BytesIO
from typing import IO, TYPE_CHECKING

from werkzeug.wsgi import get_content_length

from livechat.api.headers import ALWAYS, request_id_of
from livechat.api.request_log import count_request
from livechat.config import Settings
from livechat.metrics import WEBHOOKS_RECEIVED
from livechat.services.inbox import Inbox
from livechat.whatsapp.signature import is_signed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/webhook"
# The event that Redis did not take, for the view: a body keeps the id under which it may have arrived there.
EVENT_KEY = "livechat.webhook_event"
_RECEIVED = WEBHOOKS_RECEIVED.labels("redis")
_HEADERS = [*ALWAYS.items(), ("Content-Length", "0")]


class WebhookFastPath:
    """WSGI middleware around ``application``."""

    def __init__(self, application: "WSGIApplication", inbox: Inbox, settings: Settings) -> None:
        self._application = application
        self._inbox = inbox
        self._max_bytes = settings.webhook_max_bytes
        self._secrets = settings.whatsapp_app_secrets

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As WSGI has it."""
        if environ.get("PATH_INFO") != PATH or environ.get("REQUEST_METHOD") != "POST":
            return self._application(environ, start_response)
        began = time.perf_counter()
        if not self._is_kept(environ):
            return self._application(environ, start_response)
        _RECEIVED.inc()
        start_response("200 OK", [*_HEADERS, ("X-Request-ID", request_id_of(environ))])
        count_request(PATH, "POST", 200, time.perf_counter() - began)
        return []

    def _is_kept(self, environ: "WSGIEnvironment") -> bool:
        """Whether the body is in the stream. Where it is not, it can be read from ``environ`` again."""
        length = get_content_length(environ)
        # Without a length it comes in chunks; Flask knows how to read those.
        if length is None or length > self._max_bytes:
            return False
        body = _read(environ["wsgi.input"], length)
        environ["wsgi.input"] = BytesIO(body)
        if len(body) != length:
            return False
        if not is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE_256"), self._secrets):
            return False
        event = environ[EVENT_KEY] = self._inbox.received(body)
        return self._inbox.add(event)


def _read(stream: IO[bytes], length: int) -> bytes:
    """``length`` bytes, or fewer where the client went away."""
    body = stream.read(length)
    while len(body) < length and (more := stream.read(length - len(body))):
        body += more
    return body
