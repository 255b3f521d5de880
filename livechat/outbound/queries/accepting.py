"""Storing a new outbound message, and finding the message that it answers or sends again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.domain.status import RANK, MessageStatus
from livechat.models import Message


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message that was inserted. ``timestamp`` places it in the thread, ``seq`` in the order of sending."""

    message_id: UUID
    timestamp: datetime
    seq: int


def insert_outbound(session: AnySession, **columns: Any) -> StoredMessage | None:
    """Store a message as ``queued``, due at once. None where one of its idempotency keys is taken.

    Its time is read while the conversation is locked, so that a thread shows messages in the order in which
    they are sent. The time is in whole seconds, as Meta's are: within a second the order of arrival decides;
    with fractions, the customer's answer could stand above our message.
    """
    statement = insert(Message).values(
        direction="outbound",
        origin="livechat",
        status=MessageStatus.QUEUED.value,
        status_rank=RANK[MessageStatus.QUEUED],
        timestamp=func.date_trunc("second", func.clock_timestamp()),
        next_attempt_at=func.clock_timestamp(),
        **columns,
    )
    row = session.execute(
        statement.on_conflict_do_nothing().returning(Message.id, Message.timestamp, Message.seq)
    ).one_or_none()
    return StoredMessage(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class Target:
    """A message that another one quotes or reacts to."""

    message_id: UUID
    wamid: str | None
    timestamp: datetime
    is_deleted: bool


_TARGET = (Message.id, Message.wamid, Message.timestamp, Message.content.has_key("revoked_at"))


def find_target(session: AnySession, conversation_id: UUID, *, message_id: UUID) -> Target | None:
    """A message of this conversation by our id."""
    row = session.execute(
        select(*_TARGET).where(Message.id == message_id, Message.conversation_id == conversation_id)
    ).one_or_none()
    return Target(*row) if row is not None else None


def find_target_by_wamid(session: AnySession, conversation_id: UUID, wamid: str) -> Target | None:
    """A message of this conversation by Meta's id."""
    row = session.execute(
        select(*_TARGET).where(Message.wamid == wamid, Message.conversation_id == conversation_id)
    ).one_or_none()
    return Target(*row) if row is not None else None


def find_resend(session: AnySession, message_id: UUID) -> tuple[UUID, UUID] | None:
    """(message, conversation) of the message that sent this one again; None where there is none."""
    row = session.execute(
        select(Message.id, Message.conversation_id).where(Message.resend_of == message_id)
    ).one_or_none()
    return (row.id, row.conversation_id) if row is not None else None


def status_of(session: AnySession, message_id: UUID) -> str | None:
    """A message's status now; None where the message is gone."""
    return session.execute(select(Message.status).where(Message.id == message_id)).scalar_one_or_none()
