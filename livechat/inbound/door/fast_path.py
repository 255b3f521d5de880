"""The webhook's fast path: a signed body that Redis takes is answered before Flask dispatches the request.

Contexts, routing, hooks and a response object took most of an acknowledgement's processor time, and a webhook
needs none of them (docs/decisions/webhook-fast-path.md). Every other request goes on to the route, which does
the same and also answers refusals: without this module webhooks would only be slower.
"""

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, TYPE_CHECKING

import structlog
from werkzeug.wsgi import get_content_length

from livechat.core.config import Settings
from livechat.core.metrics import WEBHOOKS_RECEIVED
from livechat.inbound.door.arrivals import LARGE_BODY_BYTES, Arrivals, RawWebhook
from livechat.inbound.door.group_commit import GROUP_SIZE, LINGER_S
from livechat.web.guards.headers import ALWAYS, request_id_of
from livechat.web.guards.request_log import count_request
from livechat.web.server.answers import Answer
from livechat.whatsapp.webhook.signature import is_signed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/webhook"
# A webhook that Redis did not take, for the route. It keeps its id, since Redis may have it after all.
WEBHOOK_KEY = "livechat.webhook_event"
log = structlog.get_logger(__name__)
_RECEIVED = WEBHOOKS_RECEIVED.labels("redis")
_HEADERS = [*ALWAYS.items(), ("Content-Length", "0")]
_ENCODED = [(name.encode(), value.encode()) for name, value in _HEADERS]


class WebhookFastPath:
    """WSGI middleware around ``application``."""

    def __init__(self, application: "WSGIApplication", arrivals: Arrivals, settings: Settings) -> None:
        self._application = application
        self._arrivals = arrivals
        self._max_bytes = settings.webhook_max_bytes
        self._secrets = settings.whatsapp_app_secrets

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer the request, or hand it on to ``application``."""
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
        """Put the body into the stream; whether it is there. The route can read it from ``environ`` again."""
        length = get_content_length(environ)
        # A body without a length comes in chunks, which Flask reads.
        if length is None or length > self._max_bytes:
            return False
        body = _read(environ["wsgi.input"], length)
        environ["wsgi.input"] = BytesIO(body)
        if len(body) != length:
            return False
        if not is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE_256"), self._secrets):
            return False
        # Where the lane could not keep it, Redis may have it after all: under another id it were kept twice.
        webhook = environ.get(WEBHOOK_KEY) or self._arrivals.received(body)
        environ[WEBHOOK_KEY] = webhook
        return self._arrivals.add(webhook)


def _read(stream: IO[bytes], length: int) -> bytes:
    """``length`` bytes, or fewer where the client went away."""
    body = stream.read(length)
    while len(body) < length and (more := stream.read(length - len(body))):
        body += more
    return body


class WebhookLane:
    """The fast path on the server's event loop (``web.server.door.Lane``): such a webhook needs no thread.

    Bodies that come while a write is under way share the next one, as in ``GroupCommit``.
    """

    def __init__(self, arrivals: Arrivals, settings: Settings) -> None:
        self._arrivals = arrivals
        self._secrets = settings.whatsapp_app_secrets
        self._waiting: list[tuple[RawWebhook, asyncio.Future[bool]]] = []
        # A thread of its own, so that a broker that is away does not hold up what Redis would take.
        self._waker = ThreadPoolExecutor(1, thread_name_prefix="wake")
        self._writing: asyncio.Task[None] | None = None
        self._is_crowded = False

    async def __call__(self, body: bytes, environ: "WSGIEnvironment") -> Answer | None:
        """200 once the body is in the stream; None, with the webhook left for the route, where it is not."""
        began = time.perf_counter()
        if not is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE_256"), self._secrets):
            return None
        webhook = environ[WEBHOOK_KEY] = self._arrivals.received(body)
        if len(body) > LARGE_BODY_BYTES or not await self._kept(webhook):
            return None
        _RECEIVED.inc()
        count_request(PATH, "POST", 200, time.perf_counter() - began)
        return Answer(200, [*_ENCODED, (b"X-Request-ID", request_id_of(environ).encode())])

    async def _kept(self, webhook: RawWebhook) -> bool:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((webhook, future))
        if self._writing is None:
            self._writing = loop.create_task(self._write(loop))
        return await future

    async def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while self._waiting:
                if self._is_crowded and len(self._waiting) < GROUP_SIZE:
                    # Several came together before, so more are on their way.
                    await asyncio.sleep(LINGER_S)
                group, self._waiting = self._waiting[:GROUP_SIZE], self._waiting[GROUP_SIZE:]
                self._is_crowded = len(group) > 1
                await self._write_group(loop, group)
        finally:
            self._writing = None

    async def _write_group(
        self, loop: asyncio.AbstractEventLoop, group: list[tuple[RawWebhook, "asyncio.Future[bool]"]]
    ) -> None:
        has_lease = False
        try:
            kept, has_lease = await self._arrivals.add_all([webhook for webhook, _ in group])
        except Exception as error:  # noqa: BLE001  # the route keeps these webhooks, or says why not
            log.error("webhook_lane_failed", error=type(error).__name__)
            kept = [False] * len(group)
        for (_, future), is_kept in zip(group, kept, strict=True):
            if not future.done():
                future.set_result(is_kept)
        if has_lease:
            loop.run_in_executor(self._waker, self._arrivals.send_wake)
