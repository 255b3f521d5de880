"""What a member was told of is done: by their word, or by itself, when they have done what it is about."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import or_, tuple_
from sqlalchemy.sql.dml import ReturningUpdate

from livechat.core.session import AnySession
from livechat.live.event_log import Change, Kind
from livechat.live.publish import publish
from livechat.models import Notification
from livechat.notifications.notify import ASSIGNED, MENTION
from livechat.notifications.queries import Told, finish_where, finishing


def finish(session: AnySession, notification_id: UUID) -> None:
    """Whoever has it says so; harmless to repeat. The caller has checked whose it is, and commits."""
    tell_done(session, finish_where(session, Notification.id == notification_id))


def finish_cause(session: AnySession, user_id: UUID, kind: str, cause_id: UUID) -> None:
    """The user is through with what they were told of, where they were; harmless to repeat."""
    tell_done(
        session,
        finish_where(
            session,
            Notification.user_id == user_id,
            Notification.kind == kind,
            Notification.cause_id == cause_id,
        ),
    )


def finish_causes(session: AnySession, kind: str, causes: Mapping[UUID, UUID]) -> None:
    """These causes, {cause: conversation}, are no more, whoever was told of them."""
    tell_done(
        session,
        finish_where(
            session,
            Notification.conversation_id.in_(set(causes.values())),
            Notification.kind == kind,
            Notification.cause_id.in_(causes),
        ),
    )


def finish_answered(session: AnySession, user_id: UUID, conversation_id: UUID) -> None:
    """The user has answered the customer: of this conversation nothing is left to tell them."""
    tell_done(
        session,
        finish_where(
            session, Notification.conversation_id == conversation_id, Notification.user_id == user_id
        ),
    )


def finishing_read(user_id: Any, conversation_id: Any) -> ReturningUpdate[UUID, UUID]:
    """The statement, for who opens the conversation and reads it: so they know of who mentioned them.

    Who runs it tells open pages (``tell_done``).
    """
    return finishing(
        Notification.conversation_id == conversation_id,
        Notification.user_id == user_id,
        Notification.kind == MENTION,
    )


def finish_resolved(
    session: AnySession,
    by: UUID | None,
    conversation_ids: Collection[UUID],
    accounts: Mapping[UUID, UUID] | None = None,
) -> None:
    """They are resolved: whoever did that is through with them, and nobody has them to do."""
    tell_done(
        session,
        finish_where(
            session,
            Notification.conversation_id.in_(conversation_ids),
            or_(Notification.user_id == by, Notification.kind == ASSIGNED),
        ),
        accounts,
    )


def finish_handed_on(
    session: AnySession, were: Collection[tuple[UUID, UUID]], accounts: Mapping[UUID, UUID] | None = None
) -> None:
    """These (conversation, user): what was the user's to do is somebody else's."""
    tell_done(
        session,
        finish_where(
            session,
            tuple_(Notification.conversation_id, Notification.user_id).in_(list(were)),
            Notification.kind == ASSIGNED,
        ),
        accounts,
    )


def tell_done(session: AnySession, done: Told, accounts: Mapping[UUID, UUID] | None = None) -> None:
    """Tell open pages that these are done. The caller commits."""
    others = [(conversation, Change(Kind.NOTIFICATION_DONE, id_)) for id_, conversation in done]
    publish(session, others=others, accounts=accounts)
