"""A receiver of webhooks over real HTTP: notes what arrives and answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Hook:
    """One POST that arrived."""

    body: bytes
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def values(self) -> list[dict[str, Any]]:
        return [change["value"] for entry in self.json["entry"] for change in entry["changes"]]

    def is_signed(self, secret: str) -> bool:
        expected = "sha256=" + hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers.get("x-hub-signature-256", ""), expected)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # The default of 5 loses connections when many webhooks come at once.
    request_queue_size = 128


class Callback:
    """`answers` are the next HTTP statuses, then 200 for good."""

    def __init__(self, verify_token: str) -> None:
        self.hooks: list[Hook] = []
        self.answers: list[int] = []
        self.delay_s = 0.0
        self._verify_token = verify_token
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base_url}/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def clear(self) -> None:
        with self._lock:
            self.hooks.clear()
            self.answers.clear()
            self.delay_s = 0.0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [s for hook in list(self.hooks) for value in hook.values for s in value.get("statuses", [])]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [m for hook in list(self.hooks) for value in hook.values for m in value.get("messages", [])]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        callback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                ok = query.get("hub.verify_token") == [callback._verify_token]
                self._answer(200 if ok else 403, query["hub.challenge"][0].encode() if ok else b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with callback._lock:
                    callback.hooks.append(Hook(body, {k.lower(): v for k, v in self.headers.items()}))
                    status = callback.answers.pop(0) if callback.answers else 200
                    delay_s = callback.delay_s
                if delay_s:
                    time.sleep(delay_s)
                self._answer(status, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def wait_until(condition: Callable[[], Any], timeout_s: float = 5.0) -> Any:
    """The first true value of `condition`; fails the test after the time-out."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s:g} s")
        time.sleep(0.01)


def shape(value: Any) -> Any:
    """Keys and types of a JSON value; a list has the shapes that occur in it, each once."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        shapes: list[Any] = []
        for item in map(shape, value):
            if item not in shapes:
                shapes.append(item)
        return shapes
    if isinstance(value, bool) or value is None:
        return str(type(value).__name__)
    return "number" if isinstance(value, int | float) else "string"
