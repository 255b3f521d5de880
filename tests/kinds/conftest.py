"""The product beside a sandbox: real HTTP both ways, the ingest and the sends run by the test itself."""

import threading
from collections.abc import Callable, Iterator
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
from livechat.core.graph import graph
from livechat.inbound.draining import drain
from livechat.inbound.storing.batch import BatchResult
from livechat.models import Conversation, PhoneNumber, WabaAccount
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.to_meta import OutgoingFiles
from livechat.storage import open_storage
from livechat.templates.sync_templates import sync_templates
from livechat.whatsapp.graph.client import GraphClient
from livechat.whatsapp.graph.media_client import MediaClient
from sandbox.testing import SandboxClient, SandboxServer
from tests.conftest import APP_SECRET, ENCRYPTION_KEY
from tests.factories import make_account, make_conversation, make_number
from tests.sends.conftest import deliver as send_now

ASHA, ASHA_ID = "917755991051", "IN.13491208655302741918"
API = "/api/live-chat"
AnySession = scoped_session[Session]


@pytest.fixture(scope="session")
def _box(app: Flask) -> Iterator[SandboxServer]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with SandboxServer(callback_url=f"http://127.0.0.1:{server.port}/webhook", app_secret=APP_SECRET) as box:
        yield box
    server.shutdown()
    thread.join()
    server.server_close()


class Inbox:
    """An owner of the sandbox's number, at the API; ``box`` commands Meta and the customers."""

    def __init__(
        self,
        box: SandboxClient,
        client: FlaskClient,
        session: AnySession,
        redis: Redis,
        headers: dict[str, str],
        account: WabaAccount,
        settings: Settings,
    ) -> None:
        self.box, self.session, self.redis = box, session, redis
        self._client, self._headers = client, headers
        self.account_id, self.waba_id = account.id, account.waba_id
        self.number: str = box.phone_number_id
        graph = GraphClient(box.base_url, "v26.0", connect_timeout_s=5, read_timeout_s=20)
        files = OutgoingFiles(
            session,
            MediaClient(box.base_url, "v26.0", connect_timeout_s=5, read_timeout_s=20),
            open_storage(settings),
        )
        self.sender = Sender(graph, (ENCRYPTION_KEY,), 60.0, files)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One call of the API by the owner."""
        answer = self._client.open(f"{API}{path}", method=method, headers=self._headers, **options)
        # The call used this test's own session: leave no transaction open in it.
        self.session.rollback()
        return answer

    def send(self, **body: Any) -> Any:
        """``POST /send-message`` from this number."""
        return self.call("POST", "/send-message", json={"phone_number_id": self.number, **body})

    def accepted(self, **body: Any) -> dict[str, Any]:
        """A send that is taken: the message."""
        answer = self.send(**body)
        assert answer.status_code == 202, answer.text
        message: dict[str, Any] = answer.json["message"]
        return message

    def deliver(self, conversation_id: str | UUID) -> None:
        """Send what waits, as the worker would: a token that comes in a moment is waited for."""
        send_now(self.session, self.sender, UUID(str(conversation_id)), stays_for_s=3.0)
        self.session.rollback()

    def ingest(self) -> BatchResult:
        """Store the webhooks that have arrived, as the worker would."""
        stored = BatchResult()
        drain(self.redis, self.session, "test:0", stored.add)
        self.session.rollback()
        return stored

    def hears(self, kind: str, **command: Any) -> Any:
        """The sandbox sends a webhook of this kind, which is stored; its command's answer."""
        told = self.box.webhook(kind, wait=True, **command)
        assert told["delivery"]["attempts"][-1]["status"] == 200, told["delivery"]
        self.ingest()
        return told

    def sync(self) -> int | None:
        """Read the templates, as the worker would."""
        found = sync_templates(self.session, self.sender.graph, (ENCRYPTION_KEY,), self.account_id)
        self.session.rollback()
        return found

    def conversation(self, **columns: Any) -> Conversation:
        """A conversation with an open window, with Asha unless said otherwise."""
        number = self.session.get_one(PhoneNumber, self.number)
        made = make_conversation(self.session, number, **({"customer_phone": ASHA} | columns))
        self.session.commit()
        return made

    def shown_number(self) -> Any:
        """The number as the API shows it."""
        [number] = self.call("GET", "/phone-numbers").json["phone_numbers"]
        return number

    def notices(self) -> list[tuple[str, str]]:
        """(code, severity) of what agents are told."""
        return [(each["code"], each["severity"]) for each in self.shown_number()["notices"]]

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Rows as they are committed."""
        with db.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(text(sql), values)]

    def execute(self, sql: str, **values: Any) -> None:
        """Change rows behind the product's back."""
        with db.engine.begin() as connection:
            connection.execute(text(sql), values)

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """Keyword arguments of the tasks of this name that wait for a worker."""
        import base64
        import json

        queued = self.redis.lrange(name.split(".")[0], 0, -1)
        found = [json.loads(item) for item in queued]
        return [
            json.loads(base64.b64decode(item["body"]))[1] for item in found if item["headers"]["task"] == name
        ]


@pytest.fixture
def inbox(
    _box: SandboxServer,
    app: Flask,
    settings: Settings,
    client: FlaskClient,
    session: AnySession,
    redis_client: Redis,
    auth: Callable[[UUID], dict[str, str]],
) -> Iterator[Inbox]:
    _box.client.reset(seed=None)
    _box.client.behave(sent_delay_ms=0, delivered_delay_ms=0)
    token = Fernet(ENCRYPTION_KEY).encrypt(_box.client.access_token.encode()).decode()
    account = make_account(session, waba_id=_box.client.waba_id, access_token_encrypted=token)
    make_number(
        session,
        account,
        phone_number_id=_box.client.phone_number_id,
        display_phone_number="+91 77559 91053",
        display_digits="917755991053",
    )
    session.commit()
    made = Inbox(_box.client, client, session, redis_client, auth(account.user_id), account, settings)
    usual = graph.client
    graph.init_app(app, made.sender.graph)
    yield made
    graph.init_app(app, usual)
    made.sender.graph.close()
    # What is still under way must not reach the next test.
    _box.client.flush()
