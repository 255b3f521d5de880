"""Reads request bodies on the event loop, within bounds of size, time, rate and number."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from livechat.core.metrics import REQUESTS_CUT

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
# A body larger than this waits on disk for its end.
MEMORY_BYTES = 256 * 1024
# So much of a refused body is read and dropped, so that its sender can read why it was refused.
MOST_DRAINED_BYTES = 32 * 1024 * 1024
# A body that stops for this many times ``grace_s`` has been given up by its sender.
_STALLS = 3


class BodyCutError(Exception):
    """We gave the body up before its end; ``reason`` is a label of the metric."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClientGoneError(Exception):
    """The client went away; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How long a body may take, and how many bodies one address may send at once.

    A minimum rate, not a short total: a video over a bad mobile connection takes long.
    """

    grace_s: float
    min_bytes_per_s: float
    max_s: float
    per_address: int
    # Younger bodies are not cut: one that came whole is read within milliseconds, even on a busy machine.
    just_now_s: float = 0.5


class _Reading:
    """One body that is being read."""

    __slots__ = ("began_at", "moved_at", "reason", "received", "task")

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self.task = task
        self.began_at = self.moved_at = time.monotonic()
        self.received = 0
        self.reason: str | None = None

    def cut(self, reason: str) -> None:
        if self.reason is None:
            self.reason = reason
            self.task.cancel()


class Bodies:
    """All bodies that this process is reading, on one event loop."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        # By the address they are counted under, the oldest first.
        self._readings: dict[str | None, dict[_Reading, None]] = {}

    @property
    def count(self) -> int:
        """How many bodies are being read."""
        return sum(map(len, self._readings.values()))

    async def read(self, receive: Receive, group: str | None, expected: int | None, most: int) -> "Body":
        """The body of a request counted under ``group``: ``expected`` bytes, or all of it if that is None.

        A body larger than ``most`` bytes is counted and not kept. Raises BodyCutError and ClientGoneError.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # an ASGI server runs each request as one
        reading = _Reading(task)
        mine = self._readings.setdefault(group, {})
        mine[reading] = None
        if group is not None and len(mine) > self._limits.per_address:
            self._make_room(mine)
        body = Body(most)
        try:
            await _fill(body, receive, reading, expected)
        except asyncio.CancelledError:
            body.close()
            if reading.reason is None:
                raise
            task.uncancel()
            REQUESTS_CUT.labels(reading.reason).inc()
            raise BodyCutError(reading.reason) from None
        except BaseException:
            body.close()
            raise
        finally:
            mine.pop(reading, None)
            if not mine and self._readings.get(group) is mine:
                del self._readings[group]
        return body

    def _make_room(self, readings: Iterable[_Reading]) -> None:
        """Cut the oldest bodies of an address that has too many.

        A body that moves as fast as the others of its address ends before it is the oldest. A body younger
        than ``just_now_s`` is left alone: it had no chance to end yet, however many came with it. Bodies that
        were cut but have not left the dict yet are not counted.
        """
        living = [reading for reading in readings if reading.reason is None]
        just_now = time.monotonic() - self._limits.just_now_s
        for oldest in living[: max(0, len(living) - self._limits.per_address)]:
            if oldest.began_at <= just_now:
                oldest.cut("crowded_body")

    def cut_overdue(self) -> None:
        """Cut the bodies that are too slow; to be called about once a second."""
        now, limits = time.monotonic(), self._limits
        for group, readings in list(self._readings.items()):
            if group is not None and len(readings) > limits.per_address:
                self._make_room(readings)
            for reading in list(readings):
                lasted = now - reading.began_at
                allowed = min(limits.max_s, limits.grace_s + reading.received / limits.min_bytes_per_s)
                if lasted > allowed or now - reading.moved_at > _STALLS * limits.grace_s:
                    reading.cut("slow_body")


async def _fill(body: "Body", receive: Receive, reading: _Reading, expected: int | None) -> None:
    while expected is None or body.size < expected:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        piece: bytes = message.get("body", b"")
        if piece:
            reading.received += len(piece)
            reading.moved_at = time.monotonic()
            await body.add(piece)
        if body.size > body.most and body.size >= MOST_DRAINED_BYTES:
            return
        if not message.get("more_body", False):
            return


class Body:
    """Bytes that have arrived: in memory, or in an unnamed file if there are many."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._pieces: list[bytes] = []
        self._held = 0
        self._file: IO[bytes] | None = None

    async def add(self, piece: bytes) -> None:
        """Keep a piece; once the body is larger than ``most``, only its size."""
        self.size += len(piece)
        if self.size > self.most:
            self.close()
            return
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held > MEMORY_BYTES:
            # A disk may be slow, and the loop has other requests.
            await asyncio.to_thread(self._write)

    def stream(self) -> IO[bytes]:
        """The whole body as a file, at its beginning."""
        if self._file is None:
            return BytesIO(self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces))
        self._write()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Forget the bytes that were kept."""
        self._pieces, self._held = [], 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115  # it lives as long as the request
        self._file.writelines(self._pieces)
        self._pieces, self._held = [], 0
