"""A batch in parts side by side: what belongs together stays together, in the order of its arrival."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from livechat.core.extensions import db
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door import arrivals
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.draining import drain
from livechat.inbound.lanes import SideLanes, apart
from livechat.inbound.run import read
from livechat.inbound.storing.batch import BatchResult, Webhook
from tests.ingest.conftest import NUMBER, NUMBER_2, WABA_2, Meta, make_status_body, make_text_body, payload

AT = 1795341600


def _webhooks(*bodies: dict[str, Any] | bytes) -> list[Webhook]:
    raw = [body if isinstance(body, bytes) else orjson.dumps(body) for body in bodies]
    return read([RawWebhook(uuid7(), clock.now(), body) for body in raw])


def _is_together(*bodies: dict[str, Any] | bytes) -> bool:
    return len(apart(_webhooks(*bodies), 4)) == 1


# Few customers, so that they meet in every way: by phone, by business-scoped id, by both, on two numbers.
_CUSTOMERS = st.tuples(
    st.sampled_from([NUMBER, NUMBER_2]),
    st.sampled_from([f"91900000000{n}" for n in range(9)]),
    st.one_of(st.none(), st.sampled_from([f"IN.{n}" for n in range(9)])),
)


@given(st.lists(_CUSTOMERS, max_size=40), st.integers(2, 4))
def test_nobody_is_in_two_parts_and_each_part_is_in_order(
    customers: list[tuple[str, str, str | None]], count: int
) -> None:
    webhooks = _webhooks(
        *(
            make_text_body(f"wamid.{n}", number=number, phone=phone, user_id=user_id)
            for n, (number, phone, user_id) in enumerate(customers)
        )
    )
    parts = apart(webhooks, count)
    place = {webhook.raw.id: n for n, webhook in enumerate(webhooks)}
    assert sorted(place[each.raw.id] for part in parts for each in part) == list(range(len(webhooks)))
    assert len(parts) <= count
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at, part in enumerate(parts):
        order = [place[each.raw.id] for each in part]
        assert order == sorted(order)
        for n in order:
            number, *ids = customers[n]
            for value in filter(None, ids):
                seen[number, value].add(at)
    assert all(len(where) == 1 for where in seen.values())


def test_the_parts_are_equal_where_nobody_knows_the_other() -> None:
    webhooks = _webhooks(*(make_text_body(phone=f"9190000{n:05d}") for n in range(403)))
    assert [len(part) for part in apart(webhooks, 4)] == [101, 101, 101, 100]


def test_a_busy_customer_has_a_part_of_his_own() -> None:
    busy = [make_text_body(phone="919000000000") for _ in range(50)]
    others = [make_text_body(phone=f"9190000{n:05d}") for n in range(1, 31)]
    assert [len(part) for part in apart(_webhooks(*busy, *others), 2)] == [50, 30]


def test_customers_whom_only_the_database_could_link_stay_together() -> None:
    by_phone, by_user_id = make_text_body(), make_text_body(phone=None, user_id="IN.1")
    assert _is_together(by_phone, by_user_id)
    elsewhere = make_text_body(phone=None, user_id="IN.1", number=NUMBER_2, waba=WABA_2)
    assert not _is_together(by_phone, elsewhere)
    assert not _is_together(make_text_body(user_id="IN.2"), by_user_id)


def test_what_is_about_one_message_stays_together() -> None:
    message = make_text_body("wamid.1")
    assert _is_together(message, make_status_body("wamid.1", "read", AT))
    assert not _is_together(message, make_status_body("wamid.2", "read", AT))
    assert _is_together(make_status_body("wamid.3", "sent", AT), make_status_body("wamid.3", "read", AT))


def test_news_of_accounts_and_a_repeated_body_stay_together() -> None:
    names = ("acct-alert", "tpl-approved")
    assert _is_together(*map(payload, names))
    once = _webhooks(make_text_body())
    assert len(apart(once * 2, 2)) == 1


def test_a_burst_is_stored_side_by_side_in_each_customers_order(meta: Meta) -> None:
    """All within one second, so that nothing but the arrival tells the order."""
    for n in range(140):
        meta.post(make_text_body(f"wamid.{n:03d}", phone=f"9190000000{n % 7:02d}", timestamp=AT))
    reports: list[BatchResult] = []
    drain(meta.redis, meta.session, "test:0", reports.append, meta.side)
    assert len(reports) == meta.side.count + 1 > 1
    assert sum(stored.webhooks for stored in reports) == 140
    threads: dict[Any, list[str]] = defaultdict(list)
    for row in meta.messages():
        threads[row["conversation_id"]].append(row["wamid"])
    assert sorted(map(len, threads.values())) == [20] * 7
    assert all(wamids == sorted(wamids) for wamids in threads.values())
    assert [row["unread_count"] for row in meta.conversations()] == [20] * 7
    assert meta.redis.xlen(arrivals.STREAM) == 0


@pytest.fixture
def unlucky(app: Flask) -> Callable[[Callable[[AnySession], BatchResult]], BatchResult]:
    """A lane whose connection the server ends before the job."""

    def within(job: Callable[[AnySession], BatchResult]) -> BatchResult:
        with app.app_context():
            pid = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with db.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            try:
                return job(db.session)
            finally:
                db.session().invalidate()
                db.session.remove()

    return within


def test_a_lane_that_fails_leaves_its_part_to_the_next_try(
    meta: Meta, unlucky: Callable[[Callable[[AnySession], BatchResult]], BatchResult]
) -> None:
    """The other lane's part is committed, and is not stored again."""
    for n in range(20):
        meta.post(make_text_body(f"wamid.{n:02d}", phone=f"9190000000{n % 2:02d}"))
    side = SideLanes(unlucky, count=1, least_webhooks=2)
    stored = BatchResult()
    with pytest.raises(OperationalError):
        drain(meta.redis, meta.session, "test:0", stored.add, side)
    side.close()
    assert stored.webhooks == 10
    meta.session.rollback()
    assert len(meta.messages()) == 10
    assert meta.redis.xlen(arrivals.STREAM) == 20
    again = meta.ingest()
    assert len(again.created_messages) == 10
    assert len(meta.messages()) == 20
    assert [row["unread_count"] for row in meta.conversations()] == [10, 10]
    assert meta.rows("SELECT count(*) AS n FROM webhook_events WHERE duplicate > 0") == [{"n": 0}]
    assert meta.redis.xlen(arrivals.STREAM) == 0
