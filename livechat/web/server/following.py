"""An answer that goes on for hours: it stands on the event loop, and has a thread only for what must wait."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from livechat.web.server.answers import Answer, LiveBody
from livechat.web.server.threads import Threads
from livechat.web.server.wakes import Wakes

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Following:
    """One open stream. All of it runs on the loop; the body's blocking pieces run in a thread.

    While nothing is to be written its task sleeps. What has come is written by ``resume``, which is called
    for all streams that it is for in one turn of the loop: to switch to a task for each would cost far more.
    """

    def __init__(
        self, answer: Answer, live: LiveBody, send: Send, threads: Threads, wakes: Wakes, stalled_s: float
    ) -> None:
        self._answer, self._live, self._send_to = answer, live, send
        self._threads, self._stalled_s = threads, stalled_s
        self._loop = asyncio.get_running_loop()
        # While the task sleeps; it alone writes while it does not.
        self._sleep: asyncio.Future[None] | None = None
        self._unsent: Awaitable[None] | None = None
        self._is_over = False
        self._error: Exception | None = None
        live.attach(wakes, self.resume)

    async def run(self) -> None:
        """Write until the body ends or ``stop`` is called; TimeoutError for a client that takes nothing."""
        while not self._is_over:
            piece = self._live.ready()
            if piece is None:
                piece = await self._threads.run(self._loop, self._answer.next_piece)
                if piece is None:
                    await self._send_to({"type": "http.response.body", "body": b"", "more_body": False})
                    return
            if piece:
                await asyncio.wait_for(self._sending(piece), self._stalled_s)
                continue
            self._sleep = self._loop.create_future()
            await self._sleep
            if self._error is not None:
                raise self._error
            unsent, self._unsent = self._unsent, None
            if unsent is not None:
                await asyncio.wait_for(unsent, self._stalled_s)

    def stop(self) -> None:
        """Nobody reads any more."""
        self._is_over = True
        self._wake()

    def resume(self) -> None:
        """Write what has come, or is due by the clock; the task, if it is awake, does it anyway."""
        if self._sleep is None:
            return
        try:
            piece = self._live.ready()
            self._unsent = _unfinished(self._sending(piece)) if piece else None
        except Exception as error:  # noqa: BLE001  # the others of this turn must not suffer; the task raises it
            self._error, piece = error, None
        if piece is None or self._unsent is not None:
            self._wake()

    def _wake(self) -> None:
        sleep, self._sleep = self._sleep, None
        if sleep is not None and not sleep.done():
            sleep.set_result(None)

    def _sending(self, piece: bytes) -> Awaitable[None]:
        return self._send_to({"type": "http.response.body", "body": piece, "more_body": True})


def _unfinished(sending: Awaitable[None]) -> Awaitable[None] | None:
    """Begin to await, outside of any task; what is left of it, None where it did not have to wait."""
    steps = sending.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return _Rest(waits_for, steps)


class _Rest:
    """An awaitable that somebody has begun to await."""

    def __init__(self, waits_for: Any, steps: Generator[Any, Any, None]) -> None:
        self._waits_for, self._steps = waits_for, steps

    def __await__(self) -> Generator[Any, Any, None]:
        given = yield self._waits_for
        while True:
            try:
                waits_for = self._steps.send(given)
            except StopIteration:
                return
            given = yield waits_for
