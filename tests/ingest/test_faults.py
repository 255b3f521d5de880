"""Poison, lost wake-ups, dead workers, and a Redis or PostgreSQL that is away."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from livechat.core.extensions import db, redis
from livechat.core.tasknames import TaskName
from livechat.customers.loading import BatchOvertakenError
from livechat.inbound import run as ingest_run
from livechat.inbound.door import arrivals
from livechat.inbound.draining import drain
from livechat.inbound.storing import store as store_module
from livechat.inbound.storing.batch import BatchResult
from livechat.operations import maintenance
from tests.conftest import VERIFY_TOKEN, wait_until
from tests.ingest.conftest import Meta, envelope, make_text_body, payload, signature
from tests.services import EmbeddedServices


def _poison(wamid: str = "wamid.poison") -> dict[str, Any]:
    """A wamid that is no id: no column could hold it in an index."""
    return make_text_body(wamid + "x" * 9000 + str(time.time_ns()) + _noise())


def _noise() -> str:
    import random

    return "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))


def test_a_poison_item_falls_out_alone(meta: Meta) -> None:
    bodies = [make_text_body(f"wamid.{n}") for n in range(10)]
    stored = meta.deliver_body(*bodies[:5], _poison(), *bodies[5:])
    assert len(meta.messages()) == 10
    assert stored.outcomes[("stored", "")] == 10
    assert sum(count for (outcome, _), count in stored.outcomes.items() if outcome == "failed") == 1
    (failed,) = meta.rows("SELECT items, body FROM webhook_events WHERE state = 'failed'")
    assert failed["items"][0]["outcome"] == "failed"
    assert b"wamid.poison" in bytes(failed["body"])


def test_a_poison_item_spares_its_neighbours_in_the_same_body(meta: Meta) -> None:
    message = _poison()["entry"][0]["changes"][0]["value"]["messages"][0]
    fine = [{**message, "id": f"wamid.{n}"} for n in range(3)]
    meta.deliver_body(envelope({"messages": [fine[0], message, *fine[1:]]}))
    assert [row["wamid"] for row in meta.messages()] == ["wamid.0", "wamid.1", "wamid.2"]
    (event,) = meta.rows("SELECT stored, failed, state FROM webhook_events")
    assert event == {"stored": 3, "failed": 1, "state": "failed"}
    assert meta.conversation()["unread_count"] == 3


@pytest.fixture
def picky(app: Flask, clean: None) -> Iterator[None]:
    """A database that refuses what nobody foresaw: the text "Refused"."""
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(
                text("ALTER TABLE chat_messages ADD CONSTRAINT picky CHECK (text <> 'Refused')")
            )
        yield
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE chat_messages DROP CONSTRAINT picky"))


@pytest.mark.usefixtures("picky")
def test_an_item_that_the_database_refuses_falls_out_alone(meta: Meta) -> None:
    bodies = [make_text_body(f"wamid.{n}", body=f"Text {n}") for n in range(10)]
    message = bodies[0]["entry"][0]["changes"][0]["value"]["messages"][0]
    texts = ["Before", "Refused", "After", "Refused"]
    several = [{**message, "id": f"wamid.of.{n}", "text": {"body": each}} for n, each in enumerate(texts)]
    stored = meta.deliver_body(*bodies[:5], envelope({"messages": several}), *bodies[5:])
    assert {row["text"] for row in meta.messages()} == {f"Text {n}" for n in range(10)} | {"Before", "After"}
    assert meta.conversation()["unread_count"] == 12
    assert stored.outcomes == {("stored", ""): 12, ("failed", "CheckViolation"): 2}
    (failed,) = meta.rows("SELECT stored, failed, items FROM webhook_events WHERE state = 'failed'")
    assert (failed["stored"], failed["failed"]) == (2, 2)
    assert [item["outcome"] for item in failed["items"]] == ["stored", "failed", "stored", "failed"]


@pytest.fixture
def picky_ledger(app: Flask, clean: None) -> Iterator[None]:
    """A ledger that refuses the account of every message whose id begins with "odd"."""
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "ALTER TABLE webhook_events ADD CONSTRAINT picky CHECK "
                    "(position('odd.' IN body) = 0 OR phone_number_ids = '{}')"
                )
            )
        yield
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE webhook_events DROP CONSTRAINT picky"))


@pytest.mark.usefixtures("picky_ledger")
def test_a_body_whose_very_account_is_refused_is_kept_whole(meta: Meta) -> None:
    """Nobody knows what an index or a constraint refuses next: storing goes on beside it in any case."""
    good = [make_text_body(f"wamid.{n}") for n in range(6)]
    stored = meta.deliver_body(*good[:3], make_text_body("odd.1"), *good[3:], make_text_body("odd.2"))
    assert [row["wamid"] for row in meta.messages()] == [f"wamid.{n}" for n in range(6)]
    assert stored.outcomes == {("stored", ""): 6, ("failed", "CheckViolation"): 2}
    kept = meta.rows("SELECT items, body FROM webhook_events WHERE state = 'failed'")
    assert [row["items"] for row in kept] == [
        [{"n": 0, "kind": "Body", "outcome": "failed", "reason": "CheckViolation"}]
    ] * 2
    assert meta.redis.xlen(arrivals.STREAM) == 0


def test_what_is_overtaken_on_every_try_holds_nobody_back(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data that looks like a race for ever is data all the same."""
    real = store_module.load_people

    def overtaken(session: Any, personal: Any, *more: Any) -> Any:
        if any(item.customer.phone == "919800000001" for _, item in personal):
            raise BatchOvertakenError
        return real(session, personal, *more)

    monkeypatch.setattr(store_module, "load_people", overtaken)
    good = [make_text_body(f"wamid.{n}") for n in range(4)]
    stored = meta.deliver_body(*good[:2], make_text_body("wamid.odd", phone="919800000001"), *good[2:])
    assert [row["wamid"] for row in meta.messages()] == [f"wamid.{n}" for n in range(4)]
    assert stored.outcomes == {("stored", ""): 4, ("failed", "BatchOvertakenError"): 1}
    assert meta.redis.xlen(arrivals.STREAM) == 0


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"\xff\xfe", b'{"object":"page"}', b"{" * 5000, b"null"]
)
def test_a_signed_body_that_is_not_understood_is_kept(meta: Meta, body: bytes) -> None:
    meta.deliver_body(body)
    (event,) = meta.rows("SELECT body, stored, ignored + failed AS kept FROM webhook_events")
    assert (bytes(event["body"]), event["stored"], event["kept"]) == (body, 0, 1)


def test_a_burst_costs_one_task(meta: Meta, redis_client: Redis) -> None:
    for _ in range(50):
        meta.post(payload("msg-text"))
    assert redis_client.llen(TaskName.INGEST.queue.value) == 1
    meta.ingest()
    meta.post(payload("msg-video"))
    assert redis_client.llen(TaskName.INGEST.queue.value) == 2


def test_what_a_dead_worker_took_is_taken_over(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    meta.post(payload("msg-text"))
    assert len(arrivals.take(meta.redis, "dead:1", 10)) == 1
    meta.ingest()
    assert meta.messages() == []
    monkeypatch.setattr("livechat.inbound.draining.ABANDONED_MS", 0)
    meta.ingest()
    assert len(meta.messages()) == 1


def test_a_worker_finds_what_it_left_before_it_died(meta: Meta) -> None:
    meta.post(payload("msg-text"))
    arrivals.take(meta.redis, "test:0", 10)
    meta.ingest()
    assert len(meta.messages()) == 1


def test_a_body_that_kills_its_worker_again_and_again_is_set_aside(meta: Meta) -> None:
    meta.post(payload("msg-text"))
    arrivals.take(meta.redis, "test:0", 10)
    for _ in range(7):
        arrivals.read_pending(meta.redis, "test:0", 10)
        meta.redis.xclaim(arrivals.STREAM, arrivals.GROUP, "test:0", 0, [_first_entry(meta)])
    meta.post(payload("msg-video"))
    meta.ingest()
    assert [row["message_type"] for row in meta.messages()] == ["video"]
    (failed,) = meta.rows("SELECT items FROM webhook_events WHERE state = 'failed'")
    assert failed["items"][0]["reason"] == "kills_worker"


def _first_entry(meta: Meta) -> bytes:
    return meta.redis.xrange(arrivals.STREAM, count=1)[0][0]


def test_the_garbage_collector_rests_during_a_batch_only(meta: Meta) -> None:
    seen: list[bool] = []

    def report(_: BatchResult) -> None:
        seen.append(gc.isenabled())
        raise RuntimeError("a fault")

    assert meta.post(make_text_body()) == 200
    with pytest.raises(RuntimeError, match="a fault"):
        drain(meta.redis, meta.session, "test:0", report)
    assert (seen, gc.isenabled()) == ([False], True)


def test_a_lost_wake_up_is_swept(meta: Meta, redis_client: Redis) -> None:
    meta.post(payload("msg-text"))
    redis_client.delete(TaskName.INGEST.queue.value, arrivals.LEASE)
    assert maintenance.sweep_inbound(redis_client, meta.session)
    assert redis_client.llen(TaskName.INGEST.queue.value) == 1
    meta.ingest()
    assert not maintenance.sweep_inbound(redis_client, meta.session)


def test_a_large_body_waits_in_the_ledger(meta: Meta, redis_client: Redis) -> None:
    meta.post(make_text_body(body="x" * 300_000))
    assert redis_client.xlen(arrivals.STREAM) == 0
    assert meta.rows("SELECT state FROM webhook_events") == [{"state": "waiting"}]
    meta.ingest()
    assert len(meta.messages()) == 1
    assert meta.rows("SELECT state, stored FROM webhook_events") == [{"state": "done", "stored": 1}]


def test_a_deadlock_is_tried_again(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that another transaction holds up past its lock time-out is a passing trouble."""
    meta.deliver("msg-text")
    meta.session.execute(text("SET lock_timeout = '50ms'"))
    meta.session.commit()
    with db.engine.connect() as other:
        other.execute(text("SELECT * FROM chat_conversations FOR UPDATE"))
        calls: list[int] = []
        real = ingest_run._is_worth_another_try

        def release(error: Exception) -> bool:
            calls.append(1)
            other.rollback()
            return real(error)

        monkeypatch.setattr(ingest_run, "_is_worth_another_try", release)
        meta.deliver("msg-video")
    # The time-out stays with its connection, which another test would get from the pool.
    meta.session.remove()
    db.engine.dispose()
    assert calls
    assert len(meta.messages()) == 2


def test_redis_away_then_postgresql_away_too(another_app: Callable[[EmbeddedServices], Flask]) -> None:
    with EmbeddedServices() as own:
        app = another_app(own)
        client = app.test_client()
        own.redis.kill()
        assert _post(client, payload("msg-text")) == 200
        with app.app_context():
            assert db.session.execute(text("SELECT state FROM webhook_events")).scalars().all() == ["waiting"]
            db.session.remove()
        own.postgres.kill()
        assert _post(client, payload("msg-video")) == 503
        own.redis.start()
        # Redis was given a rest after its refusal.
        wait_until(lambda: _post(client, payload("msg-video")) == 200)
        with app.app_context():
            assert redis.client.xlen(arrivals.STREAM) == 1


def test_a_redis_that_was_started_again_takes_the_next_webhook(
    another_app: Callable[[EmbeddedServices], Flask],
) -> None:
    """The connection that the way in holds is dead by then; nothing may turn to PostgreSQL for that."""
    with EmbeddedServices() as own:
        app = another_app(own)
        client = app.test_client()
        assert _post(client, payload("msg-text")) == 200
        own.redis.stop()
        own.redis.start()
        assert _post(client, payload("msg-video")) == 200
        with app.app_context():
            assert redis.client.xlen(arrivals.STREAM) == 2
            assert db.session.execute(text("SELECT count(*) FROM webhook_events")).scalar() == 0
            db.session.remove()


def _post(client: FlaskClient, body: bytes) -> int:
    return client.post("/webhook", data=body, headers={"X-Hub-Signature-256": signature(body)}).status_code


class TestTheDoor:
    """What the webhook's two calls answer, by docs/contract.md section 5."""

    def test_the_handshake_echoes_the_challenge(self, client: FlaskClient) -> None:
        answer = client.get(f"/webhook?hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=115")
        assert (answer.status_code, answer.data, answer.mimetype) == (200, b"115", "text/plain")

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", 403),
            (f"hub.mode=other&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1", 403),
            (f"hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}", 400),
            ("hub.challenge=1", 400),
            ("", 400),
            ("hub.mode=subscribe&hub.verify_token=%F0%9F%98%80&hub.challenge=1", 403),
        ],
    )
    def test_a_wrong_handshake_is_refused(self, client: FlaskClient, query: str, status: int) -> None:
        answer = client.get(f"/webhook?{query}")
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"

    def test_a_signed_body_is_answered_200_and_empty(self, meta: Meta) -> None:
        body = payload("edge-meta-escaped-bytes")
        answer = meta.client.post("/webhook", data=body, headers={"X-Hub-Signature-256": signature(body)})
        assert (answer.status_code, answer.data) == (200, b"")

    @pytest.mark.parametrize(
        "header", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "SHA256=UPPER"]
    )
    def test_an_unsigned_body_is_refused_and_not_kept(self, meta: Meta, header: str | None) -> None:
        headers = {} if header is None else {"X-Hub-Signature-256": header}
        answer = meta.client.post("/webhook", data=payload("msg-text"), headers=headers)
        assert answer.status_code == 401
        assert meta.redis.xlen(arrivals.STREAM) == 0

    def test_an_upper_case_signature_is_refused(self, meta: Meta) -> None:
        body = payload("msg-text")
        head, hexadecimal = signature(body).split("=")
        answer = meta.client.post(
            "/webhook", data=body, headers={"X-Hub-Signature-256": f"{head}={hexadecimal.upper()}"}
        )
        assert answer.status_code == 401

    @pytest.mark.parametrize(("size", "status"), [(4 * 1024 * 1024, 200), (4 * 1024 * 1024 + 1, 413)])
    def test_the_limit_is_four_mebibytes_exactly(self, meta: Meta, size: int, status: int) -> None:
        body = b" " * size
        answer = meta.client.post("/webhook", data=body, headers={"X-Hub-Signature-256": signature(body)})
        assert answer.status_code == status
