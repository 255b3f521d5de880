"""Times that are not ours: nothing happens after we heard of it, and no odd time costs a message."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from livechat.domain import clock
from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import AccountNews, Broken, Ignored
from tests.ingest.conftest import PAYLOADS, Meta, envelope, make_status_body, make_text_body

RECEIVED = datetime(2026, 11, 29, 12, 0, 0, 123456, tzinfo=UTC)
GRACE = timedelta(minutes=1)
SECONDS = int(RECEIVED.timestamp())
ODD: dict[str, Any] = {
    "13 months ahead": str(SECONDS + 34_000_000),
    "two minutes ahead": SECONDS + 120,
    "the last second of 2099": 4_102_444_799,
    "the year 5000": str(95_617_584_000),
    "past every calendar": "9" * 30,
    "past every double": 1e300,
    "zero": "0",
    "before 1970": "-86400",
    "below every integer": -(2**62),
    "milliseconds ahead": str((SECONDS + 34_000_000) * 1000),
    "nanoseconds ahead": (SECONDS + 34_000_000) * 10**9,
    "words": "tomorrow",
    "true": True,
    "none": None,
    "a list": [SECONDS],
    "an object": {"seconds": SECONDS},
}


def with_times(value: Any, odd: Any) -> Any:
    """The value with every time in it, of whatever it is, as ``odd``."""
    if isinstance(value, list):
        return [with_times(item, odd) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: odd if key in ("timestamp", "time") else with_times(item, odd) for key, item in value.items()
    }


@pytest.mark.parametrize("name", ODD)
def test_whatever_time_a_webhook_says_nothing_is_later_than_its_receipt_or_lost(name: str) -> None:
    for path in sorted(PAYLOADS.glob("*.json")):
        document = json.loads(path.read_bytes())
        usual = parse(json.dumps(document).encode(), RECEIVED)
        odd = parse(json.dumps(with_times(document, ODD[name])).encode(), RECEIVED)
        assert [type(item) for item in odd] == [type(item) for item in usual], path.name
        for item in odd:
            if isinstance(item, AccountNews):
                assert item.happened_at is None or item.happened_at <= RECEIVED + GRACE, path.name
            elif not isinstance(item, Broken | Ignored):
                assert item.timestamp <= RECEIVED + GRACE, path.name


@pytest.mark.parametrize("scale", [1, 1000, 10**6, 10**9])
@pytest.mark.parametrize("form", [int, str, float])
def test_a_time_in_another_unit_is_that_time(scale: int, form: Callable[[int], Any]) -> None:
    said = RECEIVED.replace(microsecond=0) - timedelta(hours=5)
    body = make_text_body()
    body["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = form(int(said.timestamp()) * scale)
    [item] = parse(json.dumps(body).encode(), RECEIVED)
    assert abs(item.timestamp - said) < timedelta(seconds=1)  # type: ignore[union-attr]
    assert "timestamp" not in item.content  # type: ignore[union-attr]


def test_a_minute_of_grace_is_metas_time() -> None:
    body = make_text_body(timestamp=SECONDS + 59)
    [item] = parse(json.dumps(body).encode(), RECEIVED)
    assert item.timestamp.timestamp() == SECONDS + 59  # type: ignore[union-attr]


def test_a_message_from_the_future_stands_and_opens_the_window_as_of_now(meta: Meta) -> None:
    ahead = int(clock.now().timestamp()) + 34_000_000
    meta.deliver_body(make_text_body("wamid.ahead", timestamp=ahead))
    after = clock.now()
    [event] = meta.rows("SELECT received_at FROM webhook_events")
    [message] = meta.messages()
    heard = event["received_at"].replace(microsecond=0)
    assert message["timestamp"] == heard
    assert message["content"]["timestamp"] == str(ahead)
    conversation = meta.conversation()
    assert conversation["last_inbound_at"] == conversation["last_message_time"] == heard
    assert conversation["last_inbound_at"] <= after
    # Whoever writes next is on top.
    meta.deliver_body(make_text_body("wamid.next", timestamp=int(after.timestamp()) + 1))
    assert meta.rows("SELECT wamid FROM chat_messages ORDER BY timestamp DESC, seq DESC LIMIT 1") == [
        {"wamid": "wamid.next"}
    ]
    assert [
        row["wamid"] for row in meta.messages() if row["id"] == meta.conversation()["last_message_id"]
    ] == ["wamid.next"]


def test_a_status_a_reaction_and_an_edit_from_the_future_count_as_of_now(meta: Meta) -> None:
    now = int(clock.now().timestamp())
    meta.deliver_body(make_text_body("wamid.1", timestamp=now - 10))
    ahead = str(now + 34_000_000)
    message = make_text_body()["entry"][0]["changes"][0]["value"]["messages"][0] | {"timestamp": ahead}
    reaction = message | {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}
    edit = message | {
        "id": "wamid.edit",
        "type": "edit",
        "edit": {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "New"}}},
    }
    meta.deliver_body(
        envelope({"messages": [reaction, edit]}), make_status_body("wamid.s", "read", int(ahead))
    )
    times = meta.rows(
        "SELECT reacted_at AS at FROM message_reactions UNION ALL SELECT timestamp FROM message_changes "
        "UNION ALL SELECT timestamp FROM message_statuses UNION ALL SELECT last_inbound_at FROM chat_conversations"
    )
    assert len(times) == 4
    assert all(row["at"] <= clock.now() for row in times)
    [status] = meta.rows("SELECT raw FROM message_statuses")
    assert status["raw"]["timestamp"] == ahead
    # A truer word on the same matter is not outdone by it.
    later = str(int(clock.now().timestamp()) + 2)
    meta.deliver_body(
        envelope(
            {
                "messages": [
                    reaction | {"id": "wamid.r2", "timestamp": later, "reaction": {"message_id": "wamid.1"}}
                ]
            }
        )
    )
    assert meta.rows("SELECT emoji FROM message_reactions") == [{"emoji": None}]


def test_news_from_the_future_do_not_outdo_those_that_come_later(meta: Meta) -> None:
    def news(severity: str, at: int) -> dict[str, Any]:
        value = {"display_phone_number": "917755991053", "event": severity, "current_limit": "TIER_1K"}
        entry = envelope({})["entry"][0] | {"time": at}
        entry["changes"] = [{"field": "phone_number_quality_update", "value": value}]
        return {"object": "whatsapp_business_account", "entry": [entry]}

    now = int(clock.now().timestamp())
    meta.deliver_body(news("FLAGGED", now + 34_000_000))
    [notice] = meta.rows("SELECT happened_at, severity FROM account_notices WHERE code LIKE 'quality%'")
    assert notice["happened_at"] <= clock.now()
    meta.deliver_body(news("UNFLAGGED", int(clock.now().timestamp()) + 2))
    assert meta.rows("SELECT severity FROM account_notices WHERE code LIKE 'quality%'") == [
        {"severity": None}
    ]
