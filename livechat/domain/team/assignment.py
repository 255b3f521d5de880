"""Automatic assignment by a rule: which rules there are, and who is next by them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import heapify, heappop, heappush
from uuid import UUID


class Mode(StrEnum):
    """``manual``: nothing of the rule works, people assign by hand."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_BUSY = "least_busy"


class Reopen(StrEnum):
    """Whose a resolved conversation is whose customer writes again.

    The same member's while they can receive, else its team's; always its team's; or nobody's and no team's.
    """

    SAME_IF_AVAILABLE = "same_if_available"
    TEAM = "team"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it was set; as it stands here where nobody has set one."""

    mode: Mode = Mode.MANUAL
    limit_per_agent: int = 10
    need_presence: bool = True
    reopen: Reopen = Reopen.SAME_IF_AVAILABLE
    reply_minutes: int | None = None
    max_bounces: int = 3

    @property
    def works(self) -> bool:
        """Whether anything happens by itself."""
        return self.mode is not Mode.MANUAL


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Agent:
    """A member who may answer, with how many open conversations they have, and when one was given them last.

    ``numbers`` None: all of the workspace.
    """

    user_id: UUID
    is_there: bool
    numbers: Set[str] | None
    teams: Set[UUID]
    open_count: int
    last_at: datetime | None

    def is_within(self, phone_number_id: str, team_id: UUID | None) -> bool:
        """Whether the number is theirs to answer, and, where it is a team's conversation, the team theirs."""
        sees_number = self.numbers is None or phone_number_id in self.numbers
        return sees_number and (team_id is None or team_id in self.teams)

    def has_room(self, rule: Rule) -> bool:
        """Whether the rule may give them one more."""
        return (self.is_there or not rule.need_presence) and self.open_count < rule.limit_per_agent


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that is nobody's, whose customer waits. ``excluded`` had it, and let them wait."""

    id: UUID
    phone_number_id: str
    team_id: UUID | None
    excluded: frozenset[UUID] = frozenset()


# A number, and a team or none: what decides which rule holds, and who takes part.
Place = tuple[str, UUID | None]


@dataclass(slots=True)
class Rules:
    """The rules of a workspace. A team's conversations follow their team's rule; without one the number's.

    Also by the rule of the number a team's conversations stay within the team.
    """

    of_numbers: Mapping[str, Rule] = field(default_factory=dict)
    of_teams: Mapping[UUID, Rule] = field(default_factory=dict)

    def at(self, place: Place) -> Rule:
        """What holds for conversations there."""
        number, team = place
        if team is not None and team in self.of_teams:
            return self.of_teams[team]
        return self.of_numbers.get(number, Rule())


def places_with_room(rules: Rules, places: Iterable[Place], agents: Sequence[Agent]) -> list[Place]:
    """Those of the places where somebody may be given one more by the rule that holds there."""
    return [
        place
        for place in places
        if (rule := rules.at(place)).works
        and any(each.has_room(rule) and each.is_within(*place) for each in agents)
    ]


class _Line:
    """Those who take part at a place, whose turn is next first. Turns only move back, and entries lazily."""

    def __init__(self, place: Place, rule: Rule, agents: Iterable[Agent]) -> None:
        self._rule = rule
        self._heap = [(self._turn(each), each) for each in agents if each.is_within(*place)]
        heapify(self._heap)

    def choose(self, excluded: Set[UUID]) -> Agent | None:
        """Whose turn it is, of those who have room. Who has none here gets none again."""
        passed: list[tuple[_Turn, Agent]] = []
        chosen = None
        while self._heap and chosen is None:
            turn, agent = heappop(self._heap)
            if not agent.has_room(self._rule):
                continue
            now = self._turn(agent)
            if turn != now:
                heappush(self._heap, (now, agent))
                continue
            passed.append((turn, agent))
            if agent.user_id not in excluded:
                chosen = agent
        for each in passed:
            heappush(self._heap, each)
        return chosen

    def _turn(self, agent: Agent) -> "_Turn":
        # Of two who were given nothing for equally long the id decides, so that every run decides alike.
        count = agent.open_count if self._rule.mode is Mode.LEAST_BUSY else 0
        return (count, agent.last_at or _NEVER, agent.user_id)


_Turn = tuple[int, datetime, UUID]


def hand_out(
    rules: Rules, waiting: Iterable[Waiting], agents: Sequence[Agent], now: datetime
) -> list[tuple[Waiting, Agent]]:
    """Who is given what, in the order given; whoever is chosen has it counted, and their turn behind them."""
    given: list[tuple[Waiting, Agent]] = []
    lines: dict[Place, _Line] = {}
    for conversation in waiting:
        place = (conversation.phone_number_id, conversation.team_id)
        rule = rules.at(place)
        if not rule.works:
            continue
        if place not in lines:
            lines[place] = _Line(place, rule, agents)
        chosen = lines[place].choose(conversation.excluded)
        if chosen is None:
            continue
        chosen.open_count += 1
        # A moment each, so that the order in which they had their turn survives in the rows.
        chosen.last_at = now + timedelta(microseconds=len(given))
        given.append((conversation, chosen))
    return given
