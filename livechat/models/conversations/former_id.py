"""Ids that led to a conversation once, for the release before."""

from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class ConversationFormerId(Model):
    """When an id last left a conversation, as the release before reads and writes it; copied by a trigger."""

    __tablename__ = "conversation_former_ids"
    __table_args__ = (CheckConstraint("kind IN ('phone', 'user_id')", name="kind"),)

    phone_number_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), index=True
    )
    left_at: Mapped[moment] = mapped_column(
        doc="Meta's time of the change; later messages are someone else's"
    )
