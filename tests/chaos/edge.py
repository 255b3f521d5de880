"""Meta's edge: every webhook of the sandbox passes through here to the product, and is remembered by its bytes.

What the product answered is known here exactly, which is what "an acknowledged webhook" means. On command the
edge loses answers after the product gave them, and repeats what it has delivered.
"""

import hashlib
import hmac
import http.client
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

ANSWER_TIMEOUT_S = 60.0


@dataclass
class Body:
    """What became of one webhook body: how often it was posted, and how often answered 200."""

    attempts: int = 0
    acknowledged: int = 0
    is_poison: bool = False


@dataclass(frozen=True)
class Answer:
    """One POST and what came of it: a status, or 0 where the connection broke."""

    began: float
    ended: float
    status: int


@dataclass
class Edge:
    """The forwarding server, and what it saw. ``upstream`` may change while it runs, as a load balancer's."""

    upstream: str
    secret: str
    bodies: dict[str, Body] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    lose_answers: int = 0
    lost_answers: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"edge": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where Meta is told to deliver."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/webhook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def post(self, body: bytes, *, is_poison: bool = False) -> int:
        """Sign these bytes and deliver them until they are answered; the answer."""
        if is_poison:
            with self._lock:
                self.bodies.setdefault(digest(body), Body()).is_poison = True
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
        return self.forward("/webhook", body, headers)

    def forward(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Hand one POST to the product; its answer, or 0."""
        key = digest(body)
        with self._lock:
            self.bodies.setdefault(key, Body()).attempts += 1
        began = time.monotonic()
        place = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_TIMEOUT_S)
        try:
            connection.request("POST", path, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        with self._lock:
            self.answers.append(Answer(began, time.monotonic(), status))
            if status == 200:
                self.bodies[key].acknowledged += 1
        return status

    def loses_this_answer(self) -> bool:
        with self._lock:
            if self.lose_answers <= 0:
                return False
            self.lose_answers -= 1
            self.lost_answers += 1
            return True

    def statuses(self, began: float = 0.0, ended: float = float("inf")) -> Counter[int]:
        """Answers to what was posted and answered between two moments."""
        with self._lock:
            return Counter(
                each.status for each in self.answers if began <= each.began and each.ended <= ended
            )

    def seen(self) -> dict[str, Body]:
        with self._lock:
            return dict(self.bodies)


def digest(body: bytes) -> str:
    """By what a body is known here and in the audit."""
    return hashlib.sha256(body).hexdigest()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever posted has gone away: that is no news."""


class _Handler(BaseHTTPRequestHandler):
    edge: ClassVar[Edge]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """The handshake goes straight through."""
        place = urlsplit(self.edge.upstream)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_TIMEOUT_S)
        connection.request("GET", self.path)
        answer = connection.getresponse()
        self._answer(answer.status, answer.read())
        connection.close()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        names = ("X-Hub-Signature-256", "Content-Type")
        status = self.edge.forward(self.path, body, {n: self.headers[n] for n in names if self.headers[n]})
        if self.edge.loses_this_answer():
            # Reset rather than close: the poster cannot tell whether it was taken.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        self._answer(status or 502, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass
