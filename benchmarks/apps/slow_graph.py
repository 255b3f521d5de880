"""A Graph API that takes every message after a fixed time: `… -m benchmarks.apps.slow_graph PORT SECONDS`.

It reads only as much of HTTP as our client writes, since it shares the machine with what it measures.
"""

import asyncio
import sys
from itertools import count

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
            asyncio.get_running_loop().call_later(self.latency_s, self._answer)

    def _answer(self) -> None:
        if self._transport.is_closing() or not isinstance(self._transport, asyncio.WriteTransport):
            return
        body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.bench%d"}]}' % next(_serial)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


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
