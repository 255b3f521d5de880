"""Several ingests at once, on the same customers, beside an agent who reads: nothing lost, nothing twice."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from flask import Flask

from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from tests.conftest import make_token
from tests.ingest.conftest import NUMBER, OWNER, Meta, make_status_body, make_text_body

DRIFT = (
    "SELECT c.id FROM chat_conversations c WHERE unread_count <> (SELECT count(*) FROM chat_messages m "
    "WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq)"
)


def _event(body: dict[str, Any]) -> RawWebhook:
    return RawWebhook(uuid7(), clock.now(), orjson.dumps(body))


def _together(app: Flask, *jobs: Callable[[], object]) -> None:
    def run(job: Callable[[], object]) -> None:
        with app.app_context():
            try:
                job()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(jobs)) as threads:
        for future in [threads.submit(run, job) for job in jobs]:
            future.result(timeout=60)


@pytest.mark.parametrize("seed", range(3))
def test_parallel_batches_store_everything_once(meta: Meta, app: Flask, seed: int) -> None:
    """The same 300 messages of 12 customers given to four ingests in different orders and batch sizes."""
    bodies = [
        make_text_body(f"wamid.{n}", phone=f"9190000000{n % 12:02d}", timestamp=1795341600 + n)
        for n in range(300)
    ]
    statuses = [make_status_body(f"wamid.out{n % 7}", "delivered", 1795341600 + n) for n in range(40)]

    def job(salt: int) -> Callable[[], None]:
        mine = bodies + statuses
        random.Random(seed * 10 + salt).shuffle(mine)

        def work() -> None:
            size = 17 + 20 * salt
            for start in range(0, len(mine), size):
                ingest_raw(db.session, [_event(body) for body in mine[start : start + size]])

        return work

    _together(app, *(job(salt) for salt in range(4)))
    assert len(meta.messages()) == 300
    assert [row["unread_count"] for row in meta.conversations()] == [25] * 12
    assert meta.rows(DRIFT) == []
    assert meta.rows("SELECT count(*) AS n FROM message_statuses") == [{"n": 40}]
    (totals,) = meta.rows(
        "SELECT sum(stored) AS stored, sum(duplicate) AS again, sum(failed) AS bad FROM webhook_events"
    )
    assert (totals["stored"], totals["again"], totals["bad"]) == (340, 3 * 340, 0)


@pytest.mark.parametrize("seed", range(3))
def test_links_and_merges_in_parallel_lose_no_message(meta: Meta, app: Flask, seed: int) -> None:
    """Eight people seen by phone, by business-scoped id and by both, from all sides at once."""
    bodies = []
    for person in range(8):
        phone, user_id = f"9180000000{person:02d}", f"IN.{person}"
        for n in range(12):
            ids = [(phone, None), (None, user_id), (phone, user_id)][n % 3]
            bodies.append(make_text_body(f"wamid.{person}.{n}", phone=ids[0], user_id=ids[1]))
    rng = random.Random(seed)
    rng.shuffle(bodies)
    parts = [bodies[start::4] for start in range(4)]

    def job(part: list[dict[str, Any]]) -> Callable[[], None]:
        def work() -> None:
            for start in range(0, len(part), 5):
                ingest_raw(db.session, [_event(body) for body in part[start : start + 5]])

        return work

    _together(app, *(job(part) for part in parts))
    assert meta.rows("SELECT count(*) AS n FROM webhook_events WHERE failed > 0") == [{"n": 0}]
    assert len(meta.messages()) == 96
    conversations = meta.conversations()
    assert [
        (row["customer_phone"], row["customer_user_id"])
        for row in sorted(conversations, key=lambda row: row["customer_phone"])
    ] == [(f"9180000000{person:02d}", f"IN.{person}") for person in range(8)]
    assert [row["unread_count"] for row in conversations] == [12] * 8
    assert meta.rows(DRIFT) == []


def test_reading_beside_a_stream_of_messages_never_drifts(meta: Meta, app: Flask) -> None:
    meta.deliver_body(make_text_body("wamid.first"))
    conversation_id = meta.conversation()["id"]
    header = {"Authorization": f"Bearer {make_token(OWNER)}"}

    def write() -> None:
        for n in range(60):
            ingest_raw(db.session, [_event(make_text_body(f"wamid.{n}"))])

    def read() -> None:
        client = app.test_client()
        for _ in range(40):
            answer = client.post(f"/api/live-chat/conversations/{conversation_id}/read", headers=header)
            assert answer.status_code == 200

    _together(app, write, read, read)
    assert meta.rows(DRIFT) == []
    assert len(meta.messages()) == 61
    client = app.test_client()
    (number,) = client.get("/api/live-chat/phone-numbers", headers=header).json["phone_numbers"]
    assert number["phone_number_id"] == NUMBER
    assert number["unread_count"] == meta.conversation()["unread_count"]
