"""Where a conversation stands with its team: open, snoozed, resolved, and what moves it from one to another.

A message that is to be answered opens what is resolved or snoozed, by its arrival, whatever time Meta gives
it. One kind of snooze alone sleeps on, the one that says so by its name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from livechat.domain.clock import rfc3339


class ConversationStatus(StrEnum):
    """The three there are."""

    OPEN = "open"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class SnoozeKind(StrEnum):
    """What ends a snooze."""

    # Ended by a reply like ``time_or_reply``, which is the same said aloud.
    TIME = "time"
    REPLY = "reply"
    TIME_OR_REPLY = "time_or_reply"
    TIME_EVEN_IF_REPLY = "time_even_if_reply"


# What opens again within so long after a resolve is the same episode still, as the trigger of migration 0036
# has it; tests hold the two together.
EPISODE_GRACE = timedelta(hours=12)
_LONGEST_SNOOZE = timedelta(days=3653)


class InvalidStandingError(ValueError):
    """A snooze that would never end, or has ended already; ``field`` names what is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Standing:
    """A status; of a snooze also until when and until what. The table's constraints say the same."""

    status: str
    snoozed_until: datetime | None = None
    snooze_kind: str | None = None

    @property
    def snooze(self) -> dict[str, Any] | None:
        """The snooze as it is written down and shown; None where there is none."""
        if self.status != ConversationStatus.SNOOZED:
            return None
        return {"snoozed_until": rfc3339(self.snoozed_until), "snooze_kind": self.snooze_kind}

    def reopened_by_inbound(self) -> bool:
        """Whether a message that is to be answered opens the conversation."""
        if self.status == ConversationStatus.SNOOZED:
            # As migration 0038 has it, for what the previous release stores.
            return self.snooze_kind != SnoozeKind.TIME_EVEN_IF_REPLY
        return self.status == ConversationStatus.RESOLVED


class HasStanding(Protocol):
    """A conversation's row, however it was loaded."""

    @property
    def status(self) -> str: ...
    @property
    def snoozed_until(self) -> datetime | None: ...
    @property
    def snooze_kind(self) -> str | None: ...


def standing_of(row: HasStanding) -> Standing:
    """Where this conversation stands."""
    return Standing(row.status, row.snoozed_until, row.snooze_kind)


OPEN = Standing(ConversationStatus.OPEN.value)


def wanted_standing(
    status: str, snoozed_until: datetime | None, snooze_kind: str | None, now: datetime
) -> Standing:
    """What somebody asks for, if it can be; raises InvalidStandingError."""
    if status != ConversationStatus.SNOOZED:
        for field, given in (("snoozed_until", snoozed_until), ("snooze_kind", snooze_kind)):
            if given is not None:
                raise InvalidStandingError(field, "Only a snooze has this.")
        return Standing(status)
    kind = snooze_kind or SnoozeKind.TIME_OR_REPLY.value
    if kind == SnoozeKind.REPLY:
        if snoozed_until is not None:
            raise InvalidStandingError("snoozed_until", "A snooze until the reply has no time.")
    elif snoozed_until is None:
        raise InvalidStandingError("snoozed_until", "Say until when.")
    elif not now < snoozed_until < now + _LONGEST_SNOOZE:
        raise InvalidStandingError("snoozed_until", "Give a time that is still to come, within ten years.")
    return Standing(status, snoozed_until, kind)


def merged_standing(one: Standing, other: Standing) -> Standing:
    """Of two conversations that become one: what is more awake stands, of two snoozes the earlier end."""
    for status in (ConversationStatus.OPEN, ConversationStatus.SNOOZED):
        both = [each for each in (one, other) if each.status == status]
        if len(both) == 1 or (both and status == ConversationStatus.OPEN):
            return both[0]
        if both:
            return _earlier(one, other)
    return one


def _earlier(one: Standing, other: Standing) -> Standing:
    times = [each.snoozed_until for each in (one, other) if each.snoozed_until is not None]
    until = min(times, default=None)
    if until is None:
        return one
    if one.reopened_by_inbound() != other.reopened_by_inbound() or len(times) == 1:
        return Standing(ConversationStatus.SNOOZED.value, until, SnoozeKind.TIME_OR_REPLY.value)
    return one if one.snoozed_until == until else other
