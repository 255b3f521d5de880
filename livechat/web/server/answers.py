"""Answers of the WSGI application: a thread reads a small one whole, a large one piece by piece."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from livechat.web.server.wakes import Resume, Wakes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# An answer of at most this size is read whole, and its thread is free; a larger one is read in pieces.
WHOLE_BYTES = 1024 * 1024
Header = tuple[bytes, bytes]


class LiveBody(ABC, Iterator[bytes]):
    """A body that goes on for hours and mostly has nothing to say.

    ``next`` may wait, and belongs in a thread. ``ready`` never does: between two calls of ``next`` the event
    loop asks it for what has come. The two are never called at the same time.
    """

    @abstractmethod
    def attach(self, wakes: Wakes, resume: Resume) -> None:
        """Have ``wakes`` call ``resume`` whenever ``ready`` may have something else to say than before."""

    @abstractmethod
    def ready(self) -> bytes | None:
        """What can be written now, b"" if there is nothing; None: ``next`` has to be asked."""


@dataclass(slots=True)
class Answer:
    """Status, headers and the body: ``body``, ``pieces`` that are still to be made, or a ``live`` one."""

    status: int
    headers: list[Header]
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    on_close: Callable[[], object] | None = field(default=None, repr=False)
    live: LiveBody | None = None

    def next_piece(self) -> bytes | None:
        """The next piece that is not empty, None at the end. Waits until the application makes one.

        An empty piece of a live body means that from here on it is asked by ``ready``.
        """
        assert self.pieces is not None  # noqa: S101  # asked of streams alone
        for piece in self.pieces:
            if piece or self.live is not None:
                return piece
        return None

    def close(self) -> None:
        """Let the application release what the pieces are made from."""
        on_close, self.on_close = self.on_close, None
        if on_close is not None:
            on_close()


def answer_of(application: "WSGIApplication", environ: dict[str, Any]) -> Answer:
    """The answer of ``application`` to a request. Raises what the application raises."""
    started: list[tuple[int, list[Header]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None, /) -> Any:
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        started[:] = [(int(status[:3]), encoded)]
        return _no_write

    result: Iterable[bytes] = application(environ, start_response)
    close = getattr(result, "close", None)
    try:
        if isinstance(result, list) and started:
            return Answer(*started[0], body=b"".join(result))
        if isinstance(result, LiveBody):
            answer = Answer(*started[0], pieces=result, on_close=close, live=result)
            close = None
            return answer
        pieces = iter(result)
        # An application may start its response only with its first piece.
        first = b"" if started else next(pieces, b"")
        status, headers = started[0]
        if _length(headers) <= WHOLE_BYTES:
            return Answer(status, headers, body=b"".join((first, *pieces)))
        answer = Answer(status, headers, pieces=_chained(first, pieces), on_close=close)
        close = None
        return answer
    finally:
        if close is not None:
            close()


def _length(headers: list[Header]) -> float:
    return next(
        (int(value) for name, value in headers if name.lower() == b"content-length"), float("infinity")
    )


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _no_write(_data: bytes, /) -> None:
    raise NotImplementedError("write() is for applications older than PEP 3333")
