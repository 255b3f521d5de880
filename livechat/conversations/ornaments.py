"""Ornaments: what a conversation is shown with besides its own row, in the list, alone and in live events.

An ornament fills one key of the conversation's JSON: the same for everybody (``@shared``), or for each user
(``@personal``). It is a few columns of the one statement that shows conversations, and a function of their
values. They are listed nowhere else, so a page that listens to events and one that fetches show the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from livechat.accounts.access import parse_id, require_seat
from livechat.accounts.queries.visible import Seat, one_conversation, seat_columns
from livechat.conversations.present import (
    CONVERSATION_COLUMNS,
    Json,
    conversation_json,
    draft_json,
    message_json,
)
from livechat.conversations.queries.drafts import drafts_in
from livechat.conversations.queries.reads import read_total_column, read_total_joins
from livechat.conversations.queries.thread_pages import as_written, plain_message_columns
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared, Rows
from livechat.domain import clock
from livechat.models import Conversation, Draft, Message, PhoneNumber, WabaAccount

# The user who is shown them, in every statement that has personal ornaments.
READER: Any = bindparam("user", type_=Uuid())
# By these the service window is found, so they come as times.
_TIMES = ("last_inbound_at", "window_refused_at")
_OWN = len(CONVERSATION_COLUMNS)


@dataclass(frozen=True, eq=False, slots=True)
class Ornament:
    """``columns`` of a row of ``Conversation`` beside its ``PhoneNumber`` and ``WabaAccount``.

    ``joins``: what they are taken from, and on what; of each at most one row is there. ``show`` makes the
    key's value of the columns' values. ``everybodys`` has all users' personal values, for events.
    """

    columns: Sequence[Any]
    joins: Sequence[tuple[Any, Any]]
    show: Callable[..., Any]
    everybodys: "Everybodys | None" = None


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
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that fills ``key`` for ``READER`` with a value that only they see.

    Without ``everybodys`` it is null in events: then their readers know their own.
    """

    def register(show: Callable[..., Any]) -> Callable[..., Any]:
        PERSONAL[key] = Ornament(columns, joins, show, everybodys)
        return show

    return register


@shared("last_message", plain_message_columns(), [(Message, Message.id == Conversation.last_message_id)])
def _last_message(*row: Any) -> Json | None:
    return message_json(row) if row[0] is not None else None


def _everybodys_drafts(asked: "Asked") -> Mapping[UUID, Mapping[UUID, Json]]:
    found: dict[UUID, dict[UUID, Json]] = {}
    for each in drafts_in(asked.session, asked.ids):
        drafts = found.setdefault(each.conversation_id, {})
        drafts[each.user_id] = draft_json(each.text, each.reply_to, each.updated_at)
    return found


@personal(
    "draft",
    [Draft.text, as_written(Draft.reply_to), as_written(Draft.updated_at)],
    [(Draft, and_(Draft.conversation_id == Conversation.id, Draft.user_id == READER))],
    _everybodys_drafts,
)
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
        self._joins = [join for each in ornaments.values() for join in each.joins]
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
        for target, condition in self._joins:
            statement = statement.outerjoin(target, condition)
        return statement

    def ornaments(self, row: Sequence[Any]) -> Json:
        """The keys of one row that are no columns of its conversation."""
        return {key: show(*row[start:end]) for key, show, start, end in self._parts}

    def json(self, row: Sequence[Any], now: Any) -> Json:
        """The conversation of one row."""
        return conversation_json(row[self._first : self._first + _OWN], self.ornaments(row), now)


def all_shown(first: int) -> Shown:
    """All that there is to show to ``READER``, in a row from ``first`` on."""
    return _all_shown(first, tuple(SHARED.items()), tuple(PERSONAL.items()))


@lru_cache(maxsize=16)
def _all_shown(first: int, *ornaments: tuple[tuple[str, Ornament], ...]) -> Shown:
    return Shown({key: each for some in ornaments for key, each in some}, first)


class ShownByIds:
    """Shows conversations by their ids: in one statement, whatever their number."""

    def __init__(self, ornaments: Mapping[str, Ornament]) -> None:
        self.shown = Shown(ornaments, first=1)
        ids: Any = bindparam("ids", type_=ARRAY(Uuid()))
        statement = (
            select(Conversation.id, *self.shown.columns)
            .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
            .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
            .where(Conversation.id == func.any(cast(ids, ARRAY(Uuid()))))
        )
        self._prepared = Prepared(self.shown.join(statement))

    def rows(self, session: AnySession, ids: Sequence[UUID], user_id: UUID | None) -> Rows:
        """Each begins with the conversation's id; in no particular order."""
        if not ids:
            return []
        session.flush()
        personal = {} if user_id is None else {"user": user_id}
        return self._prepared.rows(session, ids=list(ids), **personal)


def by_ids(*, for_a_user: bool) -> ShownByIds:
    """The statement with all ornaments that there are; personal ones where it is for a user."""
    return _by_ids(tuple(SHARED.items()), tuple(PERSONAL.items()) if for_a_user else ())


@lru_cache(maxsize=8)
def _by_ids(*ornaments: tuple[tuple[str, Ornament], ...]) -> ShownByIds:
    return ShownByIds({key: each for some in ornaments for key, each in some})


@dataclass(frozen=True, slots=True)
class Asked:
    """The conversations that ornaments are loaded for, to be shown to many."""

    session: AnySession
    conversations: Sequence[Conversation]

    @property
    def ids(self) -> list[UUID]:
        return [each.id for each in self.conversations]


class Ornaments:
    """All ornaments of the conversations that were asked for, for all users at once."""

    def __init__(self, asked: Asked) -> None:
        statement = by_ids(for_a_user=False)
        rows = statement.rows(asked.session, asked.ids, None)
        self._shared = {row[0]: statement.shown.ornaments(row) for row in rows}
        # Where no conversation is asked for, neither is the database.
        self._personal = {
            key: each.everybodys(asked) if each.everybodys is not None and rows else {}
            for key, each in PERSONAL.items()
        }

    def of(self, conversation_id: UUID) -> Json:
        """Every key as all users are shown it: personal ones are null."""
        # One that was merged away since it was loaded has nothing.
        shared = self._shared.get(conversation_id, {})
        return {**dict.fromkeys(SHARED), **shared, **dict.fromkeys(PERSONAL)}

    def personal(self, conversation_id: UUID) -> dict[UUID, Json]:
        """{user: their personal keys} of users for whom the conversation has something personal."""
        found = {key: values.get(conversation_id, {}) for key, values in self._personal.items()}
        users = {user for values in found.values() for user in values}
        return {user: {key: values.get(user) for key, values in found.items()} for user in users}


def conversations_by_id(session: AnySession, ids: Sequence[UUID], user_id: UUID) -> dict[UUID, Json]:
    """{id: conversation} as this user sees them; those that are gone by now are left out."""
    statement, now = by_ids(for_a_user=True), clock.now()
    return {row[0]: statement.shown.json(row, now) for row in statement.rows(session, ids, user_id)}


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
    wanted: Any = bindparam("id", type_=Uuid())
    return Prepared(shown.join(one_conversation(select(*seat_columns(), *shown.columns), READER, wanted)))
