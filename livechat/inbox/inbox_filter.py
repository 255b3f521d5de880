"""What a list of conversations may be narrowed to, and how it is sorted."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

# A window that closes sooner than this is closing.
CLOSING_WITHIN = timedelta(hours=2)


class Scope(StrEnum):
    """Whose conversations: of all that the reader sees, theirs, nobody's, one team's, those they follow."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    WATCHING = "watching"


class Unread(StrEnum):
    """``shared``: nobody of the team has read it all. ``mine``: the reader has not."""

    SHARED = "shared"
    MINE = "mine"


class Window(StrEnum):
    """Of the customer service window. What is ``closing`` is open too."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Sort(StrEnum):
    """``waiting``: who has waited longest first. ``closing``: whose window closes next first.

    Those two leave nothing out: conversations that have no such time follow, the latest first.
    """

    RECENT = "recent"
    WAITING = "waiting"
    CLOSING = "closing"


STATUSES = ("open", "snoozed", "resolved")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """None, and an empty set: not asked for. ``team_id`` goes with ``Scope.TEAM``.

    ``labels`` have to be worn all. Where ``few_wear`` one of them, that one leads to the conversations.
    """

    scope: Scope = Scope.ALL
    team_id: UUID | None = None
    status: str | None = None
    labels: frozenset[UUID] = frozenset()
    few_wear: UUID | None = None
    waiting: bool | None = None
    unread: Unread | None = None
    window: Window | None = None
    search: str | None = None
