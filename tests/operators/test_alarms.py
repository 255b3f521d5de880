"""Alarms where webhooks come and nothing is stored, and where a busy number falls silent."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.operations.alarms import Habit, expected_items
from tests.api.conftest import Caller, caller
from tests.ingest.conftest import NUMBER, Meta
from tests.operators.conftest import Run
from tests.operators.test_activity import TextBody, ask, owner
from tests.sends.conftest import execute

__all__ = ["caller", "owner"]


def test_an_alarm_where_webhooks_come_and_nothing_is_stored(
    meta: Meta, text_body: TextBody, owner: Caller, client: FlaskClient, livechat: Run
) -> None:
    broken = text_body()
    broken["entry"][0]["changes"][0]["value"]["messages"] = [{"id": None}] * 4
    meta.deliver_body(broken)
    assert ask(owner)["alarms"] == []
    meta.deliver_body(broken)
    [alarm] = ask(owner)["alarms"]
    assert alarm["code"] == "nothing_stored"
    assert alarm["detail"] == "8 items of webhooks came within 15 minutes and none was stored."
    assert alarm["since"] <= rfc3339(clock.now())
    assert 'livechat_webhook_alarms{code="nothing_stored"} 1.0' in client.get("/metrics").text
    meta.deliver_body(text_body())
    assert ask(owner)["alarms"] == []
    assert 'livechat_webhook_alarms{code="nothing_stored"} 0.0' in client.get("/metrics").text


def test_an_alarm_where_a_busy_number_falls_silent(
    meta: Meta, text_body: TextBody, owner: Caller, client: FlaskClient
) -> None:
    meta.deliver_body(text_body())
    this_hour = clock.now().replace(minute=0, second=0, microsecond=0)
    execute("TRUNCATE webhook_counts")
    for days in range(1, 8):
        for hours in (0, 1):
            execute(
                "INSERT INTO webhook_counts (phone_number_id, hour, outcome, reason, items, last_received_at, is_sum) "
                "VALUES (:number, :hour, 'stored', '', 100, :hour, true)",
                number=NUMBER,
                hour=this_hour - timedelta(days=days, hours=hours),
            )
    [alarm] = ask(owner)["alarms"]
    assert (alarm["code"], alarm["since"]) == ("silent", rfc3339(this_hour - timedelta(days=1)))
    assert 'livechat_webhook_alarms{code="silent"} 1.0' in client.get("/metrics").text
    meta.deliver_body(text_body())
    assert ask(owner)["alarms"] == []


NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


def habit(last: timedelta, *, lately: int, usual: int, days: int = 30) -> Habit:
    hours = [NOW.replace(minute=0) - timedelta(days=n, hours=h) for n in range(1, 8) for h in (0, 1)]
    return Habit(
        NUMBER, NOW.replace(minute=0) - timedelta(days=days), NOW - last, lately, dict.fromkeys(hours, usual)
    )


@pytest.mark.parametrize(
    ("given_habit", "is_alarm"),
    [
        (habit(timedelta(minutes=5), lately=10_000, usual=10_000), False),  # too short to speak of
        (habit(timedelta(minutes=25), lately=400, usual=200), True),
        (habit(timedelta(minutes=25), lately=400, usual=2), False),  # it always ends at this time
        (habit(timedelta(minutes=25), lately=2, usual=200), False),  # it has hardly begun today
        (habit(timedelta(hours=20), lately=2, usual=200), True),  # a whole usual hour without any
        (habit(timedelta(hours=20), lately=200, usual=2), False),
        (habit(timedelta(minutes=40), lately=400, usual=0, days=1), True),  # too young for habits
        (habit(timedelta(hours=9), lately=400, usual=0, days=1), False),
    ],
)
def test_when_silence_is_an_alarm(given_habit: Habit, is_alarm: bool) -> None:
    assert (expected_items(given_habit, NOW) >= 20) is is_alarm
