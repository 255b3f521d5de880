"""Webhooks through the real door and the real ingest, on the catalogue's number."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.inbound.draining import drain
from livechat.inbound.lanes import SideLanes
from livechat.inbound.storing.batch import BatchResult
from livechat.inbound.tasks import make_side_lanes
from tests.conftest import APP_SECRET
from tests.factories import make_account, make_number

PAYLOADS = Path(__file__).parent.parent / "whatsapp" / "payloads"
WABA, NUMBER, DISPLAY = "811978564885194", "830558756814059", "917755991053"
WABA_2, NUMBER_2, DISPLAY_2 = "102290129340398", "106540352242922", "15550783881"
ASHA = "917755991051"
OWNER = UUID("11111111-1111-4111-8111-111111111111")
OWNER_2 = UUID("22222222-2222-4222-8222-222222222222")


def payload(name: str) -> bytes:
    """A body of the catalogue, byte for byte."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Meta:
    """Posts webhooks and runs the ingest in this process, as the worker would.

    Also a batch of two is stored side by side, as far as its webhooks have nothing in common.
    """

    client: FlaskClient
    redis: Redis
    session: scoped_session[Session]
    side: SideLanes
    last: BatchResult

    def post(self, body: bytes | dict[str, Any]) -> int:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.client.post(
            "/webhook", data=raw, headers={"X-Hub-Signature-256": signature(raw)}
        ).status_code

    def ingest(self) -> BatchResult:
        self.last = BatchResult()
        drain(self.redis, self.session, "test:0", self.last.add, self.side)
        self.session.rollback()
        return self.last

    def deliver(self, *names: str) -> BatchResult:
        """Post these bodies of the catalogue one by one and ingest them in one batch."""
        for name in names:
            assert self.post(payload(name)) == 200
        return self.ingest()

    def deliver_body(self, *bodies: bytes | dict[str, Any]) -> BatchResult:
        for body in bodies:
            assert self.post(body) == 200
        return self.ingest()

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        rows = [dict(row._mapping) for row in self.session.execute(text(sql), values)]
        self.session.rollback()
        return rows

    def messages(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM chat_messages ORDER BY timestamp, seq")

    def conversations(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM chat_conversations ORDER BY id")

    def conversation(self) -> dict[str, Any]:
        (only,) = self.conversations()
        return only


def connect_catalogue(session: scoped_session[Session]) -> None:
    """The catalogue's two numbers, connected by two owners; committed."""
    for owner, waba, number, display in (
        (OWNER, WABA, NUMBER, DISPLAY),
        (OWNER_2, WABA_2, NUMBER_2, DISPLAY_2),
    ):
        account = make_account(session, owner, waba_id=waba)
        make_number(
            session, account, phone_number_id=number, display_phone_number=display, display_digits=display
        )
    session.commit()


@pytest.fixture
def meta(client: FlaskClient, redis_client: Redis, session: scoped_session[Session]) -> Iterator[Meta]:
    """Meta, with the catalogue's two numbers connected by two owners."""
    connect_catalogue(session)
    side = make_side_lanes(client.application, least_webhooks=2)
    yield Meta(client, redis_client, session, side, BatchResult())
    side.close()


@pytest.fixture
def text_body() -> Callable[..., dict[str, Any]]:
    return make_text_body


def make_text_body(
    wamid: str | None = None,
    *,
    phone: str | None = ASHA,
    user_id: str | None = None,
    body: str = "Hello",
    timestamp: int = 1795341600,
    number: str = NUMBER,
    waba: str = WABA,
    name: str | None = "Asha Kulkarni",
) -> dict[str, Any]:
    """A webhook with one text; ids that are None are left out, as Meta leaves them out."""
    contact: dict[str, Any] = {
        "wa_id": phone,
        "user_id": user_id,
        "profile": {"name": name} if name else None,
    }
    message: dict[str, Any] = {
        "from": phone,
        "from_user_id": user_id,
        "id": wamid or f"wamid.{uuid4().hex}",
        "timestamp": str(timestamp),
        "type": "text",
        "text": {"body": body},
    }
    return envelope(
        {
            "contacts": [{k: v for k, v in contact.items() if v is not None}],
            "messages": [{k: v for k, v in message.items() if v is not None}],
        },
        number=number,
        waba=waba,
    )


def make_status_body(wamid: str, status: str, timestamp: int, **more: Any) -> dict[str, Any]:
    """A webhook with one status."""
    return envelope(
        {
            "statuses": [
                {"id": wamid, "status": status, "timestamp": str(timestamp), "recipient_id": ASHA, **more}
            ]
        }
    )


def envelope(value: dict[str, Any], *, number: str = NUMBER, waba: str = WABA) -> dict[str, Any]:
    metadata = {"display_phone_number": DISPLAY, "phone_number_id": number}
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": waba,
                "changes": [
                    {
                        "field": "messages",
                        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
                    }
                ],
            }
        ],
    }
