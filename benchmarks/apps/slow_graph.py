"""A Graph API that answers after a fixed time: `… -m benchmarks.apps.slow_graph PORT SECONDS`.

It takes every message, and tells of every number and account that is asked for (`benchmarks.estate`). It
reads only as much of HTTP as our client writes, since it shares the machine with what it measures.
"""

import asyncio
import json
import sys
from itertools import count
from typing import Any

from benchmarks.estate import numbers_of

_serial = count(1)


class SlowGraph(asyncio.Protocol):
    """One kept-alive connection; requests come one after the other."""

    latency_s = 0.1

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if separator and len(body) >= _content_length(head):
            self._received = b""
            asyncio.get_running_loop().call_later(self.latency_s, self._answer, head)

    def _answer(self, asked: bytes) -> None:
        if self._transport.is_closing() or not isinstance(self._transport, asyncio.WriteTransport):
            return
        if asked.startswith(b"GET "):
            body = _told(asked.split(maxsplit=2)[1].decode())
        else:
            body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.bench%d"}]}' % next(_serial)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


def _told(target: str) -> bytes:
    """What there is to know of an account's numbers or apps, or of one number."""
    parts = target.partition("?")[0].split("/")[2:]
    if parts[-1] == "phone_numbers":
        return json.dumps({"data": [_number(each) for each in numbers_of(parts[0])]}).encode()
    if parts[-1] == "subscribed_apps":
        return b'{"data":[{"whatsapp_business_api_data":{"id":"1","name":"Benchmark"}}]}'
    return json.dumps(_number(parts[0])).encode()


def _number(number: str) -> dict[str, Any]:
    throughput = {"level": "HIGH"}
    return {"id": number, "display_phone_number": number, "quality_rating": "GREEN", "throughput": throughput}


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(port: int, latency_s: float) -> None:
    """Answer on 127.0.0.1 until the process is ended."""
    SlowGraph.latency_s = latency_s
    server = await asyncio.get_running_loop().create_server(SlowGraph, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
