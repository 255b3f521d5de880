"""Bodies of very many items: stored in parts from the ledger, and nobody waits for their end."""

from typing import Any

import orjson
import pytest
from sqlalchemy import text

from livechat.core.extensions import db
from livechat.inbound import parts, run
from tests.ingest.conftest import ASHA, Meta, envelope, make_text_body


def long_body(count: int, odd: int = 0) -> bytes:
    """``count`` messages of one customer; every ``odd``-th says "Refused"."""
    messages: list[dict[str, Any]] = [
        {
            "id": f"wamid.{n}",
            "from": ASHA,
            "timestamp": str(1795341600 + n),
            "type": "text",
            "text": {"body": "Refused" if odd and n % odd == 0 else f"Text {n}"},
        }
        for n in range(count)
    ]
    return orjson.dumps(envelope({"messages": messages}))


def test_a_long_body_is_stored_whole_and_accounted_for_once(meta: Meta) -> None:
    """One customer's messages stand in their order, whatever part they came in."""
    count = run.MANY_ITEMS + parts.PART_ITEMS + 7
    stored = meta.deliver_body(long_body(count))
    assert [row["wamid"] for row in meta.messages()] == [f"wamid.{n}" for n in range(count)]
    assert meta.conversation()["unread_count"] == count
    assert stored.outcomes == {("stored", ""): count}
    [event] = meta.rows("SELECT state, stored, jsonb_array_length(items) AS items FROM webhook_events")
    assert event == {"state": "done", "stored": count, "items": count}
    again = meta.deliver_body(long_body(count))
    assert again.outcomes == {("duplicate", ""): count}
    assert meta.conversation()["unread_count"] == count


def test_others_have_their_turn_while_a_long_body_is_stored(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parts.store
    posted: list[int] = []

    def store(session: Any, entries: Any) -> Any:
        # One comes in while each part is stored.
        posted.append(meta.post(make_text_body(f"wamid.new.{len(posted)}", phone="919800000001")))
        return real(session, entries)

    monkeypatch.setattr(parts, "store", store)
    meta.deliver_body(long_body(run.MANY_ITEMS * 2))
    assert posted == [200] * (run.MANY_ITEMS * 2 // parts.PART_ITEMS)
    order = meta.rows("SELECT stored FROM webhook_events ORDER BY processed_at")
    assert [row["stored"] for row in order] == [1] * len(posted) + [run.MANY_ITEMS * 2]


def test_what_is_refused_in_a_long_body_falls_out_alone(meta: Meta) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE chat_messages ADD CONSTRAINT picky CHECK (text <> 'Refused')"))
    try:
        count = run.MANY_ITEMS + 10
        stored = meta.deliver_body(long_body(count, odd=100))
        assert stored.outcomes == {("stored", ""): count - 11, ("failed", "CheckViolation"): 11}
        [event] = meta.rows("SELECT state, failed, items FROM webhook_events")
        assert (event["state"], event["failed"]) == ("failed", 11)
        assert [n for n, item in enumerate(event["items"]) if item["outcome"] == "failed"] == [
            n * 100 for n in range(11)
        ]
        assert len(meta.messages()) == count - 11
    finally:
        meta.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE chat_messages DROP CONSTRAINT picky"))


def test_what_a_dead_worker_had_stored_of_a_long_body_is_a_duplicate(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead(BaseException):
        """Nothing that anybody catches."""

    def die(*_: Any) -> Any:
        raise Dead

    assert meta.post(long_body(run.MANY_ITEMS * 2)) == 200
    with monkeypatch.context() as broken:
        broken.setattr("livechat.inbound.draining._Drain._give_way", die)
        with pytest.raises(Dead):
            meta.ingest()
    meta.session.rollback()
    assert len(meta.messages()) == parts.PART_ITEMS
    stored = meta.ingest()
    assert stored.outcomes == {
        ("duplicate", ""): parts.PART_ITEMS,
        ("stored", ""): run.MANY_ITEMS * 2 - parts.PART_ITEMS,
    }
    assert meta.conversation()["unread_count"] == run.MANY_ITEMS * 2
