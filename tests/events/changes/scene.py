"""What the use cases play on, and how they are declared."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Flask

from livechat.core.extensions import db
from livechat.core.tasknames import TaskName
from livechat.files.fetch import Fetcher
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.read_receipts import send_read_receipt
from livechat.outbound.show_typing import send_typing
from tests.conftest import ENCRYPTION_KEY
from tests.ingest.conftest import make_text_body
from tests.kinds.conftest import ASHA, ASHA_ID, Inbox
from tests.sends.conftest import deliver

KEYS = (ENCRYPTION_KEY,)
TEMPLATE = {"name": "hello_world", "language": {"code": "en_US"}}


class Gate:
    """Somebody who comes here waits until they are let through."""

    def __init__(self) -> None:
        self._come, self._open = threading.Event(), threading.Event()

    def wait_for_somebody(self) -> None:
        assert self._come.wait(20)

    def pass_through(self) -> None:
        self._come.set()
        assert self._open.wait(20)

    def open(self) -> None:
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()


@dataclass(frozen=True)
class Scene:
    """The product beside the sandbox; tasks are run here, as a worker would."""

    inbox: Inbox
    app: Flask
    fetcher: Fetcher

    def customer_writes(self, customer: str = ASHA, text: str = "Hi", **command: Any) -> str:
        """A customer's message is stored; its wamid."""
        wamid = self.inbox.box.customer_writes(customer, text, **command)["wamid"]
        self.hear()
        return str(wamid)

    def hear(self) -> None:
        """Store what Meta has to say."""
        assert self.inbox.box.flush()
        self.inbox.ingest()

    def hears_text(self, wamid: str, *, quotes: str | None = None) -> None:
        """A text of Asha's by this id is stored, while the sandbox's other webhooks may be held up."""
        inbox = self.inbox
        body = make_text_body(
            wamid, number=inbox.number, waba=inbox.waba_id, user_id=ASHA_ID, timestamp=int(time.time())
        )
        if quotes is not None:
            [message] = body["entry"][0]["changes"][0]["value"]["messages"]
            message["context"] = {"from": inbox.number, "id": quotes}
        assert inbox.box.raw_webhook(json.dumps(body))["status"] == 200
        inbox.ingest()

    def chat(self) -> str:
        """Asha has written: the id of her conversation."""
        wamid = self.customer_writes()
        return str(self.one("SELECT conversation_id FROM chat_messages WHERE wamid = :wamid", wamid=wamid))

    def sent(self, text: str = "Hello") -> tuple[str, str]:
        """Meta has taken a message to Asha and told nothing more: its id and wamid."""
        self.inbox.box.behave(auto_deliver=False)
        message = self.inbox.accepted(conversation_id=self.chat(), message=text)
        self.inbox.deliver(message["conversation_id"])
        self.hear()
        return message["id"], self.inbox.box.messages()[-1]["wamid"]

    def picture(self) -> str:
        """Asha has sent a picture that is not fetched yet: the id of its message."""
        wamid = self.inbox.box.customer_writes(ASHA, type="image")["wamid"]
        self.hear()
        return str(self.one("SELECT id FROM chat_messages WHERE wamid = :wamid", wamid=wamid))

    def media_id(self) -> UUID:
        found: UUID = self.one("SELECT id FROM media")
        return found

    def work_off(self, name: str) -> None:
        """Run the tasks of this kind that wait."""
        sender, session = self.inbox.sender, self.inbox.session
        for task in self.inbox.tasks(name):
            chat = UUID(task["conversation_id"])
            if name == TaskName.TYPING:
                send_typing(session, sender, chat, task["asked_at"])
            else:
                send_read_receipt(session, sender, chat)
            session.rollback()

    def one(self, sql: str, **values: Any) -> Any:
        [row] = self.inbox.rows(sql, **values)
        [value] = row.values()
        return value

    def call(self, method: str, path: str, **options: Any) -> Any:
        """A call of the API that succeeds: its JSON."""
        answer = self.inbox.call(method, path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json

    @contextmanager
    def under_way(self, conversation_id: str, gate: Gate | None = None) -> Iterator[None]:
        """A worker sends, and is held up: before Meta's answer, unless something else holds ``gate``."""
        inbox, held = self.inbox, gate or Gate()
        sender = inbox.sender if gate is not None else _held_up(inbox.sender, held)
        errors: list[BaseException] = []

        def work() -> None:
            try:
                with self.app.app_context():
                    deliver(db.session, sender, UUID(conversation_id))
                    db.session.remove()
            except BaseException as error:  # noqa: BLE001  # raised by the thread that waits
                errors.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            held.wait_for_somebody()
            yield
        finally:
            held.open()
            thread.join(20)
        assert not thread.is_alive()
        assert errors == []


def _held_up(sender: Sender, gate: Gate) -> Sender:
    class Graph:
        def send(self, *arguments: Any) -> Any:
            gate.pass_through()
            return sender.graph.send(*arguments)

    return replace(sender, graph=Graph())  # type: ignore[arg-type]  # all that a send calls


# A writing route of the API, a task, or a kind of item in a webhook.
Does = str | TaskName | type


@dataclass(frozen=True)
class UseCase:
    """``run`` stops where a page is opened, then wherever the page is to show what has changed.

    It stops with the user whose page that is, None: the owner's. ``tells`` are the call sites of ``publish``
    that it passes.
    """

    run: Callable[[Scene], Iterator[UUID | None]]
    does: Does
    tells: tuple[str, ...]

    def __str__(self) -> str:
        return self.run.__name__


USE_CASES: list[UseCase] = []
Run = Callable[[Scene], Iterator[UUID | None]]


def use_case(does: Does, *tells: str) -> Callable[[Run], Run]:
    """Declare one."""

    def declare(run: Run) -> Run:
        USE_CASES.append(UseCase(run, does, tells))
        return run

    return declare
