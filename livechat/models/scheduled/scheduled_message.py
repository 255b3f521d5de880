"""A message that is to be sent at a time."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, Uuid, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class ScheduledMessage(Model):
    """Until it is due it is no message: threads, lists and senders know nothing of it.

    Taking it and making its message is one transaction. Whoever changes it holds its conversation's lock,
    under which the customer's messages are stored too: ``heard_seq`` is behind all that was stored when it
    was scheduled.
    """

    __tablename__ = "scheduled_messages"
    __table_args__ = (
        CheckConstraint("state IN ('scheduled', 'sent', 'cancelled', 'needs_attention')", name="state"),
        CheckConstraint("(state = 'sent') = (message_id IS NOT NULL)", name="message_id"),
        CheckConstraint("(state IN ('cancelled', 'needs_attention')) = (reason IS NOT NULL)", name="reason"),
        CheckConstraint("(state = 'scheduled') = (ended_at IS NULL)", name="ended_at"),
        # The sweep asks for what is due and looks no further back: what was due long ago stands here too.
        Index("ix_scheduled_messages_due", "send_at", "id", postgresql_where=sql("state = 'scheduled'")),
        Index(
            "ix_scheduled_messages_listening",
            "conversation_id",
            postgresql_where=sql("state = 'scheduled' AND cancel_if_customer_writes"),
        ),
        Index(None, "conversation_id", "created_at", "id"),
        Index(None, "phone_number_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(doc="who wrote it, and whose message it will be")
    phone_number_id: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    message_type: Mapped[str] = mapped_column(Text)
    part: Mapped[Any] = mapped_column(JSONB, doc="as it was asked for")
    text: Mapped[str | None] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="as it would be stored if it were sent now")
    reply_to: Mapped[str | None] = mapped_column(Text)
    client_message_id: Mapped[str | None] = mapped_column(Text)
    media_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=sql("'{}'"))
    send_at: Mapped[moment]
    cancel_if_customer_writes: Mapped[bool]
    heard_seq: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default="scheduled", server_default="scheduled")
    reason: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[UUID | None] = mapped_column(doc="no foreign key, as for a last message")
    created_at: Mapped[moment] = mapped_column(server_default=func.now())
    ended_at: Mapped[moment | None]
