"""A Graph API of one endpoint over real HTTP, that answers as each test says and remembers what it was asked.

Runs in a thread (``GraphServer``) or by itself (``python -m tests.sends.graph_server PORT LATENCY_S``).
"""

import asyncio
import contextlib
import sys
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 429: "Too Many Requests", 502: "Bad Gateway"}


@dataclass(slots=True)
class Answer:
    """``take``: Meta accepts the message, whatever the caller gets to hear of it."""

    status: int = 200
    code: int | None = None
    take: bool = False
    drop: bool = False
    delay_s: float = 0.0
    html: bool = False
    headers: dict[str, str] = field(default_factory=dict)


OK = Answer(take=True)
DROP_AFTER_ACCEPTING = Answer(take=True, drop=True)
HTML_502 = Answer(status=502, html=True)


def refusal(code: int, status: int = 400, **headers: str) -> Answer:
    """An error by Meta's code."""
    return Answer(
        status=status, code=code, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its body, and when it began and was answered (monotonic seconds)."""

    to: str
    body: dict[str, Any]
    token: str
    began_at: float
    ended_at: float
    answer: Answer


class GraphServer:
    """Answers 200 unless ``script(to, …)`` has answers left for that recipient (digits)."""

    def __init__(self, latency_s: float = 0.0) -> None:
        self.latency_s = latency_s
        self.calls: list[Call] = []
        self.accepted: list[tuple[str, dict[str, Any], str]] = []
        self.receipts: list[dict[str, Any]] = []
        self.port = 0
        self._scripts: dict[str, deque[Answer]] = defaultdict(deque)
        self._serial = count(1)
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "GraphServer":
        self._thread.start()
        assert self._started.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def script(self, to: str, *answers: Answer) -> None:
        """The next answers to messages (and read receipts, under their wamid) for ``to``."""
        self._scripts[to].extend(answers)

    def accepted_by(self, to: str) -> list[dict[str, Any]]:
        """The bodies that Meta took for this recipient, in the order in which it took them."""
        return [body for recipient, body, _ in self.accepted if recipient == to]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self.listen(0))
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        # Every connection gets to see its cancellation; nothing is left to warn about.
        self._loop.run_until_complete(asyncio.sleep(0.01))

    async def listen(self, port: int) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", port, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:] if line)
        }
        body = orjson.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        began_at = time.monotonic()
        is_receipt = body.get("status") == "read"
        to = body["message_id"] if is_receipt else (body.get("to") or body.get("recipient") or "").lstrip("+")
        script = self._scripts.get(to)
        answer = script.popleft() if script else OK
        wamid = f"wamid.graph{next(self._serial)}"
        if answer.take and is_receipt:
            self.receipts.append(body)
        elif answer.take:
            self.accepted.append((to, body, wamid))
        if self.latency_s or answer.delay_s:
            await asyncio.sleep(self.latency_s + answer.delay_s)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        self.calls.append(Call(to, body, token, began_at, time.monotonic(), answer))
        if answer.drop:
            writer.transport.abort()
            return False
        writer.write(_response(answer, to, wamid, is_receipt))
        await writer.drain()
        return True


def _response(answer: Answer, to: str, wamid: str, is_receipt: bool) -> bytes:
    kind = "application/json"
    if answer.html:
        payload, kind = b"<html><body>Bad gateway</body></html>", "text/html"
    elif answer.code is not None:
        message = f"(#{answer.code}) Scripted"
        error = {"message": message, "type": "OAuthException", "code": answer.code, "fbtrace_id": "Atest"}
        payload = orjson.dumps({"error": error})
    elif is_receipt:
        payload = b'{"success":true}'
    else:
        contacts = [{"input": to, "wa_id": to}]
        payload = orjson.dumps(
            {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": wamid}]}
        )
    lines = [
        f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Error')}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(payload)}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + payload


async def _serve_for_ever(port: int, latency_s: float) -> None:
    server = await GraphServer(latency_s).listen(port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve_for_ever(int(sys.argv[1]), float(sys.argv[2])))
