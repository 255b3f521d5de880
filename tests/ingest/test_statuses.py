"""Statuses: in any order and however often, a message ends where its events say, and never goes back."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from livechat.domain.clock import from_unix
from livechat.models import Conversation, PhoneNumber
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import ASHA, NUMBER, Meta, make_status_body

TEXT_WAMID = "wamid.HBgMOTE3NzU1OTkxMDUxFQIAERgSODFGRUI4MDU2NTBGNEUzNzFBAA=="
RANKS = {"sent": 20, "failed": 25, "delivered": 30, "read": 40, "played": 50}


def outbound(meta: Meta, wamid: str | None = TEXT_WAMID, **columns: Any) -> UUID:
    """A message of ours to Asha that Meta has accepted, unless ``columns`` say otherwise."""
    number = meta.session.get(PhoneNumber, NUMBER)
    conversation = meta.session.query(Conversation).filter_by(customer_phone=ASHA).first()
    conversation = conversation or make_conversation(meta.session, number, customer_phone=ASHA)
    message = make_message(meta.session, conversation, direction="outbound", wamid=wamid, **columns)
    message_id = message.id
    meta.session.commit()
    return message_id


def stored(meta: Meta, message_id: UUID) -> dict[str, Any]:
    (row,) = meta.rows("SELECT * FROM chat_messages WHERE id = :id", id=message_id)
    return row


def test_read_before_delivered_before_sent_ends_read(meta: Meta) -> None:
    message_id = outbound(meta, wamid=None)
    wamid = _only_wamid("status-out-of-order")
    _set_wamid(meta, message_id, wamid)
    meta.deliver("status-out-of-order")
    row = stored(meta, message_id)
    assert (row["status"], row["status_rank"]) == ("read", 40)
    assert row["delivered_at"] is not None
    assert meta.rows("SELECT count(*) AS n FROM message_statuses") == [{"n": 3}]


def _only_wamid(name: str) -> str:
    import orjson

    from tests.ingest.conftest import payload

    value = orjson.loads(payload(name))["entry"][0]["changes"][0]["value"]
    (wamid,) = {status["id"] for status in value["statuses"]}
    return str(wamid)


def _set_wamid(meta: Meta, message_id: UUID, wamid: str) -> None:
    meta.session.execute(
        text("UPDATE chat_messages SET wamid = :wamid WHERE id = :id"), {"wamid": wamid, "id": message_id}
    )
    meta.session.commit()


@pytest.mark.parametrize(
    ("name", "status", "rank"),
    [
        ("status-sent", "sent", 20),
        ("status-delivered", "delivered", 30),
        ("status-read", "read", 40),
        ("status-played", "read", 50),
        ("status-duplicate-in-one-post", "delivered", 30),
        # Two members have read it, and how many others there are nobody says.
        ("group-status-aggregate", "delivered", 30),
        ("bsuid-status-no-phone", "delivered", 30),
    ],
)
def test_a_status_moves_its_message(meta: Meta, name: str, status: str, rank: int) -> None:
    message_id = outbound(meta, wamid=_only_wamid(name))
    meta.deliver(name)
    row = stored(meta, message_id)
    assert (row["status"], row["status_rank"]) == (status, rank)


def test_a_member_of_a_group_neither_reads_nor_fails_the_groups_message(meta: Meta) -> None:
    """Whatever one of them does: only Meta's word on the group itself moves it past "delivered"."""
    message_id = outbound(meta, wamid="wamid.group")
    group = {"recipient_type": "group", "recipient_id": "g"}
    for key in ("recipient_participant_id", "recipient_participant_user_id", "participant_recipient_id"):
        one, other = group | {key: f"{key}1"}, group | {key: f"{key}2"}
        error = {"errors": [{"code": 131047}]}
        meta.deliver_body(make_status_body("wamid.group", "failed", 1795342919, **one, **error))
        row = stored(meta, message_id)
        assert (row["status"] in ("sent", "delivered"), row["failed_at"], row["error"]) == (True, None, None)
        meta.deliver_body(make_status_body("wamid.group", "delivered", 1795342920, **one))
        meta.deliver_body(make_status_body("wamid.group", "read", 1795342921, **one))
        meta.deliver_body(make_status_body("wamid.group", "played", 1795342922, **other))
        row = stored(meta, message_id)
        assert (row["status"], row["status_rank"], row["read_at"]) == ("delivered", 30, None)
        assert row["delivered_at"] == from_unix(1795342920)
    assert meta.conversation()["window_refused_at"] is None
    meta.deliver_body(make_status_body("wamid.group", "read", 1795342930, **group))
    row = stored(meta, message_id)
    assert (row["status"], row["read_at"]) == ("read", from_unix(1795342930))


def test_a_status_without_a_time_counts_from_its_receipt(meta: Meta) -> None:
    for timestamp in (None, "", "soon", []):
        wamid = f"wamid.{timestamp}"
        message_id = outbound(meta, wamid=wamid)
        body = make_status_body(wamid, "read", 1)
        body["entry"][0]["changes"][0]["value"]["statuses"][0]["timestamp"] = timestamp
        for _ in range(2):
            outcomes = meta.deliver_body(body).outcomes
            assert all(outcome in ("stored", "duplicate") for outcome, _ in outcomes)
        row = stored(meta, message_id)
        assert row["status"] == "read"
        assert row["read_at"] is not None


def test_the_state_of_a_payment_is_a_line_and_no_state_of_a_message(meta: Meta) -> None:
    message_id = outbound(meta, wamid="wamid.order")
    payment = {"reference_id": "order-7", "amount": {"value": 21000, "offset": 100}, "currency": "INR"}
    bodies = [
        make_status_body("wamid.order", status, at, type="payment", payment=payment)
        for status, at in (("pending", 1795342920), ("failed", 1795342921), ("captured", 1795342930))
    ]
    meta.deliver_body(*bodies)
    assert meta.deliver_body(bodies[2]).outcomes == {("duplicate", ""): 1}
    assert stored(meta, message_id)["status"] == "sent"
    assert meta.rows("SELECT count(*) AS n FROM message_statuses") == [{"n": 0}]
    lines = [row for row in meta.messages() if row["message_type"] == "payment"]
    assert [line["content"]["payment"]["status"] for line in lines] == ["pending", "failed", "captured"]
    assert {(line["origin"], line["counts_unread"], line["text"]) for line in lines} == {
        ("event", False, "order-7")
    }
    assert meta.conversation()["unread_count"] == 0


def test_every_participant_of_a_group_is_an_event(meta: Meta) -> None:
    meta.deliver("group-status-aggregate")
    assert meta.rows("SELECT count(*) AS n FROM message_statuses") == [{"n": 2}]


def test_legacy_values_are_kept_and_move_nothing(meta: Meta) -> None:
    message_id = outbound(meta)
    meta.deliver("status-legacy-values")
    assert stored(meta, message_id)["status"] == "sent"
    assert meta.rows("SELECT count(*) AS n FROM message_statuses") == [{"n": 2}]


def test_a_status_waits_for_its_message(meta: Meta) -> None:
    meta.deliver("status-read")
    assert meta.conversations() == []
    message_id = outbound(meta)
    from livechat.outbound.delivery.apply_status import settle_parked

    assert list(settle_parked(meta.session, [TEXT_WAMID])) == [message_id]
    meta.session.commit()
    assert stored(meta, message_id)["status"] == "read"


def test_our_own_id_settles_a_send_that_got_no_answer(meta: Meta) -> None:
    ours = UUID("8f0c2b5e-6f0a-4a58-9a3f-2f4f3f6b1c77")
    outbound(meta, wamid=None, id=ours, status="unknown", error={"code": None})
    meta.deliver("status-with-callback-data")
    row = stored(meta, ours)
    assert (row["status"], row["error"]) == ("sent", None)
    assert row["wamid"] == _only_wamid("status-with-callback-data")


def test_our_own_id_settles_nothing_on_another_number(meta: Meta) -> None:
    ours = UUID("8f0c2b5e-6f0a-4a58-9a3f-2f4f3f6b1c77")
    outbound(meta, wamid=None, id=ours, status="unknown")
    meta.session.execute(text("UPDATE chat_messages SET phone_number_id = 'another'"))
    meta.session.commit()
    meta.deliver("status-with-callback-data")
    assert stored(meta, ours)["status"] == "unknown"


def test_a_failure_says_why_and_delivery_beats_it(meta: Meta) -> None:
    wamid = _only_wamid("status-failed-131026")
    message_id = outbound(meta, wamid=wamid)
    meta.deliver("status-failed-131026")
    row = stored(meta, message_id)
    assert row["status"] == "failed"
    assert row["error"]["code"] == 131026
    assert set(row["error"]) == {"code", "title", "detail", "retryable"}
    meta.deliver_body(make_status_body(wamid, "delivered", 1795344100))
    row = stored(meta, message_id)
    assert (row["status"], row["error"]) == ("delivered", None)


def test_meta_says_that_the_window_is_closed(meta: Meta) -> None:
    outbound(meta, wamid=_only_wamid("status-failed-131047"))
    meta.deliver("msg-text", "status-failed-131047")
    assert meta.conversation()["window_refused_at"] == from_unix(1795344000)


def test_a_customer_who_stopped_marketing_is_marked(meta: Meta) -> None:
    outbound(meta, wamid=_only_wamid("status-failed-131050"))
    meta.deliver("status-failed-131050")
    assert meta.conversation()["marketing_opt_out"] is True


def test_trouble_with_the_account_pauses_the_number(meta: Meta) -> None:
    meta.deliver("status-failed-more-codes")
    numbers = meta.rows("SELECT phone_number_id, status, paused_code FROM phone_numbers ORDER BY status DESC")
    assert numbers[0]["phone_number_id"] == NUMBER
    assert numbers[0]["status"] == "paused"
    assert numbers[0]["paused_code"] in (131042, 131031, 131048)
    assert numbers[1]["status"] == "connected"


events = st.lists(
    st.tuples(st.sampled_from([*RANKS, "deleted", "warning", "future"]), st.integers(0, 5)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=events, shuffled=st.randoms(use_true_random=False), split=st.integers(0, 8))
def test_any_order_of_statuses_ends_in_one_state(
    meta: Meta, history: list[tuple[str, int]], shuffled: Any, split: int
) -> None:
    """In order, shuffled, repeated, in one body or several, before or after the message: the same end."""
    meta.session.execute(text("TRUNCATE chat_messages, message_statuses, webhook_events CASCADE"))
    meta.session.commit()
    bodies = [make_status_body("wamid.x", word, 1795341600 + at) for word, at in history]
    early, late = bodies[:split], bodies[split:]
    meta.deliver_body(*early)
    message_id = outbound(meta, "wamid.x", status="sent")
    from livechat.outbound.delivery.apply_status import settle_parked

    settle_parked(meta.session, ["wamid.x"])
    meta.session.commit()
    late += [body for body in bodies if shuffled.random() < 0.5]
    shuffled.shuffle(late)
    best = 20
    for body in late:
        meta.deliver_body(body)
        rank = stored(meta, message_id)["status_rank"]
        assert rank >= best
        best = rank
    expected = max([20, *(RANKS.get(word, 0) for word, _ in history)])
    row = stored(meta, message_id)
    assert row["status_rank"] == expected
    times = [at for word, at in history if word == "delivered"]
    assert row["delivered_at"] == (from_unix(1795341600 + min(times)) if times else None)
