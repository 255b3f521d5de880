"""Which conversation wears which label."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class ConversationLabel(Model):
    """``group_key`` is the folded group of the label: a second label of it cannot be stored."""

    __tablename__ = "conversation_labels"
    __table_args__ = (
        Index(
            "uq_conversation_labels_group",
            "conversation_id",
            "group_key",
            unique=True,
            postgresql_where=sql("group_key IS NOT NULL"),
        ),
        # The list is filtered by it.
        Index(None, "label_id", "conversation_id"),
    )

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    label_id: Mapped[UUID] = mapped_column(ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True)
    group_key: Mapped[str | None] = mapped_column(Text)
    added_by: Mapped[UUID]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
