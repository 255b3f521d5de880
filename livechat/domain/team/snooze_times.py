"""Until when a snooze lasts that is asked for by a word, by the clock on a workspace's wall."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_EVENING, _MORNING = time(18), time(9)


class SnoozeWord(StrEnum):
    """The words there are. ``reply`` has no time."""

    EVENING = "evening"
    TOMORROW = "tomorrow"
    MONDAY = "monday"
    REPLY = "reply"


def snooze_end(word: SnoozeWord, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When it ends: always to come. An evening that has begun is tomorrow's; a Monday is the next one."""
    today = now.astimezone(zone).date()
    if word is SnoozeWord.REPLY:
        return None
    if word is SnoozeWord.TOMORROW:
        return datetime.combine(today + timedelta(days=1), _MORNING, zone)
    if word is SnoozeWord.MONDAY:
        return datetime.combine(today + timedelta(days=7 - today.weekday()), _MORNING, zone)
    evening = datetime.combine(today, _EVENING, zone)
    return evening if evening > now else datetime.combine(today + timedelta(days=1), _EVENING, zone)
