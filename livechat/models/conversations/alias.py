"""Where a conversation went that was merged into another."""

from uuid import UUID

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class ConversationAlias(Model):
    """The id of a conversation that was merged into another: links and open pages still find the person."""

    __tablename__ = "conversation_aliases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), index=True
    )
