"""Alarms: webhooks come and are not stored, a busy number falls silent, or a webhook is put off for long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from redis import Redis

from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.inbound.door import arrivals
from livechat.inbound.queries import ledger
from livechat.operations.queries import activity_rows as activity

NOTHING_STORED, SILENT = "nothing_stored", "silent"
# The alarms of numbers, which their owners see too.
CODES = (NOTHING_STORED, SILENT)
# An alarm of the ingest: a webhook was tried without success and still waits after PUT_OFF_AFTER.
PUT_OFF = "put_off"
PUT_OFF_AFTER = timedelta(minutes=1)

# Fewer than five items may be tests from Meta's dashboard, or an odd message that Meta repeats.
LOOK_BACK = timedelta(minutes=15)
FEWEST_ITEMS = 5
# If customers write independently and 20 items are expected, none comes once in 500 million times.
EXPECTED_ITEMS = 20.0
SHORTEST_SILENCE = timedelta(minutes=10)
# A number too young to have a habit may simply be done for today.
SHORTEST_SILENCE_OF_YOUNG = timedelta(minutes=30)
DAYS = 7
DAYS_UNTIL_HABIT = 3
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """``number`` is empty for webhooks that name none; ``detail`` is a sentence without message text."""

    number: str
    code: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Habit:
    """How busy a number usually is; its fields are those of the rows of ``activity_rows.habits``."""

    number: str
    first_hour: datetime
    last_at: datetime
    lately: float
    usual: Mapping[datetime, int]


def alarms(session: AnySession, number: str | None = None) -> list[Alarm]:
    """The alarms of all numbers, or of one, at this moment."""
    now = clock.now()
    found = [*_nothing_stored(session, now), *_silent(session, now, number)]
    return [alarm for alarm in found if number is None or alarm.number == number]


def put_off_in_stream(redis: Redis) -> tuple[int, datetime | None]:
    """(how many webhooks of the Redis stream have been put off for PUT_OFF_AFTER, since when)."""
    count, since = arrivals.put_off(redis, (clock.now() - PUT_OFF_AFTER).timestamp())
    return count, None if since is None else clock.from_unix(since)


def put_off_in_ledger(session: AnySession) -> tuple[int, datetime | None]:
    """(how many ledger rows have been put off for PUT_OFF_AFTER, since when)."""
    return ledger.put_off(session, clock.now() - PUT_OFF_AFTER)


def _nothing_stored(session: AnySession, now: datetime) -> list[Alarm]:
    return [
        Alarm(
            row.number,
            NOTHING_STORED,
            f"{row.received} items of webhooks came within {LOOK_BACK // timedelta(minutes=1)} minutes and "
            "none was stored.",
            row.first,
        )
        for row in activity.troubled_numbers(session, now - LOOK_BACK)
        if row.wanting >= FEWEST_ITEMS
    ]


def _silent(session: AnySession, now: datetime, number: str | None) -> list[Alarm]:
    found = []
    # Who has just been heard is not looked at any closer: that is nearly all in a busy installation.
    rows = activity.habits(
        session, silent_since=now - SHORTEST_SILENCE, hour=_hour_of(now), days=DAYS, number=number
    )
    for row in rows:
        habit = Habit(row.number, row.first_hour, row.last_at, float(row.lately or 0), _by_hour(row.usual))
        expected = expected_items(habit, now)
        if expected >= EXPECTED_ITEMS:
            detail = f"Nothing has come since, where about {expected:.0f} items of webhooks would be usual."
            found.append(Alarm(habit.number, SILENT, detail, habit.last_at))
    return found


def expected_items(habit: Habit, now: datetime) -> float:
    """How many items would usually have come during the present silence; 0 if it is too short to judge.

    After a whole clock hour without items this is the median of the same hour of the last seven days. For a
    shorter silence it is by the hour: the lesser of that median for this hour and the rate of the two hours
    before the silence. So neither closing time nor the hour of opening is an alarm. A number younger than
    three days has no habit yet; half its own rate counts.
    """
    silence = now - habit.last_at
    this_hour = _hour_of(now)
    hours = silence / HOUR
    busy_from = _hour_of(habit.last_at) - HOUR
    rate = habit.lately / max(1.0, (habit.last_at - busy_from) / HOUR)
    if now - habit.first_hour < timedelta(days=DAYS_UNTIL_HABIT):
        return rate / 2 * hours if SHORTEST_SILENCE_OF_YOUNG <= silence <= 2 * HOUR else 0.0
    if habit.last_at < this_hour - HOUR:
        return _usual(habit, this_hour - HOUR)
    return min(rate, _usual(habit, this_hour)) * hours if silence >= SHORTEST_SILENCE else 0.0


def _usual(habit: Habit, hour: datetime) -> float:
    days = min(DAYS, (hour - habit.first_hour) // timedelta(days=1))
    return median(habit.usual.get(hour - timedelta(days=n), 0) for n in range(1, days + 1)) if days else 0.0


def _hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _by_hour(usual: Mapping[str, Any]) -> dict[datetime, int]:
    return {clock.from_unix(int(seconds)): int(items) for seconds, items in usual.items()}
