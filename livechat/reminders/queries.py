"""Statements on reminders. Whatever lists them leaves out what their user does not see any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, tuple_, update

from livechat.accounts.queries.visible import all_numbers, conversation_is_seen, seen_numbers
from livechat.core.session import AnySession
from livechat.models import Conversation, PhoneNumber, Reminder


def open_behind(
    session: AnySession, user_id: UUID, behind: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Reminder]:
    """This user's that are not done, the next due first, behind that place."""
    statement = _seen(user_id).where(Reminder.done_at.is_(None))
    if behind is not None:
        statement = statement.where(tuple_(Reminder.due_at, Reminder.id) > tuple_(*behind))
    return session.scalars(statement.order_by(Reminder.due_at, Reminder.id).limit(limit)).all()


def done_behind(
    session: AnySession, user_id: UUID, behind: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Reminder]:
    """This user's that are done, the last done first, behind that place."""
    statement = _seen(user_id).where(Reminder.done_at.is_not(None))
    if behind is not None:
        statement = statement.where(tuple_(Reminder.done_at, Reminder.id) < tuple_(*behind))
    return session.scalars(statement.order_by(Reminder.done_at.desc(), Reminder.id.desc()).limit(limit)).all()


def seen_reminder(session: AnySession, user_id: UUID, reminder_id: UUID) -> Reminder | None:
    """One of this user's."""
    return session.scalars(_seen(user_id).where(Reminder.id == reminder_id)).one_or_none()


def _seen(user_id: UUID) -> Select[Any]:
    statement = (
        select(Reminder)
        .join(Conversation, Conversation.id == Reminder.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
    )
    return (
        seen_numbers(statement, user_id)
        .where(Reminder.user_id == user_id, conversation_is_seen(user_id))
        .execution_options(populate_existing=True)
    )


def mark_done(session: AnySession, reminder_id: UUID) -> None:
    """Mark it, unless it is marked."""
    session.execute(
        update(Reminder)
        .where(Reminder.id == reminder_id, Reminder.done_at.is_(None))
        .values(done_at=func.statement_timestamp())
        .execution_options(synchronize_session=False)
    )


def delete_done(session: AnySession, before: datetime, limit: int) -> int:
    """Delete so many of what was done before then, and say how many; none that somebody has locked."""
    done = select(Reminder.id).where(Reminder.done_at < before).limit(limit).with_for_update(skip_locked=True)
    deleted = session.execute(
        delete(Reminder)
        .where(Reminder.id.in_(done))
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(deleted.all())


def take_due(session: AnySession, limit: int) -> list[UUID]:
    """Mark what is due as told, by their ids; without what others have locked.

    Their conversations are held too, since notifications will name them: a merge goes the other way round.
    """
    due = (
        select(Reminder.id)
        .join(Conversation, Conversation.id == Reminder.conversation_id)
        .where(Reminder.due_at <= func.now(), Reminder.told_at.is_(None), Reminder.done_at.is_(None))
        .order_by(Reminder.id)
        .limit(limit)
        .with_for_update(of=(Reminder, Conversation), key_share=True, skip_locked=True)
    )
    ids = list(session.scalars(due))
    if ids:
        session.execute(
            update(Reminder)
            .where(Reminder.id.in_(ids))
            .values(told_at=func.statement_timestamp())
            .execution_options(synchronize_session=False)
        )
    return ids


def who_is_told(session: AnySession, reminder_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """(user, conversation, reminder) of those of these whose user sees the conversation now."""
    statement = (
        select(Reminder.user_id, Reminder.conversation_id, Reminder.id)
        .join(Conversation, Conversation.id == Reminder.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
    )
    rows = session.execute(
        all_numbers(statement, Reminder.user_id).where(
            Reminder.id.in_(reminder_ids), conversation_is_seen(Reminder.user_id)
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]
