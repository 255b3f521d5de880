"""Who is there: what members say of themselves, what is seen of them, and what follows from both."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Presence(StrEnum):
    """What is seen of somebody: pages say active or idle; of who says nothing any more we say absent."""

    ACTIVE = "active"
    IDLE = "idle"
    ABSENT = "absent"


class Availability(StrEnum):
    """What a member has chosen: away gets nothing new for a while, off is not at work."""

    AVAILABLE = "available"
    AWAY = "away"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a member has chosen, and until when.

    At ``until`` they are available again by themselves. Who is *available* until a time receives until then
    also while no page of theirs is open.
    """

    chosen: Availability
    until: datetime | None

    def at(self, now: datetime) -> "Choice":
        """What holds of it now; it does not wait for whoever writes its end down."""
        has_ended = self.until is not None and self.until <= now
        return Choice(Availability.AVAILABLE, None) if has_ended else self

    def may_receive(self, presence: Presence, now: datetime) -> bool:
        """Whether new conversations may go to this member, as far as being there is concerned."""
        holds = self.at(now)
        return holds.chosen is Availability.AVAILABLE and (
            presence is Presence.ACTIVE or holds.until is not None
        )
