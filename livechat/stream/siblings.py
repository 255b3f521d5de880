"""Renders each entry once for all web processes of one server: the first of them does, and tells the others.

Each process reads the logs by itself, at the same moments; only the rendering is shared, which costs most. It
goes over a socket between processes that one parent has forked, so nothing of it is kept anywhere. A process
that gets no answer renders for itself, as where there are no siblings.
"""

import math
import os
import secrets
import socket
import struct
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import structlog

from livechat.live.ephemeral import pack_audience, unpack_audience
from livechat.live.event_log import Change, LogEntry
from livechat.live.listener import Render, SourceUnavailableError
from livechat.live.subscription import LiveEvent

log = structlog.get_logger(__name__)

# The web server loads its modules before it forks: its processes, and they alone, have this in common.
_FAMILY = secrets.token_hex(16)
# Longer than a rendering takes; who does not answer in time is left alone for a while.
PATIENCE_S, PAUSE_S = 2.0, 10.0
# What was rendered is kept for siblings who are a moment behind.
_KEPT, _KEPT_BYTES = 1000, 8 * 1024 * 1024
_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")
if {each.name for each in fields(LiveEvent) if each.compare} != {
    *("account_id", "at", "phone_number_id", "payload", "personal", "audience", "unless", "users")
}:
    raise TypeError("Siblings would be told less of an event than it has: pack what is new.")


class SharedRendering:
    """``render`` for the listener, whose thread alone calls it: asks the sibling that renders, or is it."""

    def __init__(self, render: Render, database_url: str) -> None:
        self._render = render
        # Applications of one process may stand on different databases, as in tests.
        self._name = "\0livechat-" + sha256(f"{_FAMILY} {database_url}".encode()).hexdigest()
        self._lock = threading.Lock()
        self._asked: socket.socket | None = None
        self._served: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._answered: set[socket.socket] = set()
        # Elsewhere sockets have no abstract names, and say of nobody who they are.
        self._alone_until = 0.0 if sys.platform == "linux" else math.inf
        self._kept: OrderedDict[tuple[UUID, tuple[int, int]], LiveEvent] = OrderedDict()
        self._kept_bytes = 0

    def __call__(self, entries: Sequence[LogEntry]) -> list[LiveEvent]:
        """One event for each entry, in order; raises SourceUnavailableError."""
        if self._served is None and time.monotonic() >= self._alone_until:
            answer = self._ask(entries)
            if answer is not None:
                return answer
        return self._rendered(entries)

    def close(self) -> None:
        """Ask nobody any more, and answer nobody; the process's end does the same."""
        for each in (self._asked, self._served, *self._answered):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        self._asked = self._served = None
        if self._accepting is not None:
            # Until its call has ended the name is not free.
            self._accepting.join(PATIENCE_S)

    def _ask(self, entries: Sequence[LogEntry]) -> list[LiveEvent] | None:
        """What the sibling has rendered; None where this process is to render, for all or for itself."""
        try:
            if self._asked is None and not self._connect():
                return None
            assert self._asked is not None  # noqa: S101  # connected above
            asked = [[each.account_id.hex, *each.at, each.change.pack().hex()] for each in entries]
            _write(self._asked, orjson.dumps(asked))
            answer = _read(self._asked)
        except (OSError, EOFError) as error:
            # It has ended, or is stuck; the next process to ask takes its place.
            log.warning("sibling_does_not_render", error=type(error).__name__)
            if isinstance(error, TimeoutError):
                self._alone_until = time.monotonic() + PAUSE_S
            if self._asked is not None:
                self._asked.close()
                self._asked = None
            return None
        if not answer:
            raise SourceUnavailableError from ConnectionError("a sibling cannot ask the database")
        return [_unpack(entry, each) for entry, each in zip(entries, orjson.loads(answer), strict=True)]

    def _connect(self) -> bool:
        """Find the sibling that renders; False where there is none: then this process is that from now on."""
        asked = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        asked.settimeout(PATIENCE_S)
        try:
            asked.connect(self._name)
        except ConnectionRefusedError:
            asked.close()
            self._serve()
            return False
        if not _is_ours(asked):
            asked.close()
            self._alone_until = time.monotonic() + PAUSE_S
            return False
        self._asked = asked
        return True

    def _serve(self) -> None:
        served = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # An abstract name: there is one of it, and it is free again when its process has ended.
            served.bind(self._name)
            served.listen()
        except OSError:
            # Another process was quicker. It is asked next time.
            served.close()
            return
        self._served = served
        self._accepting = threading.Thread(
            target=self._accept, args=(served,), name="render-once", daemon=True
        )
        self._accepting.start()

    def _accept(self, served: socket.socket) -> None:
        try:
            while True:
                sibling, _ = served.accept()
                self._answered.add(sibling)
                threading.Thread(
                    target=self._answer, args=(sibling,), name="render-once", daemon=True
                ).start()
        except (OSError, RuntimeError) as error:
            # Out of descriptors or threads, or closed by us. The name is free: whoever asks next takes it.
            log.info("siblings_not_rendered_for", error=type(error).__name__)
            served.close()
            if self._served is served:
                self._served = None

    def _answer(self, sibling: socket.socket) -> None:
        with sibling, suppress(OSError, EOFError):
            try:
                self._answer_all(sibling)
            finally:
                self._answered.discard(sibling)

    def _answer_all(self, sibling: socket.socket) -> None:
        if _is_ours(sibling):
            while True:
                asked = [
                    LogEntry(UUID(account), (ms, serial), Change.unpack(bytes.fromhex(change)))
                    for account, ms, serial, change in orjson.loads(_read(sibling))
                ]
                try:
                    answer = orjson.dumps([_pack(event) for event in self._rendered(asked)])
                except SourceUnavailableError:
                    answer = b""
                _write(sibling, answer)

    def _rendered(self, entries: Sequence[LogEntry]) -> list[LiveEvent]:
        if self._served is None:
            return list(self._render(entries))
        with self._lock:
            missing = [each for each in entries if (each.account_id, each.at) not in self._kept]
            for event in self._render(missing) if missing else ():
                self._kept[event.account_id, event.at] = event
                self._kept_bytes += len(event.payload)
            found = [self._kept[each.account_id, each.at] for each in entries]
            while len(self._kept) > _KEPT or self._kept_bytes > _KEPT_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1].payload)
        return found


def _is_ours(peer: socket.socket) -> bool:
    """Whether the other end runs as the same user: an abstract name has no owner and no permissions."""
    _, uid, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return bool(uid == os.getuid())


def _write(to: socket.socket, message: bytes) -> None:
    to.sendall(_LENGTH.pack(len(message)) + message)


def _read(peer: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(peer, _LENGTH.size))
    return _exactly(peer, length)


def _exactly(peer: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = peer.recv(length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _pack(event: LiveEvent) -> list[Any]:
    return [
        event.phone_number_id,
        event.payload.decode(),
        {str(user_id): payload.decode() for user_id, payload in event.personal.items()},
        pack_audience(event.audience),
        pack_audience(event.unless),
        None if event.users is None else list(event.users),
    ]


def _unpack(entry: LogEntry, packed: list[Any]) -> LiveEvent:
    number, payload, personal, audience, unless, users = packed
    return LiveEvent(
        entry.account_id,
        entry.at,
        number,
        payload.encode(),
        {UUID(user_id): own.encode() for user_id, own in personal.items()},
        unpack_audience(audience),
        unpack_audience(unless),
        None if users is None else frozenset(map(UUID, users)),
    )
