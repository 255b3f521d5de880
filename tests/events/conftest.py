"""The real server of `make run` before the application, and browsers that read its streams."""

import http.client
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask

from local.programs import web
from tests.conftest import environment, make_token, wait_until
from tests.ingest.conftest import Meta, meta
from tests.services import EmbeddedServices

__all__ = ["Meta", "meta"]

EVENTS = "/api/live-chat/events"


@dataclass
class Received:
    name: str
    id: str
    data: dict[str, Any]
    at: float


@dataclass
class Browser:
    """Reads one stream in a thread, as a page would."""

    port: int
    headers: dict[str, str]
    query: str = ""
    events: list[Received] = field(default_factory=list)
    # They come by the clock, between whatever else comes.
    counts: list[Received] = field(default_factory=list)
    comments: list[float] = field(default_factory=list)
    ended_at: float | None = None
    status: int = 0
    answer: dict[str, str] = field(default_factory=dict)
    problem: dict[str, Any] = field(default_factory=dict)

    def open(self) -> "Browser":
        """Return when the response's headers have come."""
        # Closed by its own thread at the end: closing it would close the response as well.
        self._connection = connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        connection.request("GET", EVENTS + self.query, headers=self.headers)
        response = connection.getresponse()
        self._socket = response.fp.raw._sock  # type: ignore[union-attr]
        self.status, self.answer = response.status, {k.lower(): v for k, v in response.getheaders()}
        if self.status == 200:
            self._thread = threading.Thread(target=self._read, args=(response,), daemon=True)
            self._thread.start()
        else:
            self.problem = orjson.loads(response.read())
            connection.close()
        return self

    def _read(self, response: http.client.HTTPResponse) -> None:
        fields: dict[str, str] = {}
        try:
            for raw in response:
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    self.comments.append(time.monotonic())
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    event = Received(
                        fields["event"],
                        fields.get("id", ""),
                        orjson.loads(fields["data"]),
                        time.monotonic(),
                    )
                    (self.counts if event.name == "counts.updated" else self.events).append(event)
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended_at = time.monotonic()
        self._connection.close()

    def names(self) -> list[str]:
        return [event.name for event in self.events]

    def texts(self, name: str = "message.created") -> list[str]:
        return [event.data["message"]["text"] for event in self.events if event.name == name]

    def last_id(self) -> str:
        return self.events[-1].id

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Received]:
        wait_until(lambda: len(self.events) >= count, timeout_s)
        return self.events

    def close(self) -> None:
        """Vanish, as a closed tab does."""
        if self.status == 200 and self.ended_at is None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(5)


class Server:
    """The web server with the application, as `make run` starts it, on a port of its own."""

    def __init__(
        self,
        services: EmbeddedServices,
        folder: Path,
        *,
        workers: int = 2,
        options: Sequence[str] = (),
        **env: str,
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._log = (folder / f"granian-{self.port}.log").open("wb")
        command = [
            *web(self.port).command,
            "--workers",
            str(workers),
            "--workers-kill-timeout",
            "1",
            *options,
        ]
        self.process = subprocess.Popen(
            command, env={**os.environ, **environment(services, **env)}, stdout=self._log, stderr=self._log
        )

    def wait(self) -> "Server":
        wait_until(self._answers, timeout_s=30)
        return self

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
            connection.close()
        except OSError:
            return False
        return status == 200

    def call(self, method: str, path: str, user: UUID, body: Any = None) -> tuple[int, Any]:
        """A request of the API, by a signed-in user."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {make_token(user)}", "Content-Type": "application/json"}
        raw = orjson.dumps(body) if body is not None else None
        connection.request(method, "/api/live-chat" + path, body=raw, headers=headers)
        response = connection.getresponse()
        said = response.read()
        answer = response.status, orjson.loads(said) if said else None
        connection.close()
        return answer

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()


@pytest.fixture(scope="session")
def server(
    app: Flask, services: EmbeddedServices, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    running = Server(services, tmp_path_factory.mktemp("web"))
    try:
        yield running.wait()
    finally:
        running.stop()


OpenStream = Callable[..., Browser]


@pytest.fixture
def browse(server: Server) -> Iterator[OpenStream]:
    """``browse(user, query, last_id=…, server=…, **claims)``: an open stream."""
    with ExitStack() as stack:

        def open_stream(
            user: UUID,
            query: str = "",
            *,
            last_id: str | None = None,
            at: Server | None = None,
            **claims: Any,
        ) -> Browser:
            headers = {"Authorization": f"Bearer {make_token(user, **claims)}", "Accept-Encoding": "gzip"}
            if last_id is not None:
                headers["Last-Event-ID"] = last_id
            browser = Browser((at or server).port, headers, query)
            stack.callback(browser.close)
            return browser.open()

        yield open_stream
