"""Files between a sandbox that plays Meta, the real door and ingest, and the store in a folder.

Tests marked ``ffmpeg`` need it. Where it is missing they say so in one line; in CI nothing may be missing.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.serving import make_server

from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.files.fetch import Fetcher, fetch_media
from livechat.inbound.draining import drain
from livechat.models import PhoneNumber
from sandbox.testing import SandboxServer
from tests.conftest import APP_SECRET, ENCRYPTION_KEY
from tests.factories import make_account, make_number

ASHA = "917755991051"
API = "/api/live-chat"
AnySession = scoped_session[Session]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "ffmpeg: needs ffmpeg and ffprobe")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if all(map(shutil.which, ("ffmpeg", "ffprobe"))) or os.environ.get("CI"):
        return
    needing = [item for item in items if item.get_closest_marker("ffmpeg")]
    if not needing:
        return
    first, *others = needing
    # One stands for all, so that the summary has one line about them.
    first.add_marker(
        pytest.mark.skip(reason=f"{len(needing)} media tests were not run: no ffmpeg: apt-get install ffmpeg")
    )
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer(app_secret=APP_SECRET) as running:
        yield running


class Desk:
    """An agent at one connected number of the sandbox."""

    def __init__(
        self,
        session: AnySession,
        redis: Redis,
        client: FlaskClient,
        box: SandboxServer,
        fetcher: Fetcher,
        headers: dict[str, str],
        user_id: UUID,
    ) -> None:
        self.session = session
        self.client = client
        self.box = box.client
        self.fetcher = fetcher
        self.headers = headers
        self.user_id = user_id
        self.phone_number_id = box.client.phone_number_id
        self._redis = redis

    def customer_sends(self, kind: str, **given: Any) -> str:
        """The id of the message, which is stored and whose file is not fetched yet."""
        command = {"type": kind, kind: given} if given else {"type": kind}
        wamid = self.box.customer_writes(ASHA, **command)["wamid"]
        assert self.box.flush()
        self.drain()
        return str(self.value("SELECT id FROM chat_messages WHERE wamid = :wamid", wamid=wamid))

    def drain(self) -> None:
        drain(self._redis, self.session, "test:0", lambda _: None)
        self.session.rollback()

    def fetch(self) -> list[str]:
        """Run the fetch of every file that is not here; how each went."""
        ids = self.rows("SELECT id FROM media WHERE state = 'pending' ORDER BY created_at")
        return [fetch_media(self.session, self.fetcher, row.id) for row in ids]

    def shown(self, message_id: str) -> dict[str, Any]:
        """``content.media`` as the agent sees it."""
        answer = self.client.get(f"{API}/messages/{message_id}", headers=self.headers)
        assert answer.status_code == 200
        media = answer.json["content"]["media"]
        assert isinstance(media, dict)
        return media

    def get(self, url: str, **headers: str) -> Any:
        """The answer to a file's address, read to its end, as a browser does."""
        answer = self.client.get(
            url, headers={name.replace("_", "-"): each for name, each in headers.items()}
        )
        assert answer.data is not None
        return answer

    def upload(self, data: bytes, name: str, **form: str) -> Any:
        """The answer to ``POST /media``."""
        boundary = "a-boundary-that-no-file-holds"
        parts = [
            f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode()
            for field, value in ({"phone_number_id": self.phone_number_id} | form).items()
        ]
        parts.append(
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data
        )
        body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
        return self.client.post(
            f"{API}/media",
            data=body + b"--" + boundary.encode() + b"--\r\n",
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=self.headers,
        )

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with db.engine.connect() as connection:
            return list(connection.execute(text(sql), values).all())

    def value(self, sql: str, **values: Any) -> Any:
        [[found]] = self.rows(sql, **values)
        return found

    def execute(self, sql: str, **values: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(text(sql), values)


@pytest.fixture
def web_url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(
    session: AnySession,
    redis_client: Redis,
    client: FlaskClient,
    settings: Settings,
    sandbox_server: SandboxServer,
    web_url: str,
    auth: Callable[[UUID], dict[str, str]],
) -> Iterator[Desk]:
    box = sandbox_server.client
    box.reset(seed=None)
    box.configure(callback_url=f"{web_url}/webhook", app_secret=APP_SECRET)
    box.behave(sent_delay_ms=0, delivered_delay_ms=0)
    token = Fernet(ENCRYPTION_KEY).encrypt(box.access_token.encode()).decode()
    account = make_account(session, waba_id=box.waba_id, access_token_encrypted=token)
    make_number(session, account, phone_number_id=box.phone_number_id)
    session.commit()
    near = replace(settings, whatsapp_api_url=box.base_url, graph_read_timeout_s=5)
    fetcher = Fetcher.from_settings(near)
    yield Desk(session, redis_client, client, sandbox_server, fetcher, auth(account.user_id), account.user_id)
    fetcher.client.close()
    assert not list(fetcher.workspace.root.glob("*")), "an unfinished file was left behind"


def number_of(desk: Desk) -> PhoneNumber:
    desk.session.rollback()
    return desk.session.get_one(PhoneNumber, desk.phone_number_id)


class Stranger:
    """A host that is not Meta's: it remembers every request, and would serve a file."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(dict(self.headers.items()))
                self.send_response(200)
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"hello")

            def log_message(self, *_: Any) -> None:
                """The test's own output is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/file"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    server = Stranger()
    yield server
    server.close()
