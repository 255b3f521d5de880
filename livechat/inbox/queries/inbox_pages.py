"""Pages of the inbox, whatever it is narrowed to and however it is sorted, at the same cost at any depth.

What a reader sees is found by *walks*. Each walk goes along an index in the order of the page, from its place
on, and stops after one page: number by number, along what is a member's or a team's, or through what the
reader follows. The walks' ends are then sorted together. A walk is only a way to find conversations quickly:
that the reader sees them, and that they are what was asked for, is a condition of each walk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.selectable import FromClause

from livechat.accounts.queries.visible import Member, View
from livechat.conversations.ornaments import Shown
from livechat.conversations.queries.shown_rows import READER
from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.inbox.inbox_filter import STATUSES, InboxFilter, Scope, Sort, Window
from livechat.inbox.queries.inbox_conditions import Condition, conditions_of, followed_by, window_is
from livechat.models import (
    Conversation,
    ConversationLabel,
    PhoneNumber,
    TeamMember,
    WabaAccount,
)
from livechat.web.paging import SortedPlace

# What a tab counts to at most.
MANY = 1000


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the parts of a sort: what is in it, by which key, which way."""

    key: Any
    descends: bool = True
    condition: Condition | None = None
    # Whether the indexes by member, team and standing are sorted by this key.
    is_recent: bool = True

    def order(self, key: Any, id_: Any) -> list[Any]:
        return [key.desc(), id_.desc()] if self.descends else [key.asc(), id_.asc()]

    def behind(self, place: SortedPlace) -> Condition:
        here, there = tuple_(self.key, Conversation.id), tuple_(place.key, place.id)
        return here < there if self.descends else here > there


def inbox_page(
    session: AnySession,
    views: Sequence[View],
    wanted: InboxFilter,
    sort: Sort,
    shown: Shown,
    *,
    user_id: UUID,
    limit: int,
    asked_at: datetime,
    behind: SortedPlace | None = None,
) -> list[tuple[tuple[Any, ...], SortedPlace]]:
    """What of ``wanted`` the reader sees by these ``views``, in order, each with the cursor's place.

    A row begins with key and id, and what ``shown`` shows of a conversation stands behind.
    """
    found: list[tuple[tuple[Any, ...], SortedPlace]] = []
    for number, part in enumerate(_parts(sort, wanted, asked_at)):
        if part is None or len(found) == limit or (behind is not None and number < behind.part):
            continue
        place = behind if behind is not None and number == behind.part else None
        asked = _Asked(views, wanted, user_id, asked_at, place)
        shape = _Shape(
            sort,
            number,
            asked.shape(),
            tuple(view.member.visibility for view in views),
            place is not None,
            limit - len(found),
        )
        for row in _rows_of_part(session, shape, shown, asked):
            found.append((row, SortedPlace(number, row[0], row[1], asked_at)))
    return found


@dataclass(frozen=True, slots=True)
class _Shape:
    """All that decides how the statement of a page is put together; of ``wanted`` the status alone."""

    sort: Sort
    part: int
    wanted: InboxFilter
    visibilities: tuple[str, ...]
    has_place: bool
    limit: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """The values of one page, and the same as parameters of its statement."""

    views: Sequence[View]
    wanted: InboxFilter
    user_id: UUID
    asked_at: datetime
    place: SortedPlace | None

    def shape(self) -> InboxFilter:
        wanted = self.wanted
        return replace(
            wanted,
            team_id=None if wanted.team_id is None else _ANY,
            labels=frozenset(UUID(int=n) for n in range(len(wanted.labels))),
            few_wear=None if wanted.few_wear is None else _ANY,
        )

    def values(self) -> dict[str, Any]:
        labels = {f"label_{n}": each for n, each in enumerate(sorted(self.wanted.labels))}
        numbers = {f"numbers_{n}": list(view.numbers) for n, view in enumerate(self.views)}
        floors = {f"floor_{n}": view.member.read_floor_seq for n, view in enumerate(self.views)}
        place = {} if self.place is None else {"place_key": self.place.key, "place_id": self.place.id}
        given = {"user": self.user_id, "team": self.wanted.team_id, "few_wear": self.wanted.few_wear}
        return {**labels, **numbers, **floors, **place, **given, "now": self.asked_at}


_ANY = UUID(int=0)


def _rows_of_part(session: AnySession, shape: _Shape, shown: Shown, asked: _Asked) -> Sequence[Any]:
    if not shape.visibilities:
        return []
    if shape.wanted.search is None:
        return _prepared(shape, shown).rows(session, **asked.values())
    # What is searched for decides how it is put together: this one is not kept.
    statement = _statement(session, shape, shown, [view.numbers for view in asked.views])
    return [tuple(row) for row in session.execute(statement, asked.values())]


@lru_cache(maxsize=256)
def _prepared(shape: _Shape, shown: Shown) -> Prepared:
    return Prepared(_statement(None, shape, shown))


def _statement(
    session: AnySession | None, shape: _Shape, shown: Shown, numbers: Sequence[Sequence[str]] = ()
) -> Select[Any]:
    """The page of this shape, its values as parameters: those of ``_Asked.values``."""
    now: Any = bindparam("now", type_=DateTime(timezone=True))
    wanted = replace(
        shape.wanted,
        team_id=None if shape.wanted.team_id is None else _uuid("team"),
        labels=frozenset(_uuid(f"label_{each.int}") for each in shape.wanted.labels),
        few_wear=None if shape.wanted.few_wear is None else _uuid("few_wear"),
    )
    views = [
        View(
            Member(_ANY, READER, "", visibility, bindparam(f"floor_{n}", type_=BigInteger())),  # type: ignore[arg-type]
            numbers[n] if numbers else bindparam(f"numbers_{n}", type_=ARRAY(Text())),  # type: ignore[arg-type]
        )
        for n, visibility in enumerate(shape.visibilities)
    ]
    part = _parts(shape.sort, wanted, now)[shape.part]
    place: Any = None
    if shape.has_place:
        key = bindparam("place_key", type_=DateTime(timezone=True))
        place = SortedPlace(shape.part, key, _uuid("place_id"), now)  # type: ignore[arg-type]
    if part is None:
        raise LookupError("Nothing of what is wanted is in this part.")
    # As a number and not a parameter, so that a plan that is kept knows how little is asked for.
    limit: Any = literal_column(str(shape.limit), BigInteger)
    walks = _walks(session, views, wanted, part, limit, now, place)
    found = _merged(walks, part, limit).subquery()
    statement = (
        select(part.key, Conversation.id, *shown.columns)
        .join(found, found.c.id == Conversation.id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
    )
    return shown.join(statement).order_by(*part.order(part.key, Conversation.id))


def _uuid(name: str) -> Any:
    return bindparam(name, type_=Uuid())


def inbox_ids(
    session: AnySession, views: Sequence[View], wanted: InboxFilter, *, limit: int, asked_at: datetime
) -> list[UUID]:
    """The ids of what of ``wanted`` the reader sees, the latest first."""
    part = _Part(Conversation.last_message_time)
    walks = _walks(session, views, wanted, part, limit, asked_at, None)
    return list(session.scalars(_merged(walks, part, limit))) if walks else []


def inbox_counts(
    session: AnySession, views: Sequence[View], wanted: dict[str, InboxFilter], *, asked_at: datetime
) -> dict[str, int]:
    """{name: how many the list has}, none counted further than ``MANY``, in one statement."""
    counts: dict[str, Any] = {}
    for name, each in wanted.items():
        walks = _walks(session, views, each, None, MANY, asked_at, None)
        found = _together(walks).limit(MANY).subquery() if walks else None
        counts[name] = literal(0) if found is None else _count(found)
    row = session.execute(select(*(count.label(name) for name, count in counts.items()))).one()
    return dict(row._mapping)


def _count(found: FromClause) -> Any:
    return select(func.count()).select_from(found).scalar_subquery()


def _parts(sort: Sort, wanted: InboxFilter, now: datetime) -> list[_Part | None]:
    """None: nothing of ``wanted`` is in it, and nobody has to look."""
    latest = Conversation.last_message_time
    if sort is Sort.WAITING:
        waits = Conversation.waiting_since.is_not(None)
        first = _Part(Conversation.waiting_since, descends=False, condition=waits, is_recent=False)
        then = _Part(latest, condition=Conversation.waiting_since.is_(None))
        return [None if wanted.waiting is False else first, None if wanted.waiting else then]
    if sort is Sort.CLOSING:
        open_ = window_is(Window.OPEN, now)
        first = _Part(Conversation.last_inbound_at, descends=False, condition=open_, is_recent=False)
        then = _Part(latest, condition=window_is(Window.CLOSED, now))
        is_shut = wanted.window is Window.CLOSED
        return [None if is_shut else first, then if is_shut or wanted.window is None else None]
    return [_Part(latest)]


def _merged(walks: Sequence[Select[Any]], part: _Part, limit: int) -> Select[Any]:
    found = _together(walks).subquery()
    return select(found.c.id, found.c.key).order_by(*part.order(found.c.key, found.c.id)).limit(limit)


def _together(walks: Sequence[Select[Any]]) -> Any:
    """Of what several walks find each conversation once."""
    return walks[0] if len(walks) == 1 else select(union(*walks).subquery())


def _walks(
    session: AnySession | None,
    views: Sequence[View],
    wanted: InboxFilter,
    part: _Part | None,
    limit: int,
    now: datetime,
    place: SortedPlace | None,
) -> list[Select[Any]]:
    """Each finds ``id`` and ``key`` of at most ``limit``. Without a ``part`` ids alone, in any order."""
    walks: list[Select[Any]] = []
    for view in views:
        conditions = conditions_of(session, view, wanted, now)
        if part is not None and part.condition is not None:
            conditions.append(part.condition)
        if part is not None and place is not None:
            conditions.append(part.behind(place))
        walks += [_walk(*way, conditions, part, limit) for way in _ways(view, wanted, part)]
    return walks


def _walk(
    branches: FromClause | None,
    along: Sequence[Condition],
    conditions: Sequence[Condition],
    part: _Part | None,
    limit: int,
) -> Select[Any]:
    """Where there are ``branches``, one page of each: the planner cannot be brought to merge them lazily."""
    page = select(Conversation.id.label("id")).where(*along, *conditions).limit(limit)
    if part is not None:
        page = page.add_columns(part.key.label("key")).order_by(*part.order(part.key, Conversation.id))
    if branches is None:
        return select(*page.subquery().c)
    inner = page.correlate(branches).lateral()
    return select(*inner.c).select_from(branches.join(inner, true()))


Way = tuple[FromClause | None, list[Condition]]


def _ways(view: View, wanted: InboxFilter, part: _Part | None) -> list[Way]:
    """Ways that together lead to all that the reader sees of ``wanted``, each on the view's numbers."""
    sees_all = view.member.visibility == "all"
    has_a_way = wanted.few_wear is not None or wanted.search is not None
    if sees_all and not has_a_way and wanted.scope in (Scope.ALL, Scope.UNASSIGNED):
        return [_by_number(view, wanted, _statuses(wanted, part))]
    on_numbers = Conversation.phone_number_id == func.any(_array(view.numbers, Text()))
    return [(branches, [*way, on_numbers]) for branches, way in _other_ways(view, wanted, part)]


def _other_ways(view: View, wanted: InboxFilter, part: _Part | None) -> list[Way]:
    me, by_team = view.member.user_id, view.member.visibility == "team"
    if wanted.search is not None:
        return [(None, [])]
    if wanted.few_wear is not None:
        return [_by_label(wanted.few_wear)]
    if wanted.scope is Scope.WATCHING:
        return [_by_following(me)]
    statuses = _statuses(wanted, part)
    if wanted.scope is Scope.MINE:
        return [_by_member(me, statuses)]
    if wanted.scope is Scope.TEAM and view.member.visibility == "all":
        return [_by_team([wanted.team_id], statuses)]
    ways = [_by_following(me)]
    if wanted.scope is not Scope.UNASSIGNED:
        ways.append(_by_member(me, statuses))
    if by_team:
        ways.append(_by_team(_teams_of(me), statuses))
    return ways


def _statuses(wanted: InboxFilter, part: _Part | None) -> list[str] | None:
    """The statuses to go through one by one.

    None where a sort has no index of its own by member or team: what one has is little enough to be sorted.
    None also where those are counted who wait, or whose windows close: an index has these alone.
    """
    if part is None and (wanted.waiting or wanted.window is Window.CLOSING):
        return None
    if part is not None and not part.is_recent:
        return None
    return list(STATUSES) if wanted.status is None else [wanted.status]


def _by_number(view: View, wanted: InboxFilter, statuses: list[str] | None) -> Way:
    numbers = _values("numbers", view.numbers, Text())
    way: list[Condition] = [Conversation.phone_number_id == numbers.c.value]
    is_unassigned = wanted.scope is Scope.UNASSIGNED
    # The index of the whole list serves where neither is asked for.
    if statuses is None or (wanted.status is None and not is_unassigned):
        return numbers, way
    frees = _values("frees", [True] if is_unassigned else [True, False], Boolean())
    way.append(Conversation.assignee_id.is_(None) == frees.c.value)
    return _with_statuses(numbers.join(frees, true()), way, statuses)


def _by_member(user_id: UUID, statuses: list[str] | None) -> Way:
    return _with_statuses(None, [Conversation.assignee_id == user_id], statuses)


def _by_team(teams: Any, statuses: list[str] | None) -> Way:
    named = _values("teams", teams, Uuid()) if isinstance(teams, list) else teams.subquery("teams")
    return _with_statuses(named, [Conversation.team_id == named.c.value], statuses)


def _with_statuses(branches: FromClause | None, way: list[Condition], statuses: list[str] | None) -> Way:
    # Of one status it is a condition already.
    if statuses is None or len(statuses) == 1:
        return branches, way
    kinds = _values("statuses", statuses, Text())
    joined = kinds if branches is None else branches.join(kinds, true())
    return joined, [*way, Conversation.status == kinds.c.value]


def _by_following(user_id: UUID) -> Way:
    return None, [_among(followed_by(user_id))]


def _by_label(label_id: UUID) -> Way:
    return None, [
        _among(select(ConversationLabel.conversation_id).where(ConversationLabel.label_id == label_id))
    ]


def _among(ids: Select[Any]) -> Condition:
    """One of few: as an array, so that they are looked up by their key."""
    return Conversation.id == func.any(func.array(ids.scalar_subquery()))


def _teams_of(user_id: UUID) -> Select[Any]:
    return select(TeamMember.team_id.label("value")).where(TeamMember.user_id == user_id)


def _values(name: str, values: Any, kind: Any) -> FromClause:
    return func.unnest(_array(values, kind)).table_valued("value").render_derived(name=name)


def _array(values: Any, kind: Any) -> Any:
    """An array of these values, some of which may be parameters, or of those that one parameter will have."""
    if not isinstance(values, BindParameter):
        is_given = not any(isinstance(each, BindParameter) for each in values)
        values = list(values) if is_given else array(values)
    return cast(values, ARRAY(kind))
