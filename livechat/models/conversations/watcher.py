"""Who follows a conversation that may not be theirs."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class ConversationWatcher(Model):
    """Following gives sight of the conversation; of its number only where the member has that already."""

    __tablename__ = "conversation_watchers"
    __table_args__ = (Index(None, "user_id"),)

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
