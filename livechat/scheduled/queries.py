"""Statements on scheduled messages. Whatever lists them leaves out what the asker does not see."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select, tuple_
from sqlalchemy import text as sql
from sqlalchemy.orm import aliased

from livechat.accounts.queries.visible import Columns, all_numbers, conversation_is_seen, seen_numbers
from livechat.core.session import AnySession
from livechat.models import Conversation, PhoneNumber, ScheduledMessage, WabaAccount, WorkspaceMember

_Author: Any = aliased(WorkspaceMember, name="author")


def scheduled_as(
    session: AnySession, user_id: UUID, scheduled_id: UUID
) -> tuple[ScheduledMessage, WorkspaceMember] | None:
    """The scheduled message, of a conversation that the user sees, and as whom they do."""
    statement = all_numbers(_joined(select(ScheduledMessage, WorkspaceMember)), user_id)
    found = session.execute(
        statement.where(ScheduledMessage.id == scheduled_id, conversation_is_seen(user_id))
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def list_scheduled(
    session: AnySession,
    user_id: UUID,
    *,
    conversation_id: UUID | None,
    states: Collection[str],
    behind: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[datetime, UUID]]:
    """(when, id) of those that the user sees, the last scheduled first, behind that place."""
    columns = select(ScheduledMessage.created_at, ScheduledMessage.id)
    statement = seen_numbers(_joined(columns), user_id).where(conversation_is_seen(user_id))
    if conversation_id is not None:
        statement = statement.where(ScheduledMessage.conversation_id == conversation_id)
    if states:
        statement = statement.where(ScheduledMessage.state.in_(states))
    if behind is not None:
        statement = statement.where(
            tuple_(ScheduledMessage.created_at, ScheduledMessage.id) < tuple_(*behind)
        )
    newest_first = (ScheduledMessage.created_at.desc(), ScheduledMessage.id.desc())
    rows = session.execute(statement.order_by(*newest_first).limit(limit))
    return [(row[0], row[1]) for row in rows]


def scheduled_by_id(session: AnySession, ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """(scheduled message, its author's name as the workspace calls them now) of these."""
    if not ids:
        return []
    statement = (
        select(ScheduledMessage, _Author.name.label("author_name"))
        .join(PhoneNumber, PhoneNumber.phone_number_id == ScheduledMessage.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .outerjoin(
            _Author,
            (_Author.workspace_id == WabaAccount.workspace_id)
            & (_Author.user_id == ScheduledMessage.user_id),
        )
    )
    return session.execute(statement.where(ScheduledMessage.id.in_(ids))).all()


def _joined(statement: Select[*Columns]) -> Select[*Columns]:
    return (
        statement.select_from(ScheduledMessage)
        .join(Conversation, Conversation.id == ScheduledMessage.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == ScheduledMessage.phone_number_id)
    )


def conversation_of(session: AnySession, scheduled_id: UUID) -> UUID | None:
    """Where it is to be sent; None where there is no such scheduled message."""
    return session.scalars(
        select(ScheduledMessage.conversation_id).where(ScheduledMessage.id == scheduled_id)
    ).one_or_none()


def lock_scheduled(session: AnySession, scheduled_id: UUID) -> ScheduledMessage | None:
    """The scheduled message as it is now, locked until the transaction ends."""
    return session.scalars(
        select(ScheduledMessage)
        .where(ScheduledMessage.id == scheduled_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def due_ids(session: AnySession, limit: int) -> Sequence[UUID]:
    """What is due, however long it has been; the longest first."""
    return session.scalars(
        select(ScheduledMessage.id)
        .where(ScheduledMessage.state == "scheduled", ScheduledMessage.send_at <= func.now())
        .order_by(ScheduledMessage.send_at, ScheduledMessage.id)
        .limit(limit)
    ).all()


def answered_ids(session: AnySession, limit: int) -> Sequence[UUID]:
    """What was to be cancelled if the customer writes, where they have."""
    return session.scalars(
        select(ScheduledMessage.id)
        .join(Conversation, Conversation.id == ScheduledMessage.conversation_id)
        .where(
            ScheduledMessage.state == "scheduled",
            ScheduledMessage.cancel_if_customer_writes,
            Conversation.last_counted_seq > ScheduledMessage.heard_seq,
        )
        .order_by(ScheduledMessage.id)
        .limit(limit)
    ).all()


def delete_ended(session: AnySession, before: datetime, limit: int) -> int:
    """Delete so many of what was sent or cancelled before then, and say how many; none that is locked.

    What needs attention has not ended: somebody still has to look at it.
    """
    ended = (
        select(ScheduledMessage.id)
        .where(ScheduledMessage.state.in_(("sent", "cancelled")), ScheduledMessage.ended_at < before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    deleted = session.execute(
        delete(ScheduledMessage)
        .where(ScheduledMessage.id.in_(ended))
        .returning(ScheduledMessage.id)
        .execution_options(synchronize_session=False)
    )
    return len(deleted.all())


def last_seq(session: AnySession) -> int:
    """The ``seq`` that was given to a message last: whatever is stored from now on has a higher one."""
    return int(
        session.execute(
            sql("SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence('chat_messages', 'seq')), 0)")
        ).scalar_one()
    )
