"""What a message costs the web while one member of a workspace has the inbox open, and while many have."""

import os
import selectors
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

import jwt
from sqlalchemy import text

from benchmarks.figures import Figure, ratio, spread
from benchmarks.sizes import Sizes
from benchmarks.stack import OWNER, Stack
from benchmarks.webhooks import signed_requests
from livechat.core.extensions import db

TARGET = 1.5
PATIENCE_S = 30.0
_EVENT = b"event: message.created\n"
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """One message at a time: the next one is sent when every stream has shown the last."""
    alone: list[float] = []
    together: list[float] = []
    stack.clear()
    members = _members(stack, sizes.streams)
    with stack.web() as port:
        # Each program leads a group of its own.
        web, first = stack.newest_pid, 0
        with stack.worker("worker-inbound"):
            for _ in range(min(sizes.rounds, 3)):
                for costs, users in ((alone, members[:1]), (together, members)):
                    with _Pages(port, [_token(stack, user) for user in users]) as pages:
                        # The first ones after a start or a pause pay for caches.
                        first = _play(stack, port, pages, first, max(2, sizes.stream_messages // 10))
                        before = _processor_s(web)
                        first = _play(stack, port, pages, first, sizes.stream_messages)
                        costs.append((_processor_s(web) - before) / sizes.stream_messages)
    by_round = [many / one for one, many in zip(alone, together, strict=True)]
    return [
        Figure(
            f"the web's processor time for a message, {sizes.streams} members' streams open",
            f"{spread(together)[1] * 1000:.1f} ms",
            f"one stream {spread(alone)[1] * 1000:.1f} ms",
            ratio(by_round),
            f"<= {TARGET}",
            spread(by_round)[1] <= TARGET,
        )
    ]


def _members(stack: Stack, count: int) -> list[UUID]:
    users = [OWNER, *(uuid4() for _ in range(count - 1))]
    with db.engine.begin() as connection:
        for user in users[1:]:
            connection.execute(
                text(
                    "INSERT INTO workspace_members (workspace_id, user_id, role) "
                    "SELECT workspace_id, :user, 'agent' FROM workspace_members WHERE user_id = :owner"
                ),
                {"user": user, "owner": OWNER},
            )
    return users


def _token(stack: Stack, user: UUID) -> str:
    claims = {"sub": str(user), "aud": "authenticated", "role": "authenticated"}
    return jwt.encode({**claims, "exp": int(time.time()) + 3600}, stack.jwt_secret, algorithm="HS256")


def _play(stack: Stack, port: int, pages: "_Pages", first: int, count: int) -> int:
    """Send so many messages, each once the last is shown everywhere; the next serial number."""
    for request in signed_requests(stack.app_secret, count, first):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            if not connection.recv(4096).startswith(b"HTTP/1.1 200 "):
                raise RuntimeError("a webhook was not acknowledged")
            pages.wait_for_one()
    return first + count


class _Pages:
    """Open streams, read by one thread of this process."""

    def __init__(self, port: int, tokens: list[str]) -> None:
        self._port, self._tokens = port, tokens
        self._exits = ExitStack()
        self._selector = self._exits.enter_context(selectors.DefaultSelector())

    def __enter__(self) -> Self:
        for token in self._tokens:
            page = self._exits.enter_context(
                socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S)
            )
            page.sendall(
                b"GET /api/live-chat/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + token.encode()
                + b"\r\n\r\n"
            )
            answer = b""
            while b": connected" not in answer:
                answer += page.recv(4096)
                if not answer.startswith(b"HTTP/1.1 200 ") and len(answer) > 12:
                    raise RuntimeError(f"no stream: {answer[:200]!r}")
            self._selector.register(page, selectors.EVENT_READ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def wait_for_one(self) -> None:
        """Return when each stream has shown one message more."""
        missing = set(self._selector.get_map())
        ends_at = time.monotonic() + PATIENCE_S
        while missing:
            for key, _ in self._selector.select(1):
                assert isinstance(key.fileobj, socket.socket)
                if _EVENT in key.fileobj.recv(1 << 16):
                    missing.discard(key.fd)
            if time.monotonic() > ends_at:
                raise RuntimeError(f"{len(missing)} streams did not show a message")


def _processor_s(group: int) -> float:
    """Seconds of processor time that the group's processes have used, user and system."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name stands in parentheses, and may hold anything.
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                total += int(fields[11]) + int(fields[12])
    return total / _TICKS
