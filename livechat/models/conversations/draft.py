"""What an agent is writing, so that their other devices have it too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class Draft(Model):
    """One row for each user and conversation: only its writer sees a draft."""

    __tablename__ = "chat_drafts"

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    reply_to: Mapped[UUID | None] = mapped_column(doc="no foreign key: a draft outlives what it quotes")
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), nullable=False
    )
