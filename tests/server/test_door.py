"""The door by itself, around small applications: what it reads, hands on, sends and gives up."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import pytest

from livechat.web.server import Door
from livechat.web.server.addresses import Addresses
from livechat.web.server.bodies import MEMORY_BYTES, MOST_DRAINED_BYTES, Bodies, BodyCutError, BodyLimits
from livechat.web.server.door import Rules
from livechat.web.server.environ import environ_of
from livechat.web.server.threads import OverloadedError, Threads

LIMITS = BodyLimits(just_now_s=0, grace_s=30, min_bytes_per_s=1000, max_s=3600, per_address=3)
MOST = 1_000_000
Environ = dict[str, Any]


def scope_of(
    method: str = "POST", path: bytes = b"/x", headers: Iterable[tuple[bytes, bytes]] = (), **more: Any
) -> dict[str, Any]:
    return {
        "type": "http", "method": method, "raw_path": path, "query_string": b"", "http_version": "1.1",
        "scheme": "http", "server": ("127.0.0.1", "80"), "client": ("192.0.2.1", "4711"),
        "headers": list(headers), **more,
    }  # fmt: skip


class Client:
    """The server's side of one request: hands out pieces, then waits as a client does that has said all."""

    def __init__(self, *pieces: bytes, then: str = "more") -> None:
        self.pieces, self.then = list(pieces), then
        self.sent: list[dict[str, Any]] = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if self.pieces:
            piece = self.pieces.pop(0)
            is_more = bool(self.pieces) or self.then == "more"
            return {"type": "http.request", "body": piece, "more_body": is_more}
        if self.then == "leave":
            return {"type": "http.disconnect"}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message.get("more_body"):
            await self.takes.wait()
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


def door_to(application: Any, *, stalled_s: float = 30.0, threads: int = 4, **rules: Any) -> Door:
    defaults: dict[str, Any] = {
        "most_bytes_of": {"/large": 50_000_000}, "most_bytes": MOST, "admits": lambda _: True,
        "reserved": frozenset({"/webhook"}), "lanes": {}, "headers": {"X-Always": "1"},
    }  # fmt: skip
    return Door(
        application, Rules(**(defaults | rules)), LIMITS, Addresses(()),
        connections_per_address=100, threads=threads, stalled_s=stalled_s,
    )  # fmt: skip


def says(status: str = "200 OK", *pieces: bytes, headers: Iterable[tuple[str, str]] = ()) -> Any:
    def application(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        start_response(status, list(headers))
        return list(pieces)

    return application


def reads(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [f"{environ.get('CONTENT_LENGTH')} {len(body)} {environ.get('HTTP_TRANSFER_ENCODING')}".encode()]


async def eventually(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def run(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 60))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, MEMORY_BYTES, MEMORY_BYTES + 1, MOST])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_the_application_gets_the_whole_body_and_its_length(size: int, is_chunked: bool) -> None:
    async def main() -> None:
        header = (b"transfer-encoding", b"chunked") if is_chunked else (b"content-length", b"%d" % size)
        pieces = [b"x" * min(65_536, size - at) for at in range(0, size, 65_536)] or [b""]
        client = Client(*pieces, then="end")
        await door_to(reads)(scope_of(headers=[header]), client.receive, client.send)
        assert client.body == f"{size} {size} None".encode()

    run(main)


@pytest.mark.parametrize(
    ("path", "admitted", "most"),
    [(b"/x", True, MOST), (b"/large", True, 50_000_000), (b"/large", False, MOST)],
)
def test_what_is_too_large_is_taken_off_the_wire_and_not_kept(path: bytes, admitted: bool, most: int) -> None:
    async def main() -> None:
        size = most + 1
        client = Client(*[b"x" * 1_000_000] * (size // 1_000_000 + 1), then="end")
        headers = [(b"transfer-encoding", b"chunked")]
        door = door_to(reads, admits=lambda _: admitted)
        await door(scope_of(path=path, headers=headers), client.receive, client.send)
        told, kept, _ = client.body.split()
        # The application refuses it by its length; there is nothing to read.
        assert int(told) > most
        assert int(kept) == 0
        assert int(told) <= max(most, MOST_DRAINED_BYTES) + 1_000_000

    run(main)


def test_of_an_address_the_oldest_body_makes_room() -> None:
    async def main() -> None:
        bodies = Bodies(LIMITS)
        one, another = Client(b"x"), Client(b"x")
        readings = [
            asyncio.create_task(bodies.read(one.receive, "192.0.2.1", 10, MOST))
            for _ in range(LIMITS.per_address)
        ]
        other = asyncio.create_task(bodies.read(another.receive, "198.51.100.1", 10, MOST))
        await eventually(lambda: bodies.count == 4)
        latest = asyncio.create_task(bodies.read(one.receive, "192.0.2.1", 10, MOST))
        with pytest.raises(BodyCutError, match="crowded_body"):
            await readings[0]
        assert [task.done() for task in [*readings[1:], other, latest]] == [False] * 4
        # Whoever a trusted proxy does not name cannot be told apart, and so is not counted.
        unnamed = [asyncio.create_task(bodies.read(one.receive, None, 10, MOST)) for _ in range(9)]
        await eventually(lambda: bodies.count == 13)
        for task in [*readings[1:], other, latest, *unnamed]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        assert bodies.count == 0

    run(main)


def test_a_request_that_is_cut_is_told_so_and_needs_no_thread() -> None:
    async def main() -> None:
        door = door_to(None, threads=1)
        clients = [Client(b"x") for _ in range(LIMITS.per_address + 1)]
        scope = scope_of(headers=[(b"content-length", b"10")])
        tasks = [
            asyncio.create_task(door(dict(scope, client=("192.0.2.1", str(n))), each.receive, each.send))
            for n, each in enumerate(clients)
        ]
        await tasks[0]
        assert clients[0].status == 408
        headers = dict(clients[0].sent[0]["headers"])
        assert (headers[b"Connection"], headers[b"X-Always"]) == (b"close", b"1")
        for task in tasks[1:]:
            task.cancel()

    run(main)


def test_a_client_that_leaves_before_the_end_of_its_body_reaches_no_application() -> None:
    async def main() -> None:
        called: list[Environ] = []
        client = Client(b"x" * 10, then="leave")
        headers = [(b"content-length", b"20")]
        await door_to(lambda environ, _: called.append(environ))(
            scope_of(headers=headers), client.receive, client.send
        )
        assert (called, client.sent) == ([], [])

    run(main)


class Pieces:
    """A streamed answer that knows whether it was let go of, and in how many threads it waits."""

    def __init__(self, count: int) -> None:
        self.left, self.made, self.is_closed = count, 0, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.made == self.left:
            raise StopIteration
        self.made += 1
        return b"piece"

    def close(self) -> None:
        self.is_closed = True

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> "Pieces":
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return self


def test_a_stream_is_sent_to_its_end_and_closed() -> None:
    async def main() -> None:
        stream, client = Pieces(100), Client(then="end")
        await door_to(stream)(scope_of("GET"), client.receive, client.send)
        assert client.body == b"piece" * 100
        assert client.sent[-1]["more_body"] is False
        assert stream.is_closed

    run(main)


def test_clients_that_take_nothing_of_their_streams_hold_no_thread() -> None:
    async def main() -> None:
        large = Pieces(1_000_000)

        def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            return (large if environ["PATH_INFO"] == "/stream" else says())(environ, start_response)

        door = door_to(application, threads=1)
        slow = [Client(then="end") for _ in range(5)]
        for each in slow:
            each.takes.clear()
        tasks = [
            asyncio.create_task(door(scope_of("GET", b"/stream"), each.receive, each.send)) for each in slow
        ]
        await eventually(lambda: large.made >= len(slow))
        # They go through the one thread, and wait for their clients without it.
        quick = Client(then="end")
        await door(scope_of("GET"), quick.receive, quick.send)
        assert quick.status == 200
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(main)


def test_a_stream_that_stalls_is_closed() -> None:
    async def main() -> None:
        stream, client = Pieces(1_000_000), Client(then="end")
        door = door_to(stream, stalled_s=0.2)
        task = asyncio.create_task(door(scope_of("GET"), client.receive, client.send))
        await eventually(lambda: len(client.sent) > 10)
        client.takes.clear()
        await task
        assert stream.is_closed

    run(main)


def test_a_stream_whose_client_has_left_is_closed() -> None:
    async def main() -> None:
        stream, client = Pieces(1_000_000_000), Client(then="end")
        task = asyncio.create_task(door_to(stream)(scope_of("GET"), client.receive, client.send))
        await eventually(lambda: len(client.sent) > 10)
        client.left.set()
        await task
        assert stream.is_closed

    run(main)


def test_views_that_wait_leave_webhooks_their_threads() -> None:
    async def main() -> None:
        waits, began = threading.Event(), threading.Semaphore(0)

        def application(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
            if environ["PATH_INFO"] != "/webhook":
                began.release()
                waits.wait(30)
            start_response("200 OK", [])
            return [b""]

        door = door_to(application, threads=2)
        stuck = [Client(then="end") for _ in range(8)]
        tasks = [asyncio.create_task(door(scope_of("GET"), each.receive, each.send)) for each in stuck]
        for _ in range(2):
            await asyncio.to_thread(began.acquire)
        webhook = Client(b"{}", then="end")
        headers = [(b"content-length", b"2")]
        await door(scope_of(path=b"/webhook", headers=headers), webhook.receive, webhook.send)
        assert webhook.status == 200
        assert not any(each.sent for each in stuck)
        waits.set()
        await asyncio.gather(*tasks)
        assert [each.status for each in stuck] == [200] * 8

    run(main)


def test_threads_are_as_many_as_there_is_work_for_and_no_more() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        threads, go = Threads("test", 3, most_waiting=2), threading.Event()
        running = threading.Semaphore(0)

        def work() -> str:
            running.release()
            go.wait(30)
            return threading.current_thread().name

        futures = [threads.run(loop, work) for _ in range(5)]
        with pytest.raises(OverloadedError):
            threads.run(loop, work)
        for _ in range(3):
            await asyncio.to_thread(running.acquire)
        assert not running.acquire(blocking=False)
        go.set()
        assert await asyncio.gather(*futures) == ["test"] * 5

    run(main)


def test_an_error_of_the_application_is_the_servers_to_answer() -> None:
    def application(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        raise LookupError

    async def main() -> None:
        client = Client(then="end")
        with pytest.raises(LookupError):
            await door_to(application)(scope_of("GET"), client.receive, client.send)

    run(main)


def test_an_application_may_start_its_response_late_and_end_it_early() -> None:
    def late(environ: Environ, start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("201 Created", [("Content-Length", "4")])
        yield b"la"
        yield b"te"

    async def main() -> None:
        client = Client(then="end")
        await door_to(late)(scope_of("GET"), client.receive, client.send)
        assert (client.status, client.body) == (201, b"late")

    run(main)


def test_the_environment_says_what_the_request_says() -> None:
    headers = [
        (b"host", b"example.org"), (b"x-forwarded-for", b"192.0.2.1"), (b"x-forwarded-for", b"192.0.2.2"),
        (b"x_forwarded_for", b"forged"), (b"cookie", b"a=1"), (b"cookie", b"b=2"),
        (b"content-type", b"text/plain"), (b"last-event-id", b"\xc3\xa9"),
    ]  # fmt: skip
    environ = environ_of(scope_of(path=b"/a%2Fb%20%C3%A9%ff", headers=headers, query_string=b"q=%20&p"))
    assert environ["PATH_INFO"] == "/a/b \u00c3\u00a9\u00ff"
    assert environ["QUERY_STRING"] == "q=%20&p"
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.2"
    assert environ["HTTP_COOKIE"] == "a=1;b=2"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["HTTP_LAST_EVENT_ID"] == ""
    assert environ["REMOTE_ADDR"] == "192.0.2.1"
    assert not any("forged" in str(value) for value in environ.values())


PROXIES = Addresses([ip_network("10.0.0.0/8"), ip_network("2001:db8:aaaa::/48")])


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "group"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("10.0.0.1", "", None),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9,198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("2001:db8:aaaa::1", "2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("10.0.0.1", "203.0.113.9, unknown", None),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", None),
        ("10.0.0.1", " , ,", None),
        ("", "", None),
    ],
)
def test_whom_a_request_is_counted_for(peer: str, forwarded_for: str, group: str | None) -> None:
    assert PROXIES.group_of(peer, forwarded_for) == group
