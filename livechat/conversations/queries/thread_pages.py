"""Reading messages. Every page takes the same number of statements, however old its messages are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Row,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from livechat.accounts.queries.visible import Thread
from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared, Rows
from livechat.files.queries import card_files_column, media_json_column
from livechat.models import (
    Conversation,
    ConversationRead,
    Message,
    MessageChange,
    MessageReaction,
    PhoneNumber,
    WabaAccount,
    WorkspaceMember,
)

_Quoted: Any = aliased(Message, name="quoted")


def message_columns() -> list[Any]:
    """Columns of a message's JSON, in the order of ``MESSAGE_COLUMNS``, and then its number and arrival.

    The last five of the first are looked up by key for each row, which is cheaper than more round trips.
    """
    reply_to = (
        select(_Quoted.id)
        .where(_Quoted.wamid == Message.reply_to_wamid, _Quoted.phone_number_id == Message.phone_number_id)
        .correlate(Message)
        .scalar_subquery()
    )
    reactions = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object("from", MessageReaction.side, "emoji", MessageReaction.emoji),
                    MessageReaction.reacted_at,
                    MessageReaction.actor,
                ),
                type_=JSONB,
            )
        )
        .where(
            MessageReaction.wamid == Message.wamid,
            MessageReaction.phone_number_id == Message.phone_number_id,
            MessageReaction.emoji.is_not(None),
        )
        .correlate(Message)
        .scalar_subquery()
    )
    sender_name = (
        select(WorkspaceMember.name)
        .join(WabaAccount, WabaAccount.workspace_id == WorkspaceMember.workspace_id)
        .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
        .where(
            WorkspaceMember.user_id == Message.sent_by,
            PhoneNumber.phone_number_id == Message.phone_number_id,
        )
        .correlate(Message)
        .scalar_subquery()
    )
    return [
        Message.id,
        Message.conversation_id,
        Message.wamid,
        Message.direction,
        Message.origin,
        Message.message_type,
        Message.text,
        Message.content,
        Message.status,
        Message.error,
        Message.timestamp,
        Message.sent_at,
        Message.delivered_at,
        Message.read_at,
        Message.failed_at,
        Message.client_message_id,
        Message.resend_of,
        Message.sent_by,
        case((Message.sent_by.is_not(None), sender_name)).label("sender_name"),
        reply_to.label("reply_to"),
        reactions.label("reactions"),
        media_json_column().label("media"),
        card_files_column().label("card_files"),
        Message.phone_number_id,
        Message.seq,
    ]


# What ``conversations.present.message_json`` is given of a message: the first of its columns.
MESSAGE_COLUMNS = 23


def plain_message_columns() -> list[Any]:
    """The same without number and arrival, ids and times as PostgreSQL writes them: for plain rows."""
    return [as_written(column) for column in message_columns()[:MESSAGE_COLUMNS]]


def last_message_joins() -> list[tuple[Any, Any]]:
    """What ``message_columns`` of a conversation's last message are taken from, and on what."""
    return [(Message, Message.id == Conversation.last_message_id)]


def as_written(column: Any) -> Any:
    """The column as it is shown: an id or a time as text, anything else as it is."""
    if isinstance(column.type, Uuid | DateTime):
        return cast(column, Text).label(column.name)
    return column


@lru_cache(maxsize=1)
def select_messages() -> Select[Any]:
    """``SELECT`` of ``message_columns``, built once: building it costs more than running it."""
    return select(*message_columns())


def messages_by_id(session: AnySession, message_ids: Sequence[UUID]) -> list[Row[Any]]:
    """Rows of ``message_columns`` for these ids, in no particular order; unknown ids are left out."""
    if not message_ids:
        return []
    return list(session.execute(select_messages().where(Message.id.in_(message_ids))))


def edits_of(session: AnySession, message: Message) -> list[MessageChange]:
    """The edits of a message, the oldest first; deletions are left out."""
    found = session.scalars(
        select(MessageChange)
        .where(
            MessageChange.target_wamid == message.wamid,
            MessageChange.phone_number_id == message.phone_number_id,
            MessageChange.kind == "edit",
            MessageChange.previous.is_not(None),
        )
        .order_by(MessageChange.timestamp, MessageChange.event_wamid)
    )
    return list(found)


# The kinds of a thread's gallery, by Meta's message types. Links are found in the texts.
SHARED_TYPES = {"pictures": ("image", "video"), "files": ("document", "audio")}
SHARED_KINDS = (*SHARED_TYPES, "links")
_LINK = r"(https?://|\mwww\.)\S"
_NEWEST = (Message.timestamp.desc(), Message.id.desc())


def shared_page(
    session: AnySession,
    conversation_id: UUID,
    kind: str | None,
    behind: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Messages of one of ``SHARED_KINDS``, or with None of any; newest first, without deleted ones.

    It walks the thread's own index: shared messages are rare, and an index of them would make storing every
    message slower.
    """
    statement = _page(conversation_id).where(*_is_shared(kind, behind))
    return session.execute(statement.order_by(*_NEWEST).limit(limit)).all()


def shared_in(
    session: AnySession,
    threads: Select[tuple[UUID]],
    kind: str | None,
    behind: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """The same of several threads at once, whose conversations' ids ``threads`` selects.

    Each walks its own index as far as a page needs, and of what they find the newest are read.
    """
    among = threads.subquery()
    of_each = (
        select(Message.id, Message.timestamp)
        .where(Message.conversation_id == among.c.id, *_is_shared(kind, behind))
        .order_by(*_NEWEST)
        .limit(limit)
        .lateral()
    )
    newest = (
        select(of_each.c.id)
        .select_from(among.join(of_each, true()))
        .order_by(of_each.c.timestamp.desc(), of_each.c.id.desc())
        .limit(limit)
    )
    return session.execute(select_messages().where(Message.id.in_(newest)).order_by(*_NEWEST)).all()


def _is_shared(kind: str | None, behind: tuple[datetime, UUID] | None) -> list[ColumnElement[bool]]:
    """Whether a message is of this kind, not deleted, and older than what was shown."""
    types = [name for each in SHARED_TYPES.values() for name in each]
    has_link = and_(Message.message_type == "text", Message.text.op("~*")(_LINK))
    has_file = Message.message_type.in_(types if kind is None else SHARED_TYPES.get(kind, ()))
    wanted = has_link if kind == "links" else or_(has_file, has_link) if kind is None else has_file
    conditions = [wanted, Message.content.has_key("revoked_at").is_(False)]
    if behind is not None:
        conditions.append(tuple_(Message.timestamp, Message.id) < tuple_(*behind))
    return conditions


# The oldest unread message is looked for among so many that were stored first: who joined a long thread and
# never read it does not make every page cost as much as the thread is long.
_MOST_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """Facts of a whole thread. ``anchor`` is (timestamp, seq) of the named message, None if it is not here.

    The first unread message is the oldest by its timestamp of those that the member has not read. The last is
    the one that was stored last of those that they or the team have not read: reading up to it ends both.
    """

    total: int
    first_unread_id: str | None
    last_unread_id: str | None
    anchor: tuple[datetime, int] | None


def thread_facts(session: AnySession, thread: Thread, anchor_id: UUID | None) -> ThreadFacts:
    """What a page says about its whole thread to this member, in one statement."""
    [row] = _facts().rows(
        session,
        id=thread.id,
        user=thread.user_id,
        floor=thread.read_floor_seq,
        team=thread.read_seq,
        anchor=anchor_id,
    )
    total, first_unread_id, last_unread_id, at, seq = row
    return ThreadFacts(total, first_unread_id, last_unread_id, (at, seq) if at is not None else None)


_ID: Any = bindparam("id", type_=Uuid())


@cache
def _facts() -> Prepared:
    of_thread = Message.conversation_id == _ID
    total = select(func.count()).select_from(Message).where(of_thread).scalar_subquery()
    here = and_(of_thread, Message.id == bindparam("anchor", type_=Uuid()))
    anchor = (select(Message.timestamp).where(here), select(Message.seq).where(here))
    return Prepared(
        select(total.label("total"), *_unread(_own_pointer()), *(each.scalar_subquery() for each in anchor))
    )


def _own_pointer() -> ScalarSelect[int]:
    """Up to where the member has read; without a pointer of theirs it is what was there when they joined."""
    moved = select(ConversationRead.read_seq).where(
        ConversationRead.user_id == bindparam("user", type_=Uuid()), ConversationRead.conversation_id == _ID
    )
    floor = bindparam("floor", type_=BigInteger())
    own = select(func.coalesce(moved.scalar_subquery(), floor).label("seq")).cte("own")
    return select(own.c.seq).scalar_subquery()


def _unread(own: ScalarSelect[int]) -> tuple[ScalarSelect[str], ScalarSelect[str]]:
    """The first and the last unread message, as ``ThreadFacts`` has them."""
    stored = select(cast(Message.id, Text).label("id"), Message.timestamp, Message.seq).where(
        Message.conversation_id == _ID
    )
    # Read by the team in a thread that was merged into this one: to a member it still counts.
    apart = stored.where(Message.was_read_apart, Message.seq > own)
    counted = stored.where(Message.counts_unread)
    oldest = counted.where(Message.seq > own).order_by(Message.seq).limit(_MOST_LOOKED_AT)
    # Materialized: otherwise the planner, seeing the order, would walk the thread from its beginning.
    unread = union_all(oldest, apart).cte("unread").prefix_with("MATERIALIZED")
    first = select(unread.c.id).order_by(unread.c.timestamp, unread.c.seq).limit(1)
    team = bindparam("team", type_=BigInteger())
    of_anybody = counted.where(Message.seq > func.least(own, team))
    newest = union_all(of_anybody.order_by(Message.seq.desc()).limit(1), apart).subquery()
    last = select(newest.c.id).order_by(newest.c.seq.desc()).limit(1)
    return first.scalar_subquery(), last.scalar_subquery()


Place = tuple[datetime, int]
_LIMIT: Any = bindparam("limit", type_=BigInteger())
_AT, _SEQ = bindparam("at", type_=DateTime(timezone=True)), bindparam("seq", type_=BigInteger())
_FORWARD = (Message.timestamp, Message.seq)
_BACKWARD = (Message.timestamp.desc(), Message.seq.desc())


def newest_page(session: AnySession, conversation_id: UUID, limit: int, offset: int) -> Rows:
    """``limit`` messages, counted back from the newest after skipping ``offset``; the oldest comes first."""
    return _newest().rows(session, id=conversation_id, limit=limit, offset=offset)[::-1]


def page_before(session: AnySession, conversation_id: UUID, anchor: Place, limit: int) -> Rows:
    """The ``limit`` messages that come right before the anchor in the thread; the oldest comes first."""
    at, seq = anchor
    return _before().rows(session, id=conversation_id, at=at, seq=seq, limit=limit)[::-1]


def page_after(session: AnySession, conversation_id: UUID, anchor: Place, limit: int) -> Rows:
    """The ``limit`` messages that come right after the anchor in the thread; the oldest comes first."""
    at, seq = anchor
    return _after().rows(session, id=conversation_id, at=at, seq=seq, limit=limit)


def page_around(session: AnySession, conversation_id: UUID, anchor: Place, limit: int) -> Rows:
    """Up to ``limit`` messages with the anchor in the middle; the oldest comes first."""
    at, seq = anchor
    before = limit // 2
    return _around().rows(session, id=conversation_id, at=at, seq=seq, before=before, after=limit - before)


@cache
def _newest() -> Prepared:
    page = _plain_page().order_by(*_BACKWARD)
    return Prepared(page.limit(_LIMIT).offset(bindparam("offset", type_=BigInteger())))


@cache
def _before() -> Prepared:
    return Prepared(_plain_page().where(tuple_(*_FORWARD) < _anchor()).order_by(*_BACKWARD).limit(_LIMIT))


@cache
def _after() -> Prepared:
    return Prepared(_plain_page().where(tuple_(*_FORWARD) > _anchor()).order_by(*_FORWARD).limit(_LIMIT))


@cache
def _around() -> Prepared:
    place: list[Any] = [Message.timestamp.label("place_at"), Message.seq.label("place_seq")]
    page = _plain_page().add_columns(*place)
    earlier = page.where(tuple_(*_FORWARD) < _anchor()).order_by(*_BACKWARD)
    later = page.where(tuple_(*_FORWARD) >= _anchor()).order_by(*_FORWARD)
    parts = [
        select(each.limit(bindparam(name, type_=BigInteger())).subquery())
        for each, name in ((earlier, "before"), (later, "after"))
    ]
    both = union_all(*parts).subquery()
    return Prepared(select(*list(both.c)[:MESSAGE_COLUMNS]).order_by(both.c.place_at, both.c.place_seq))


def _plain_page() -> Select[Any]:
    return select(*plain_message_columns()).where(Message.conversation_id == _ID)


def _anchor() -> Any:
    return tuple_(_AT, _SEQ)


def _page(conversation_id: UUID) -> Select[Any]:
    return select_messages().where(Message.conversation_id == conversation_id)


def messages_of_wamid(session: AnySession, wamid: str) -> dict[UUID, UUID]:
    """{message: conversation} of the message with this wamid, empty if we do not have it."""
    rows = session.execute(select(Message.id, Message.conversation_id).where(Message.wamid == wamid))
    return {row.id: row.conversation_id for row in rows}


def messages_quoting(session: AnySession, wamids: Sequence[str]) -> dict[UUID, UUID]:
    """{message: conversation} of messages that quote one of those with these wamids."""
    if not wamids:
        return {}
    rows = session.execute(
        select(Message.id, Message.conversation_id).where(Message.reply_to_wamid.in_(wamids))
    )
    return {row.id: row.conversation_id for row in rows}
