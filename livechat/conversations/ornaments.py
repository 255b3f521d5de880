"""Ornaments: what a conversation is shown with besides its own row, in the list, alone and in live events.

An ornament fills one key of the conversation's JSON: the same for everybody (``@shared``), or for each user
(``@personal``). It is a few columns of the one statement that shows conversations, and a function of their
values. They are listed nowhere else, so a page that listens to events and one that fetches show the same.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, true

from livechat.accounts.access import parse_id, require_seat
from livechat.accounts.queries.visible import Seat
from livechat.conversations.present import (
    CONVERSATION_COLUMNS,
    Json,
    conversation_json,
    draft_json,
    message_json,
)
from livechat.conversations.queries.drafts import draft_columns, draft_joins, drafts_in, has_draft
from livechat.conversations.queries.reads import read_total_column, read_total_joins
from livechat.conversations.queries.shown_rows import READER, joined, one_for_reader, these, these_for_many
from livechat.conversations.queries.thread_pages import (
    as_written,
    last_message_joins,
    plain_message_columns,
)
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.domain import clock
from livechat.models import Conversation

# By these the service window is found, so they come as times.
_TIMES = ("last_inbound_at", "window_refused_at")
_OWN = len(CONVERSATION_COLUMNS)


@dataclass(frozen=True, eq=False, slots=True)
class Ornament:
    """``columns`` of a row of ``Conversation`` beside its ``PhoneNumber`` and ``WabaAccount``.

    ``joins``: what they are taken from, and on what; of each at most one row is there. ``show`` makes the
    key's value of the columns' values. ``everybodys`` has all users' personal values, for events; it is asked
    for conversations of which ``anybodys``, a condition, says that there are any.
    """

    columns: Sequence[Any]
    joins: Sequence[tuple[Any, Any]]
    show: Callable[..., Any]
    everybodys: "Everybodys | None" = None
    anybodys: Any = None


# {conversation: {user: value}}, in one statement.
Everybodys = Callable[["Asked"], Mapping[UUID, Mapping[UUID, Any]]]
# {key of the JSON: what fills it}
SHARED: dict[str, Ornament] = {}
PERSONAL: dict[str, Ornament] = {}


def shared(
    key: str, columns: Sequence[Any], joins: Sequence[tuple[Any, Any]] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that fills ``key`` with the same value for all who see the conversation."""

    def register(show: Callable[..., Any]) -> Callable[..., Any]:
        SHARED[key] = Ornament(columns, joins, show)
        return show

    return register


def personal(
    key: str,
    columns: Sequence[Any],
    joins: Sequence[tuple[Any, Any]] = (),
    everybodys: Everybodys | None = None,
    anybodys: Any = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that fills ``key`` for ``READER`` with a value that only they see.

    Without ``everybodys`` it is null in events: then their readers know their own.
    """

    def register(show: Callable[..., Any]) -> Callable[..., Any]:
        PERSONAL[key] = Ornament(columns, joins, show, everybodys, anybodys)
        return show

    return register


@shared("last_message", plain_message_columns(), last_message_joins())
def _last_message(*row: Any) -> Json | None:
    return message_json(row) if row[0] is not None else None


def _everybodys_drafts(asked: "Asked") -> Mapping[UUID, Mapping[UUID, Json]]:
    found: dict[UUID, dict[UUID, Json]] = {}
    for each in drafts_in(asked.session, asked.ids):
        drafts = found.setdefault(each.conversation_id, {})
        drafts[each.user_id] = draft_json(each.text, each.reply_to, each.updated_at)
    return found


@personal("draft", draft_columns(), draft_joins(READER), _everybodys_drafts, has_draft())
def _draft(text: str | None, reply_to: str | None, updated_at: str | None) -> Json | None:
    return draft_json(text, reply_to, updated_at) if text is not None and updated_at is not None else None


@personal("read_total", [read_total_column()], read_total_joins(READER))
def _read_total(total: int) -> int:
    """Not in events: they are rendered once for all, and readers subtract what they have read."""
    return total


class Shown:
    """The columns of shown conversations, and how they are read: ``columns`` in a row from ``first`` on."""

    def __init__(self, ornaments: Mapping[str, Ornament], first: int = 0) -> None:
        names = ((name, getattr(Conversation, name)) for name in CONVERSATION_COLUMNS)
        self.columns: list[Any] = [each if name in _TIMES else as_written(each) for name, each in names]
        self.joins = [join for each in ornaments.values() for join in each.joins]
        self._first = first
        self._parts: list[tuple[str, Callable[..., Any], int, int]] = []
        for key, each in ornaments.items():
            start = first + len(self.columns)
            self.columns += each.columns
            self._parts.append((key, each.show, start, start + len(each.columns)))
        # Two ornaments may use one name; nothing is read by it.
        self.columns = [column.label(f"c{n}") for n, column in enumerate(self.columns)]

    def join(self, statement: Select[Any]) -> Select[Any]:
        """The statement with all that the columns are taken from, besides the conversation's account."""
        return joined(statement, self.joins)

    def ornaments(self, row: Sequence[Any]) -> Json:
        """The keys of one row that are no columns of its conversation."""
        return {key: show(*row[start:end]) for key, show, start, end in self._parts}

    def json(self, row: Sequence[Any], now: datetime, more: Json | None = None) -> Json:
        """The conversation of one row; ``more``: ornaments that are not in it."""
        ornaments = self.ornaments(row)
        if more is not None:
            ornaments |= more
        return conversation_json(row[self._first : self._first + _OWN], ornaments, now)


def all_shown(first: int) -> Shown:
    """All that there is to show to ``READER``, in a row from ``first`` on."""
    return _all_shown(first, tuple(SHARED.items()), tuple(PERSONAL.items()))


@lru_cache(maxsize=16)
def _all_shown(first: int, *ornaments: tuple[tuple[str, Ornament], ...]) -> Shown:
    return Shown({key: each for some in ornaments for key, each in some}, first)


class Whole(NamedTuple):
    """A conversation as a live event shows it to many, and what decides who is told.

    ``reads`` is {user: how many counted messages they have read} of the readers who were asked for and have a
    pointer there, or None. ``personal`` is {user: their personal keys} of those who have something personal.
    """

    id: UUID
    account_id: UUID
    phone_number_id: str
    assignee_id: UUID | None
    team_id: UUID | None
    counted_total: int
    watchers: list[UUID]
    reads: dict[str, int] | None
    json: Json
    personal: Mapping[UUID, Json]


def whole_conversations(
    session: AnySession, conversation_ids: Collection[UUID], readers: Collection[UUID] = ()
) -> dict[UUID, Whole]:
    """{id: conversation}, in one statement, and one for drafts if there are any; unknown ids are left out."""
    if not conversation_ids:
        return {}
    told = [(key, each) for key, each in PERSONAL.items() if each.everybodys is not None]
    shown, prepared = _whole(tuple(SHARED.items()), tuple(each for _, each in told))
    rows = prepared.rows(session, ids=list(conversation_ids), readers=list(readers))
    personal: dict[str, Mapping[UUID, Mapping[UUID, Any]]] = {key: {} for key in PERSONAL}
    for place, (key, each) in enumerate(told, _WHOLE):
        begun = [row[0] for row in rows if row[place]]
        if begun and each.everybodys is not None:
            personal[key] = each.everybodys(Asked(session, begun))
    nobodys, now = dict.fromkeys(PERSONAL), clock.now()
    found = {}
    for row in rows:
        json = shown.json(row, now, nobodys)
        of_users = {key: values.get(row[0], {}) for key, values in personal.items()}
        users = {user for values in of_users.values() for user in values}
        theirs = {user: {key: values.get(user) for key, values in of_users.items()} for user in users}
        found[row[0]] = Whole._make((*row[:_WHOLE], json, theirs))
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """The conversations of which everybody's personal values are loaded."""

    session: AnySession
    ids: Sequence[UUID]


# How many fields of ``Whole`` are columns. Behind them stands of which personal ornaments there are any.
_WHOLE = 8


@lru_cache(maxsize=8)
def _whole(ornaments: tuple[tuple[str, Ornament], ...], told: tuple[Ornament, ...]) -> tuple[Shown, Prepared]:
    shown = Shown(dict(ornaments), first=_WHOLE + len(told))
    conditions = [true() if each.anybodys is None else each.anybodys for each in told]
    return shown, these_for_many(conditions, shown.columns, shown.joins)


def conversations_by_id(session: AnySession, ids: Sequence[UUID], user_id: UUID) -> dict[UUID, Json]:
    """{id: conversation} as this user sees them; those that are gone by now are left out."""
    # Where no conversation is asked for, neither is the database.
    if not ids:
        return {}
    session.flush()
    shown, now = all_shown(first=1), clock.now()
    rows = _by_ids(shown).rows(session, ids=list(ids), user=user_id)
    return {row[0]: shown.json(row, now) for row in rows}


@lru_cache(maxsize=8)
def _by_ids(shown: Shown) -> Prepared:
    return these(shown.columns, shown.joins)


def conversations_json(
    session: AnySession, conversations: Sequence[Conversation], user_id: UUID
) -> list[Json]:
    """The conversations as this user sees them, in the order given; NotFoundError where one is gone."""
    ids = [each.id for each in conversations]
    shown = conversations_by_id(session, ids, user_id)
    if missing := [each for each in ids if each not in shown]:
        raise NotFoundError(f"There is no such conversation: {missing[0]}.")
    return [shown[each] for each in ids]


_SEAT = len(Seat._fields)


def show_conversation(session: AnySession, user_id: UUID, conversation_id: str) -> Json:
    """One as this user is shown it, also by the id of one that was merged into it: by one statement in all.

    NotFoundError, ForbiddenError.
    """
    wanted, shown = parse_id(conversation_id, "conversation"), all_shown(first=_SEAT)
    rows = _one(shown).rows(session, user=user_id, id=wanted)
    if not rows:
        raise NotFoundError("There is no such conversation.")
    [row] = rows
    require_seat(Seat(*row[:_SEAT]))
    return shown.json(row, clock.now())


@lru_cache(maxsize=8)
def _one(shown: Shown) -> Prepared:
    return one_for_reader(shown.columns, shown.joins)
