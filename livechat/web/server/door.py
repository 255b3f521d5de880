"""The ASGI application: it reads a request, gives it to a thread, and sends the answer."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from livechat.core.metrics import REQUESTS_CUT
from livechat.web.server.addresses import Addresses
from livechat.web.server.answers import Answer, LiveBody, answer_of
from livechat.web.server.bodies import Bodies, Body, BodyCutError, BodyLimits, ClientGoneError, Receive
from livechat.web.server.environ import environ_of
from livechat.web.server.following import Following
from livechat.web.server.sentry import Sentry
from livechat.web.server.threads import OverloadedError, Threads
from livechat.web.server.wakes import Wakes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
# Answers a request on the event loop, given its body and environ. None leaves it to the application, which
# finds in the environ what the lane put there.
Lane = Callable[[bytes, dict[str, Any]], Awaitable[Answer | None]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
# Webhooks have threads of their own, so that streams and slow routes never take the last one from Meta.
WEBHOOK_THREADS = 64
MOST_WAITING = 4096
TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the door must know of a request before it reads the body; paths are as in PATH_INFO."""

    # The largest body of each of these paths; all others take ``most_bytes``.
    most_bytes_of: Mapping[str, int]
    most_bytes: int
    # Whether the sender of a request with more than ``most_bytes`` may send so much.
    admits: Callable[[dict[str, Any]], bool]
    # Paths that have threads of their own.
    reserved: frozenset[str]
    # By method and path: requests that the event loop answers without a thread.
    lanes: Mapping[tuple[str, bytes], Lane]
    # Sent with every answer that the door makes itself.
    headers: Mapping[str, str]


class Door:
    """ASGI around a WSGI ``application``. A process has one, for its one event loop."""

    def __init__(
        self,
        application: "WSGIApplication",
        rules: Rules,
        limits: BodyLimits,
        addresses: Addresses,
        *,
        connections_per_address: int,
        threads: int,
        stalled_s: float,
    ) -> None:
        self._application, self._rules, self._addresses = application, rules, addresses
        self._stalled_s = stalled_s
        self._bodies = Bodies(limits)
        self._threads = Threads("request", threads, MOST_WAITING)
        self._reserved = Threads("webhook", WEBHOOK_THREADS, MOST_WAITING)
        self._busy: set[tuple[str, str]] = set()
        self._sentry = Sentry(self._busy, addresses, connections_per_address, stalled_s)
        self._ticking: asyncio.Task[None] | None = None
        self._wakes: Wakes | None = None
        self._followings: set[Following] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the process's lifespan, as ASGI 3 says."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            client = scope["client"]
            self._busy.add(client)
            try:
                await self._answer(scope, receive, send)
            except ClientGoneError:
                REQUESTS_CUT.labels("client_gone").inc()
            finally:
                self._busy.discard(client)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._ticking = asyncio.get_running_loop().create_task(self._tick())
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._ticking is not None:
                    self._ticking.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._bodies.cut_overdue()
                self._sentry.look()
                for following in list(self._followings):
                    following.resume()
            except Exception as error:  # noqa: BLE001  # without these looks nothing is bounded any more
                log.error("sentry_failed", error=type(error).__name__)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        environ = environ_of(scope)
        path = environ["PATH_INFO"]
        threads = self._reserved if path in self._rules.reserved else self._threads
        lane = self._rules.lanes.get((scope["method"], scope["raw_path"]))
        body: Body | None = None
        try:
            body = await self._body(loop, environ, receive)
            stream = environ["wsgi.input"] = _NOTHING.stream() if body is None else body.stream()
            answer = None
            if lane is not None and isinstance(stream, BytesIO):
                answer = await lane(stream.getvalue(), environ)
            if answer is None:
                answer = await threads.run(loop, answer_of, self._application, environ)
        except BodyCutError:
            answer = self._refusal(408, "request_timeout", "The request's body did not come in time.")
        except OverloadedError:
            REQUESTS_CUT.labels("overloaded").inc()
            answer = self._refusal(503, "unavailable", "Too much waits to be done here.")
        finally:
            if body is not None:
                body.close()
        await self._send(loop, threads, answer, receive, send)

    async def _body(
        self, loop: asyncio.AbstractEventLoop, environ: dict[str, Any], receive: Receive
    ) -> Body | None:
        length = _content_length(environ)
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        if not length and not is_chunked:
            return None
        rules = self._rules
        most = rules.most_bytes_of.get(environ["PATH_INFO"], rules.most_bytes)
        if most > rules.most_bytes and (length is None or length > rules.most_bytes):
            most = await self._admitted(loop, environ, most)
        if length is not None and length > most and "HTTP_EXPECT" in environ:
            # The client asks before it sends; the application refuses by the length alone.
            return None
        group = self._addresses.group_of(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", ""))
        body = await self._bodies.read(receive, group, length, most)
        if length is None:
            # WSGI knows no chunks: the application finds a body of this length.
            environ["CONTENT_LENGTH"] = str(body.size)
            del environ["HTTP_TRANSFER_ENCODING"]
        elif body.size < length and length <= most:
            raise ClientGoneError
        return body

    async def _admitted(self, loop: asyncio.AbstractEventLoop, environ: dict[str, Any], most: int) -> int:
        """How many bytes of a large body to keep: a client who may not send it is refused unread."""
        if environ["PATH_INFO"] in self._rules.reserved:
            return most
        asked = {**environ, "wsgi.input": _NOTHING.stream()}
        admitted = await self._threads.run(loop, self._rules.admits, asked)
        return most if admitted else self._rules.most_bytes

    async def _send(
        self,
        loop: asyncio.AbstractEventLoop,
        threads: Threads,
        answer: Answer,
        receive: Receive,
        send: Send,
    ) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.pieces is None:
            await send({"type": "http.response.body", "body": answer.body, "more_body": False})
            return
        gone = loop.create_task(_until_gone(receive))
        try:
            if answer.live is not None:
                await self._follow(answer, answer.live, gone, threads, send)
                return
            while not gone.done():
                piece = await threads.run(loop, answer.next_piece)
                if piece is None:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    return
                # No thread waits here. A client that takes nothing for ``stalled_s`` is gone.
                sending = send({"type": "http.response.body", "body": piece, "more_body": True})
                await asyncio.wait_for(sending, self._stalled_s)
        except TimeoutError:
            REQUESTS_CUT.labels("slow_reader").inc()
        except OverloadedError:
            REQUESTS_CUT.labels("overloaded").inc()
        finally:
            gone.cancel()
            with suppress(OverloadedError):
                await self._threads.run(loop, answer.close)

    async def _follow(
        self, answer: Answer, live: LiveBody, gone: "asyncio.Task[None]", threads: Threads, send: Send
    ) -> None:
        if self._wakes is None:
            self._wakes = Wakes(asyncio.get_running_loop())
        following = Following(answer, live, send, threads, self._wakes, self._stalled_s)
        gone.add_done_callback(lambda _: following.stop())
        self._followings.add(following)
        try:
            await following.run()
        finally:
            self._followings.discard(following)

    def _refusal(self, status: int, code: str, detail: str) -> Answer:
        """A problem (RFC 9457) made without the application; the connection ends with it."""
        title = {408: "The request took too long", 503: "Not available at the moment"}[status]
        document = {
            "type": f"urn:livechat:problem:{code}",
            "title": title,
            "status": status,
            "detail": detail,
            "code": code,
        }
        body = orjson.dumps(document)
        headers = {
            **self._rules.headers,
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            "X-Request-ID": os.urandom(16).hex(),
            **({"Retry-After": "5"} if status == 503 else {}),
        }
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        return Answer(status, encoded, body)


_NOTHING = Body(0)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _content_length(environ: dict[str, Any]) -> int | None:
    """The header's number, None if there is none; the server has refused values that are no number."""
    text = environ.get("CONTENT_LENGTH", "")
    return int(text) if text.isascii() and text.isdigit() else None
