"""The connection to Redis on a server's event loop: no thread writes for it, and none hands the answers back.

Each hand-over between two threads of a process costs more than the write that it is for: the interpreter is
given away and asked back (docs/decisions/cheaper-webhooks.md).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

from hiredis import HiredisError, Reader, ReplyError, pack_command
from redis import Redis
from redis.connection import Connection, UnixDomainSocketConnection

CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 5.0


class LineBrokenError(Exception):
    """The connection ended before the answer came; what was asked may have been done."""


class LoopLine:
    """One connection, for callers on one event loop; what they ask is answered in order.

    Made by ``loop_line``, which says which ways to Redis it knows.
    """

    def __init__(self, target: dict[str, Any], greeting: Sequence[bytes]) -> None:
        self._target, self._greeting = target, greeting
        self._wire: _Wire | None = None

    async def ask(self, request: bytes, count: int) -> list[Any]:
        """The ``count`` answers to a request; a refused command's answer is a ReplyError.

        A connection that Redis has closed meanwhile, as one that was restarted, is made anew once. Raises
        OSError, TimeoutError, LineBrokenError or HiredisError.
        """
        try:
            return await self._asked(request, count)
        except (ConnectionError, LineBrokenError):
            return await self._asked(request, count)

    async def _asked(self, request: bytes, count: int) -> list[Any]:
        if self._wire is None:
            self._wire = await self._connected()
        wire = self._wire
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await wire.ask(request, count)
        except BaseException:
            # Late answers must not be taken for those of the next request.
            self.close()
            raise

    def close(self) -> None:
        """End the connection; the next request makes another."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def _connected(self) -> "_Wire":
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if "path" in self._target:
                _, wire = await loop.create_unix_connection(_Wire, **self._target)
            else:
                _, wire = await loop.create_connection(_Wire, **self._target)
            for answer in await wire.ask(b"".join(self._greeting), len(self._greeting)):
                if isinstance(answer, ReplyError):
                    wire.close()
                    raise answer
        return wire


def loop_line(redis: Redis) -> LoopLine | None:
    """A line to where ``redis`` leads; None where only redis-py knows the way, as with TLS."""
    pool = redis.connection_pool
    known = pool.connection_kwargs
    if pool.connection_class is Connection:
        target = {"host": known.get("host", "localhost"), "port": int(known.get("port", 6379))}
    elif pool.connection_class is UnixDomainSocketConnection:
        target = {"path": known["path"]}
    else:
        return None
    if known.get("credential_provider") is not None:
        return None
    greeting = []
    if known.get("password"):
        user = [known["username"]] if known.get("username") else []
        greeting.append(_command("AUTH", *user, known["password"]))
    if known.get("db"):
        greeting.append(_command("SELECT", known["db"]))
    return LoopLine(target, greeting)


class _Wire(asyncio.Protocol):
    """One connection's bytes, and who waits for which answers."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._waiting: deque[tuple[asyncio.Future[list[Any]], int]] = deque()
        self._answers: list[Any] = []
        self._transport: asyncio.Transport | None = None

    def ask(self, request: bytes, count: int) -> "asyncio.Future[list[Any]]":
        future = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            future.set_exception(LineBrokenError())
        elif count:
            self._waiting.append((future, count))
            self._transport.write(request)
        else:
            future.set_result([])
        return future

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while self._waiting and (answer := self._reader.gets()) is not False:
                self._answers.append(answer)
                future, count = self._waiting[0]
                if len(self._answers) == count:
                    self._waiting.popleft()
                    answers, self._answers = self._answers, []
                    if not future.done():
                        future.set_result(answers)
        except HiredisError as error:
            self._fail(error)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or LineBrokenError())

    def _fail(self, error: Exception) -> None:
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(error)


def _command(*parts: str | bytes | int) -> bytes:
    return cast(bytes, pack_command(parts))  # type: ignore[arg-type]  # its type allows one part only
