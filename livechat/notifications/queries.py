"""Statements on notifications. Whatever lists them leaves out what its user does not see any more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from livechat.accounts.queries.visible import conversation_is_seen, seen_numbers
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.models import Conversation, Notification, PhoneNumber

# One notification of one conversation: (its id, the conversation's).
Told = list[tuple[UUID, UUID]]
# (the user, the conversation, the cause)
Wanted = tuple[UUID, UUID, UUID]


def insert_notifications(
    session: AnySession, kind: str, wanted: Collection[Wanted], *, again: bool = False
) -> Told:
    """Those that are new of these (user, conversation, cause); where ``again``, old ones too, once more."""
    rows = [
        {"id": uuid7(), "kind": kind, "user_id": user, "conversation_id": conversation, "cause_id": cause}
        # Each row's key holds its conversation: in the order in which everybody locks them.
        for user, conversation, cause in sorted(wanted, key=lambda each: each[1])
    ]
    statement = insert(Notification)
    if again:
        statement = statement.on_conflict_do_update(
            index_elements=[Notification.user_id, Notification.kind, Notification.cause_id],
            set_={
                "count": Notification.count + 1,
                "at": func.clock_timestamp(),
                "seen_at": None,
                "done_at": None,
            },
        )
    else:
        statement = statement.on_conflict_do_nothing()
    made = session.execute(statement.returning(Notification.id, Notification.conversation_id), rows)
    return [(row[0], row[1]) for row in made]


def finish_where(session: AnySession, *conditions: ColumnElement[bool]) -> Told:
    """Those that were not done and are now."""
    done = session.execute(finishing(*conditions).execution_options(synchronize_session=False))
    return [(row[0], row[1]) for row in done]


def finishing(*conditions: ColumnElement[bool]) -> ReturningUpdate[UUID, UUID]:
    """The statement that does it."""
    # One moment for both columns: the clock of the database goes on within a statement.
    now = func.statement_timestamp()
    return (
        update(Notification)
        .where(Notification.done_at.is_(None), *conditions)
        .values(done_at=now, seen_at=func.coalesce(Notification.seen_at, now))
        .returning(Notification.id, Notification.conversation_id)
    )


def assignees_of(session: AnySession, conversation_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """{conversation: whose it is}, of those that are somebody's."""
    rows = session.execute(
        select(Conversation.id, Conversation.assignee_id).where(
            Conversation.id.in_(conversation_ids), Conversation.assignee_id.is_not(None)
        )
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def notifications_by_id(session: AnySession, notification_ids: Collection[UUID]) -> Sequence[Notification]:
    """Anybody's; unknown ids are left out."""
    if not notification_ids:
        return []
    return session.scalars(
        select(Notification)
        .where(Notification.id.in_(notification_ids))
        .execution_options(populate_existing=True)
    ).all()


def seen_notifications(
    session: AnySession, user_id: UUID, behind: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Notification]:
    """This user's, the newest first, behind that place."""
    statement = _seen(user_id)
    if behind is not None:
        statement = statement.where(tuple_(Notification.at, Notification.id) < tuple_(*behind))
    return session.scalars(
        statement.order_by(Notification.at.desc(), Notification.id.desc()).limit(limit)
    ).all()


def seen_notification(session: AnySession, user_id: UUID, notification_id: UUID) -> Notification | None:
    """One of this user's."""
    return session.scalars(_seen(user_id).where(Notification.id == notification_id)).one_or_none()


def _seen(user_id: UUID) -> Any:
    statement = (
        select(Notification)
        .join(Conversation, Conversation.id == Notification.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
    )
    return (
        seen_numbers(statement, user_id)
        .where(Notification.user_id == user_id, conversation_is_seen(user_id))
        .execution_options(populate_existing=True)
    )


def forget_done(session: AnySession, before: datetime) -> None:
    """Delete those that were done before then."""
    session.execute(
        delete(Notification).where(Notification.done_at < before).execution_options(synchronize_session=False)
    )
