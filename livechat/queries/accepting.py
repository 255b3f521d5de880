"""Storing a new outbound message: the conversation, its lock, the row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert

from livechat.domain.phone import writings
from livechat.domain.status import RANK, MessageStatus
from livechat.models import (
    NEVER_LEFT,
    Conversation,
    ConversationOtherId,
    Message,
    PhoneNumber,
    WabaAccount,
)
from livechat.queries import waiting_names
from livechat.queries.session import AnySession


def find_conversation(session: AnySession, phone_number_id: str, customer_phone: str) -> UUID | None:
    """The conversation with this phone (digits) on this number, however WhatsApp writes it.

    The given writing goes before others, and a conversation's own number before what else leads to it.
    """
    written = writings(customer_phone)
    own = select(
        Conversation.id, case((Conversation.customer_phone == customer_phone, 0), else_=1).label("rank")
    ).where(Conversation.phone_number_id == phone_number_id, Conversation.customer_phone.in_(written))
    other = select(ConversationOtherId.conversation_id, literal(2)).where(
        ConversationOtherId.phone_number_id == phone_number_id,
        ConversationOtherId.kind == "phone",
        ConversationOtherId.value.in_(written),
        ConversationOtherId.left_at == NEVER_LEFT,
    )
    found = own.union_all(other).subquery()
    return session.execute(
        select(found.c.id).order_by(found.c.rank, found.c.id).limit(1)
    ).scalar_one_or_none()


def create_conversation(session: AnySession, number: PhoneNumber, customer_phone: str) -> UUID:
    """A conversation with a customer who never wrote, or the one that someone else makes at this moment."""
    owner = select(WabaAccount.user_id).where(WabaAccount.id == number.account_id).scalar_subquery()
    made = session.execute(
        insert(Conversation)
        .values(
            user_id=owner,
            phone_number_id=number.phone_number_id,
            customer_phone=customer_phone,
            last_message_time=func.clock_timestamp(),
        )
        .on_conflict_do_nothing(
            index_elements=[Conversation.phone_number_id, Conversation.customer_phone],
            index_where=sql("customer_phone IS NOT NULL"),
        )
        .returning(Conversation.id)
    ).scalar_one_or_none()
    if made is not None:
        _name_from_address_book(session, made, number.phone_number_id, customer_phone)
    # A second statement sees what the other transaction has committed, which RETURNING would not.
    found = find_conversation(session, number.phone_number_id, customer_phone)
    if found is None:
        raise LookupError("The conversation was deleted while it was being created.")
    return found


def _name_from_address_book(
    session: AnySession, conversation_id: UUID, phone_number_id: str, customer_phone: str
) -> None:
    keys = [
        {"number": phone_number_id, "kind": "phone", "value": value} for value in writings(customer_phone)
    ]
    names = [row.name for row in waiting_names.take(session, keys) if row.name]
    if names:
        session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(customer_name=names[0])
            .execution_options(synchronize_session=False)
        )


def lock_conversation(session: AnySession, conversation_id: UUID) -> Conversation | None:
    """The conversation as it is now, locked to the transaction's end; ``seq`` follows the order of locks."""
    return session.execute(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that was inserted: its place in the thread and in the order of sending."""

    message_id: UUID
    timestamp: datetime
    seq: int


def insert_outbound(session: AnySession, **columns: Any) -> Stored | None:
    """Store a message as ``queued``, due at once. None when one of its idempotency keys is taken.

    Its time is read while the conversation is locked, so that a thread shows the order in which it is sent,
    and in whole seconds, as Meta's are: within a second the order of arrival decides, else an answer to our
    message would stand above it.
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
    return Stored(*row) if row is not None else None


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
    """(message, conversation) of the message that sent this one once more; None where there is none."""
    row = session.execute(
        select(Message.id, Message.conversation_id).where(Message.resend_of == message_id)
    ).one_or_none()
    return (row.id, row.conversation_id) if row is not None else None


def status_of(session: AnySession, message_id: UUID) -> str | None:
    """A message's status now."""
    return session.execute(select(Message.status).where(Message.id == message_id)).scalar_one_or_none()
