"""A signed-in caller, a count of SQL statements, and a Supabase that serves its keys over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from livechat.core.extensions import db
from livechat.core.sql import plain_rows

API = "/api/live-chat"


class Caller:
    """Calls the API as one user; paths are relative to ``/api/live-chat``."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client = client
        self.headers = headers

    def get(self, path: str, **query: Any) -> TestResponse:
        return self._client.get(f"{API}{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        if body is not None:
            options["json"] = body
        headers = self.headers | options.pop("headers", {})
        return self._client.post(f"{API}{path}", headers=headers, **options)

    def put(self, path: str, body: Any = None) -> TestResponse:
        return self._client.put(f"{API}{path}", headers=self.headers, json=body)


@pytest.fixture
def caller(client: FlaskClient, auth: Callable[[UUID], dict[str, str]]) -> Callable[[UUID], Caller]:
    """``caller(user_id)``: the API as that user sees it."""
    return lambda user_id: Caller(client, auth(user_id))


@pytest.fixture
def statements(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AbstractContextManager[list[str]]]:
    """``with statements() as seen``: the SQL statements that ran meanwhile."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        def run_alone(engine: Engine, statement: str, *values: Any) -> Any:
            # These go past SQLAlchemy.
            seen.append(statement)
            return alone(engine, statement, *values)

        alone = plain_rows.run_alone
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            with monkeypatch.context() as patched:
                patched.setattr(plain_rows, "run_alone", run_alone)
                yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watch


class KeyServer:
    """Answers every GET with ``document``; counts, and breaks on command."""

    def __init__(self) -> None:
        self.document: Any = {"keys": []}
        self.status = 200
        self.fetches = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.fetches += 1
                body = json.dumps(outer.document).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """The test's own output is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    server = KeyServer()
    yield server
    server.close()
