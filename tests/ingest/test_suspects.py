"""A body that kills its worker, wherever it lies: it alone is set aside, and whatever lies beside it is stored."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from livechat.core.extensions import db, redis
from livechat.domain import clock
from livechat.inbound import draining, waiting
from livechat.inbound.door import arrivals
from livechat.inbound.draining import drain
from livechat.inbound.queries import ledger
from livechat.inbound.storing import ledger_rows
from livechat.inbound.storing import store as store_module
from tests.conftest import environment, wait_until
from tests.ingest.conftest import Meta, make_text_body
from tests.operators.conftest import Run, livechat
from tests.operators.test_metrics import samples
from tests.services import EmbeddedServices
from tests.system.product import ROOT

__all__ = ["livechat"]

MARK = "kills"


@pytest.fixture(scope="module")
def forks(services: EmbeddedServices, app: Flask) -> Iterator["subprocess.Popen[str]"]:
    """A process that forks the children: one for all tests, since the product takes long to import."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.mortal_ingest"],
        cwd=ROOT,
        env=environment(services),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        yield program
        assert program.stdin is not None
        program.stdin.close()


@pytest.fixture
def mortal(forks: "subprocess.Popen[str]", meta: Meta) -> Callable[..., int]:
    """``mortal(mark, most)``: ingest in children that die of ``mark``; how many did."""

    def run(mark: str = MARK, most: int = 40) -> int:
        meta.session.rollback()
        assert forks.stdin is not None
        assert forks.stdout is not None
        forks.stdin.write(json.dumps([mark, most]) + "\n")
        forks.stdin.flush()
        return int(forks.stdout.readline())

    return run


def innocent(n: int, size: int = 0) -> dict[str, Any]:
    return make_text_body(f"wamid.{n}", phone=f"9198{10_000_000 + n}", body=f"Text {n}" + "x" * size)


def killer(n: int = 0, size: int = 0) -> dict[str, Any]:
    return make_text_body(f"wamid.{MARK}.{n}", body="y" * size)


def set_aside(meta: Meta) -> list[str]:
    rows = meta.rows("SELECT items, body FROM webhook_events WHERE state = 'failed' ORDER BY received_at")
    assert all(
        row["items"] == [{"n": 0, "kind": "Body", "outcome": "failed", "reason": "kills_worker"}]
        for row in rows
    )
    return [
        json.loads(bytes(row["body"]))["entry"][0]["changes"][0]["value"]["messages"][0]["id"] for row in rows
    ]


def stored(meta: Meta) -> set[str]:
    return {row["wamid"] for row in meta.messages()}


LARGE = 300_000


@pytest.mark.parametrize(
    ("bodies", "killers"),
    [
        ([innocent(0), innocent(1), killer(), innocent(2), innocent(3)], 1),
        ([killer(), innocent(0), innocent(1)], 1),
        ([innocent(0), killer(0), innocent(1), killer(1), innocent(2)], 2),
        ([killer()], 1),
        ([killer(0, LARGE), innocent(0, LARGE), innocent(1), innocent(2, LARGE)], 1),
        ([innocent(0, LARGE), killer(0, LARGE), killer(1), innocent(1), killer(2, LARGE)], 3),
    ],
    ids=["between", "first", "two", "alone", "large", "large and small"],
)
def test_only_what_kills_its_worker_is_set_aside(
    meta: Meta, mortal: Callable[..., int], bodies: list[dict[str, Any]], killers: int
) -> None:
    for body in bodies:
        assert meta.post(body) == 200
    deaths = mortal()
    assert killers <= deaths < 40
    assert set_aside(meta) == [f"wamid.{MARK}.{n}" for n in range(killers)]
    assert stored(meta) == {f"wamid.{n}" for n in range(len(bodies) - killers)}
    assert meta.redis.xlen(arrivals.STREAM) == 0
    assert meta.rows("SELECT id FROM webhook_events WHERE state = 'waiting'") == []


def test_a_worker_that_dies_of_anything_sets_nothing_aside(meta: Meta, mortal: Callable[..., int]) -> None:
    """Whatever is the matter then, it is not in the bodies: they wait for a worker that lives."""
    for n in range(3):
        meta.post(innocent(n))
    meta.post(innocent(3, LARGE))
    assert mortal("", 40) == 40
    assert meta.rows("SELECT id FROM webhook_events WHERE state = 'failed'") == []
    meta.ingest()
    assert stored(meta) == {f"wamid.{n}" for n in range(4)}


def test_what_waits_behind_a_killer_is_stored_before_it_is_tried_again(
    meta: Meta, mortal: Callable[..., int]
) -> None:
    meta.post(killer(0, LARGE))
    assert mortal(most=1) == 1
    for n in range(3):
        meta.post(innocent(n, LARGE if n else 0))
    assert mortal(most=1) == 1
    assert stored(meta) == {"wamid.0", "wamid.1", "wamid.2"}
    assert meta.rows("SELECT attempts FROM webhook_events WHERE state = 'waiting'") == [{"attempts": 2}]


def meets_trouble(meta: Meta) -> bool:
    """Whether this ingest tried something and found the database in trouble; it rests between two tries."""
    try:
        meta.ingest()
    except OperationalError:
        meta.session.rollback()
        return True
    return False


def end_connection(session: Any, *_: Any) -> Any:
    """What seems an outage: PostgreSQL ends our connection."""
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_an_outage_uses_up_no_try_of_what_waits_in_the_ledger(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes while a body is stored: it is no less trusted than before, however often."""
    meta.post(innocent(0, LARGE))
    with monkeypatch.context() as broken:
        broken.setattr(store_module, "load_people", end_connection)
        for _ in range(waiting.TRIES_BEFORE_FAILED + 2):
            wait_until(lambda: meets_trouble(meta))
    wait_until(lambda: meta.ingest().webhooks)
    assert stored(meta) == {"wamid.0"}
    assert meta.rows("SELECT attempts, state FROM webhook_events") == [{"attempts": 1, "state": "done"}]


def test_tries_of_an_outage_are_taken_back_when_the_database_is_there_again(
    another_app: Callable[[EmbeddedServices], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While PostgreSQL is away nothing can be taken back; what is owed is paid before the next try."""
    with EmbeddedServices() as own:
        app = another_app(own)

        def die(session: Any, entries: Any) -> Any:
            own.postgres.kill()
            return store_module.store(session, entries)

        def states() -> list[tuple[int, str]]:
            rows = db.session.execute(text("SELECT attempts, state FROM webhook_events")).all()
            db.session.rollback()
            return [(row.attempts, row.state) for row in rows]

        with app.app_context():
            way_in = arrivals.Arrivals(redis.client)
            way_in.put(db.session, way_in.received(b'{"x":"' + b"y" * LARGE + b'"}'))
            with monkeypatch.context() as broken:
                broken.setattr("livechat.inbound.run.store", die)
                with pytest.raises(OperationalError):
                    drain(redis.client, db.session, "test:0", lambda _: None)
            db.session.rollback()
            own.postgres.start()
            assert states() == [(1, "waiting")]
            drain(redis.client, db.session, "test:0", lambda _: None)
            assert states() == [(1, "done")]
            db.session.remove()


@pytest.mark.parametrize("size", [0, LARGE], ids=["stream", "ledger"])
def test_data_that_looks_like_an_outage_for_ever_holds_nobody_back(
    meta: Meta, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Should an error of the data ever be taken for an outage again, it is met alone, and seldom."""
    real = store_module.load_people

    def odd_ends_connection(session: Any, personal: Any, *more: Any) -> Any:
        if any(getattr(item, "wamid", "").startswith(f"wamid.{MARK}") for _, item in personal):
            end_connection(session, personal)
        return real(session, personal, *more)

    monkeypatch.setattr(store_module, "load_people", odd_ends_connection)
    monkeypatch.setattr(draining, "PUT_OFF_BEFORE_SUSPECT_S", 0.0)
    for body in (innocent(0), killer(0, size), innocent(1), innocent(2, LARGE)):
        assert meta.post(body) == 200

    def all_others_are_stored() -> bool:
        meets_trouble(meta)
        return stored(meta) == {"wamid.0", "wamid.1", "wamid.2"}

    wait_until(all_others_are_stored)
    assert meta.redis.xlen(arrivals.STREAM) == 0
    assert meta.rows("SELECT body LIKE '%kills%' AS odd FROM webhook_events WHERE state = 'waiting'") == [
        {"odd": True}
    ]
    assert meta.post(innocent(3)) == 200
    wait_until(lambda: meets_trouble(meta) or stored(meta) >= {"wamid.3"})
    assert stored(meta) == {f"wamid.{n}" for n in range(4)}


def test_an_error_that_nobody_foresaw_leaves_the_stream_free(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the row that would tell of it can be written: others are stored, and it is not lost."""
    real = ledger_rows.ledger.write_outcomes

    def fault(session: Any, rows: Any, bodies: Any) -> None:
        if any(MARK.encode() in body for body in bodies):
            raise ZeroDivisionError
        real(session, rows, bodies)

    monkeypatch.setattr(ledger_rows.ledger, "write_outcomes", fault)
    for body in (innocent(0), killer(), innocent(1)):
        assert meta.post(body) == 200
    with pytest.raises(ZeroDivisionError):
        meta.ingest()
    meta.session.rollback()

    def all_others_are_stored() -> bool:
        with suppress(ZeroDivisionError):
            meta.ingest()
        meta.session.rollback()
        return stored(meta) == {"wamid.0", "wamid.1"}

    wait_until(all_others_are_stored)
    assert meta.redis.xlen(arrivals.STREAM) == 0
    monkeypatch.undo()
    wait_until(lambda: meta.ingest().webhooks)
    assert stored(meta) == {"wamid.0", "wamid.1", f"wamid.{MARK}.0"}


@pytest.mark.parametrize("size", [0, LARGE], ids=["stream", "ledger"])
def test_an_alarm_where_a_webhook_is_put_off_for_a_minute(
    meta: Meta, monkeypatch: pytest.MonkeyPatch, size: int, livechat: Run
) -> None:
    def alarm() -> float:
        return samples(meta.client.get("/metrics").text)['livechat_webhook_alarms{code="put_off"}']

    assert meta.post(innocent(0, size)) == 200
    assert alarm() == 0
    with monkeypatch.context() as broken:
        broken.setattr(store_module, "load_people", end_connection)
        wait_until(lambda: meets_trouble(meta))
        assert alarm() == 0
        if size:
            meta.session.execute(text("UPDATE webhook_events SET tried_at = tried_at - interval '61 s'"))
            meta.session.commit()
        else:
            [(entry, since)] = meta.redis.zrange(arrivals.PUT_OFF, 0, -1, withscores=True)
            meta.redis.zadd(arrivals.PUT_OFF, {entry: since - 61})
        assert alarm() == 1
        found = livechat("doctor", "--skip-meta", "--json")
        [finding] = [each for each in json.loads(found.output)["checks"] if "put off" in each["check"]]
        assert finding["state"] == "wrong"
    # It rests longer now; whoever knows that the cause is gone need not wait.
    meta.session.execute(text("UPDATE webhook_events SET claimed_until = NULL"))
    meta.session.commit()
    assert meta.ingest().webhooks == 1
    assert stored(meta) == {"wamid.0"}
    assert alarm() == 0


def test_a_webhook_in_hand_for_the_first_time_is_not_put_off(meta: Meta) -> None:
    assert meta.post(innocent(0, LARGE)) == 200
    ledger.take_waiting(meta.session, "other:0", limit=1, most_bytes=1, hold_s=60)
    meta.session.execute(text("UPDATE webhook_events SET tried_at = tried_at - interval '61 s'"))
    assert ledger.put_off(meta.session, clock.now() - timedelta(minutes=1))[0] == 0
    assert ledger.take_waiting(meta.session, "test:0", limit=1, most_bytes=1, hold_s=60) == []
    meta.session.rollback()
