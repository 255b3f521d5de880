"""The reconciliation of unread counts, beside customers who write and agents who read."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import text

from livechat.conversations.mark_read import mark_read
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from livechat.operations.maintenance import reconcile_unread
from tests.ingest.conftest import OWNER, Meta, make_text_body, meta

__all__ = ["meta"]
CUSTOMERS = [f"9190000000{n:02d}" for n in range(6)]
DRIFTED = (
    "SELECT c.id FROM chat_conversations c WHERE unread_count <> (SELECT count(*) FROM chat_messages m "
    "WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq)"
)


def _write(customer: str, n: int) -> None:
    body: dict[str, Any] = make_text_body(f"wamid.{customer}.{n}", phone=customer)
    ingest_raw(db.session, [RawWebhook(uuid7(), clock.now(), orjson.dumps(body))])


def _beside(app: Flask, first: Callable[[], Any], *others: Callable[[], Any]) -> Any:
    """What ``first`` returns; the others go on, again and again, until it is done."""
    is_done = threading.Event()

    def again(job: Callable[[], Any]) -> None:
        with app.app_context():
            while not is_done.is_set():
                job()
                db.session.remove()

    with ThreadPoolExecutor(len(others)) as threads:
        running = [threads.submit(again, job) for job in others]
        try:
            with app.app_context():
                return first()
        finally:
            is_done.set()
            for future in running:
                future.result(timeout=60)


def _writer(customers: list[str], start: int) -> Callable[[], None]:
    numbers = iter(range(start, 1_000_000))

    def write() -> None:
        n = next(numbers)
        _write(customers[n % len(customers)], n)

    return write


def _reader(ids: list[Any]) -> Callable[[], None]:
    numbers = iter(range(1_000_000))

    def read() -> None:
        mark_read(db.session, ids[next(numbers) % len(ids)], None, by=OWNER)
        db.session.commit()

    return read


def _reconcile() -> int:
    drifted = reconcile_unread(db.session)
    db.session.commit()
    return drifted


def test_it_finds_nothing_where_nothing_is_wrong(meta: Meta, app: Flask) -> None:
    for customer in CUSTOMERS:
        _write(customer, 0)
    ids = [row["id"] for row in meta.conversations()]
    writers = [_writer(CUSTOMERS[:3], 1), _writer(CUSTOMERS[3:], 1)]
    found = _beside(app, lambda: [_reconcile() for _ in range(40)], *writers, _reader(ids))
    assert sum(found) == 0
    assert meta.rows(DRIFTED) == []


def test_it_repairs_what_is_wrong_once_and_counts_it_once(meta: Meta, app: Flask) -> None:
    """Two reconciliations at once, of counts that somebody has spoilt while messages come in."""
    for customer in CUSTOMERS:
        _write(customer, 0)
    rounds = 12
    repaired: list[int] = []

    def reconcile() -> None:
        repaired.append(_reconcile())

    def spoil_and_reconcile() -> None:
        for n in range(rounds):
            with db.engine.begin() as connection:
                connection.execute(
                    text(
                        "UPDATE chat_conversations SET unread_count = unread_count + 3 "
                        "WHERE customer_phone = :phone"
                    ),
                    {"phone": CUSTOMERS[n % len(CUSTOMERS)]},
                )
            reconcile()

    _beside(app, spoil_and_reconcile, _writer(CUSTOMERS[:3], 1), _writer(CUSTOMERS[3:], 1), reconcile)
    assert sum(repaired) == rounds
    assert meta.rows(DRIFTED) == []
