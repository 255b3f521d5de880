"""The whole way over real HTTP: agent, web, worker, the sandbox's Graph API, its signed webhooks, and back."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import requests
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy.orm import Session, scoped_session
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.testing import SandboxServer
from tests.conftest import APP_SECRET, ENCRYPTION_KEY, wait_until
from tests.factories import make_account, make_number
from tests.sends.conftest import stored

AnySession = scoped_session[Session]
CUSTOMER = "917755991051"


@pytest.fixture
def web(app: Flask) -> Iterator[BaseWSGIServer]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Inbox:
    """An agent at the API of one connected number, with the customers of a sandbox behind it."""

    def __init__(self, url: str, headers: dict[str, str], box: SandboxServer) -> None:
        self.box = box.client
        self._url, self._headers = url, headers

    def send(self, message: str, wait_s: int = 10) -> Any:
        answer = requests.post(
            f"{self._url}/api/live-chat/send-message",
            json={"phone_number_id": self.box.phone_number_id, "to": CUSTOMER, "message": message},
            headers=self._headers | {"Prefer": f"wait={wait_s}"},
            timeout=20,
        )
        assert answer.status_code == 202, answer.text
        return answer.json()["message"]

    def status(self, message_id: str) -> str:
        return str(stored(UUID(message_id)).status)


@pytest.fixture
def inbox(
    session: AnySession,
    web: BaseWSGIServer,
    auth: Callable[[UUID], dict[str, str]],
    start_workers: Callable[..., Any],
) -> Iterator[Inbox]:
    url = f"http://127.0.0.1:{web.port}"
    with SandboxServer(callback_url=f"{url}/webhook", app_secret=APP_SECRET) as box:
        token = Fernet(ENCRYPTION_KEY).encrypt(box.client.access_token.encode()).decode()
        account = make_account(session, waba_id=box.client.waba_id, access_token_encrypted=token)
        make_number(session, account, phone_number_id=box.client.phone_number_id)
        headers = auth(account.user_id)
        session.commit()
        start_workers(1, queues="outbound,inbound", WHATSAPP_API_URL=box.base_url)
        box.client.customer_writes(CUSTOMER, "Hi, is my order ready?")
        opened = f"{url}/api/live-chat/conversations?phone_number_id={box.client.phone_number_id}"
        wait_until(
            lambda: requests.get(opened, headers=headers, timeout=10).json()["conversations"], timeout_s=30
        )
        yield Inbox(url, headers, box)


def test_a_reply_is_sent_delivered_and_read(inbox: Inbox) -> None:
    message = inbox.send("Yes, at six.")
    assert message["status"] in ("sent", "delivered")
    [taken] = inbox.box.messages()
    assert taken["wamid"] == stored(UUID(message["id"])).wamid
    wait_until(lambda: inbox.status(message["id"]) == "delivered")
    inbox.box.customer_reads(CUSTOMER)
    wait_until(lambda: inbox.status(message["id"]) == "read")


def test_a_lost_answer_is_settled_by_the_status_webhook(inbox: Inbox) -> None:
    inbox.box.fault("drop_after_accept", times=1, match={"endpoint": "messages"})
    message = inbox.send("Yes, at six.", wait_s=0)
    wait_until(lambda: inbox.status(message["id"]) == "delivered")
    assert len(inbox.box.messages()) == 1
    assert stored(UUID(message["id"])).error is None


def test_the_pair_limit_delays_and_loses_nothing(inbox: Inbox) -> None:
    inbox.box.fault("error", code=131056, times=2, match={"endpoint": "messages"})
    ids = [inbox.send(f"{n}", wait_s=0)["id"] for n in range(3)]
    wait_until(lambda: {inbox.status(id_) for id_ in ids} == {"delivered"}, timeout_s=40)
    bodies = [request["body"] for request in inbox.box.requests() if request.get("body")]
    assert [body["text"]["body"] for body in bodies] == ["0", "0", "0", "1", "2"]


def test_an_expired_token_pauses_the_number_and_keeps_the_message(inbox: Inbox) -> None:
    inbox.box.fault("error", code=190, subcode=463, http_status=401, times=1)
    message = inbox.send("Yes, at six.", wait_s=1)
    assert message["status"] == "queued"
    assert inbox.box.messages() == []
