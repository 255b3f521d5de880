"""Streams that stand on the event loop: what is written when, and that no thread is held meanwhile."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from livechat.web.server.answers import LiveBody
from livechat.web.server.wakes import Resume, Wakes
from tests.server.test_door import Client, Environ, door_to, eventually, run, scope_of


class Body(LiveBody):
    """Opens with a piece that a thread makes; then it has what ``say`` gives it, and ``end`` ends it."""

    def __init__(self) -> None:
        self.woken: Callable[[], None] = lambda: None
        self.waiting: list[bytes] = []
        self.made_in: list[str] = []
        self.is_live = self.is_ended = self.is_closed = False
        self.due: list[bytes] = []

    def attach(self, wakes: Wakes, resume: Resume) -> None:
        self.woken = lambda: wakes.wake([resume])

    def __next__(self) -> bytes:
        self.made_in.append(threading.current_thread().name)
        if self.is_ended:
            raise StopIteration
        if self.due:
            return self.due.pop(0)
        if self.made_in == ["request"]:
            return b"first "
        self.is_live = True
        return b""

    def ready(self) -> bytes | None:
        if not self.is_live or self.is_ended or self.due:
            return None
        told, self.waiting = b"".join(self.waiting), []
        return told

    def say(self, piece: bytes) -> None:
        self.waiting.append(piece)
        self.woken()

    def close(self) -> None:
        self.is_closed = True


def follow(*bodies: Body, stalled_s: float = 30.0) -> tuple[list[Client], list["asyncio.Task[None]"]]:
    waiting = list(bodies)

    def application(environ: Environ, start_response: Callable[..., Any]) -> Body:
        start_response("200 OK", [])
        return waiting.pop(0)

    # One thread for all of them: whoever held it would let nobody else begin.
    door = door_to(application, threads=1, stalled_s=stalled_s)
    clients = [Client(b"", then="end") for _ in bodies]
    for client in clients:
        client.then = "stay"
    calls = [asyncio.create_task(door(scope_of("GET"), each.receive, each.send)) for each in clients]  # type: ignore[arg-type]
    return clients, calls


async def opened(bodies: tuple[Body, ...], clients: list[Client]) -> None:
    await eventually(lambda: all(each.is_live for each in bodies))
    assert [client.body for client in clients] == [b"first "] * len(clients)


def on_thread(act: Callable[[], None]) -> Awaitable[None]:
    return asyncio.to_thread(act)


def test_what_comes_is_written_without_a_thread_and_in_order() -> None:
    async def main() -> None:
        bodies = tuple(Body() for _ in range(20))
        clients, calls = follow(*bodies)
        await opened(bodies, clients)
        made = [list(body.made_in) for body in bodies]

        def say_all() -> None:
            for n in range(50):
                for body in bodies:
                    body.say(b"%d " % n)

        await on_thread(say_all)
        whole = b"first " + b"".join(b"%d " % n for n in range(50))
        await eventually(lambda: all(client.body == whole for client in clients))
        assert [body.made_in for body in bodies] == made
        for body in bodies:
            body.is_ended = True
            body.woken()
        await asyncio.gather(*calls)
        assert all(body.is_closed for body in bodies)
        assert [client.sent[-1]["more_body"] for client in clients] == [False] * 20

    run(main)


def test_what_must_wait_is_made_in_a_thread_and_between() -> None:
    async def main() -> None:
        body = Body()
        [client], [call] = follow(body)
        await opened((body,), [client])
        body.due.append(b"due ")
        await on_thread(lambda: body.say(b"later "))
        await eventually(lambda: client.body == b"first due later ")
        assert set(body.made_in) == {"request"}
        client.left.set()
        await call
        assert body.is_closed

    run(main)


def test_a_client_that_takes_nothing_is_let_go_and_holds_up_nobody() -> None:
    async def main() -> None:
        lazy, other = Body(), Body()
        clients, calls = follow(lazy, other, stalled_s=0.2)
        await opened((lazy, other), clients)
        clients[0].takes.clear()

        def say() -> None:
            for body in (lazy, other):
                body.say(b"one ")
            lazy.say(b"two ")

        await on_thread(say)
        await eventually(lambda: clients[1].body == b"first one ")
        await calls[0]
        assert lazy.is_closed
        assert clients[0].body == b"first "
        assert not calls[1].done()
        clients[1].left.set()
        await calls[1]

    run(main)


def test_one_that_reads_again_gets_all_in_order() -> None:
    async def main() -> None:
        body = Body()
        [client], [call] = follow(body)
        await opened((body,), [client])
        client.takes.clear()
        await on_thread(lambda: body.say(b"one "))
        # Its write has begun, and waits.
        await eventually(lambda: not body.waiting)
        await on_thread(lambda: body.say(b"two "))
        client.takes.set()
        await eventually(lambda: client.body == b"first one two ")
        client.left.set()
        await call

    run(main)


def test_an_error_ends_its_own_stream_alone() -> None:
    async def main() -> None:
        bad, good = Body(), Body()
        clients, calls = follow(bad, good)
        await opened((bad, good), clients)
        bad.ready = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]

        def say() -> None:
            for body in (bad, good):
                body.say(b"one ")

        await on_thread(say)
        await eventually(lambda: clients[1].body == b"first one ")
        with pytest.raises(ZeroDivisionError):
            await calls[0]
        assert bad.is_closed
        clients[1].left.set()
        await calls[1]

    run(main)
