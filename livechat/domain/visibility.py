"""Which conversations a member sees. ``accounts.queries.visible`` says it in SQL; a test compares the two."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Visibility(StrEnum):
    """``team``: those of the member's teams, their own and those they follow; ``own``: the latter two."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one member of a workspace sees. ``numbers`` None: all numbers of the workspace."""

    user_id: UUID
    visibility: Visibility
    numbers: frozenset[str] | None = None
    teams: frozenset[UUID] = frozenset()

    def sees_number(self, phone_number_id: str) -> bool:
        """Whether conversations on this number may be seen at all."""
        return self.numbers is None or phone_number_id in self.numbers

    def sees(self, audience: "Audience") -> bool:
        """Whether the member sees this conversation."""
        if not self.sees_number(audience.phone_number_id):
            return False
        if self.visibility is Visibility.ALL:
            return True
        if audience.assignee_id == self.user_id or self.user_id in audience.watchers:
            return True
        return self.visibility is Visibility.TEAM and audience.team_id in self.teams


@dataclass(frozen=True, slots=True)
class Audience:
    """What decides who sees a conversation."""

    phone_number_id: str
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    watchers: Set[UUID] = frozenset()
