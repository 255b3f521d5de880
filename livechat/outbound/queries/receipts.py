"""Read receipts: the customer's messages that were read here and not yet reported to Meta."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy import text as sql
from sqlalchemy.sql.elements import ColumnElement

from livechat.core.session import AnySession
from livechat.models import Conversation, Message, PhoneNumber, WabaAccount


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """The newest message to report as read; that covers all before it."""

    wamid: str
    seq: int
    phone_number_id: str
    access_token_encrypted: str
    read_at: datetime


def due_receipt(session: AnySession, conversation_id: UUID) -> DueReceipt | None:
    """The newest read message that Meta was not told of; None where there is none or the number is paused."""
    read = (Message.seq <= Conversation.read_seq, Message.seq > Conversation.receipt_seq)
    return _newest(session, conversation_id, *read)


def newest_from_customer(session: AnySession, conversation_id: UUID) -> DueReceipt | None:
    """The customer's newest message that can be marked as read, whether or not it was read here.

    None where there is none or the number is paused.
    """
    return _newest(session, conversation_id)


def _newest(
    session: AnySession, conversation_id: UUID, *conditions: ColumnElement[bool]
) -> DueReceipt | None:
    """The newest message with these conditions that can be marked as read.

    Event lines and calls cannot: they have ids of another kind (``event:``, ``wacid.``).
    """
    row = session.execute(
        select(
            Message.wamid,
            Message.seq,
            Message.phone_number_id,
            WabaAccount.access_token_encrypted,
            func.clock_timestamp().label("read_at"),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Message.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(
            Message.conversation_id == conversation_id,
            sql("counts_unread"),
            Message.origin == "customer",
            Message.wamid.is_not(None),
            ~Message.wamid.startswith("event:"),
            ~Message.wamid.startswith("wacid"),
            PhoneNumber.status == "connected",
            *conditions,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.wamid is None:
        return None
    return DueReceipt(row.wamid, row.seq, row.phone_number_id, row.access_token_encrypted, row.read_at)


def record_receipt(session: AnySession, conversation_id: UUID, seq: int) -> None:
    """Note that Meta was told of reading up to ``seq``; never backwards, in whatever order tasks end."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(receipt_seq=func.greatest(Conversation.receipt_seq, seq))
        .execution_options(synchronize_session=False)
    )
