"""Every other id that leads to a conversation."""

from datetime import UTC, datetime
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

# The ``left_at`` of an id that still leads to its conversation.
NEVER_LEFT = datetime(9999, 12, 31, tzinfo=UTC)


class ConversationOtherId(Model):
    """An id beside those in the conversation's row: a former one, left at ``left_at``, or another writing.

    At a given time an id belongs to the row with the first ``left_at`` from then on, else to the conversation
    whose own row has it. A number may have belonged to three people. ``conversation_id`` null: until then it
    belonged to somebody without a conversation.
    """

    __tablename__ = "conversation_other_ids"
    __table_args__ = (CheckConstraint("kind IN ('phone', 'user_id')", name="kind"),)

    phone_number_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    left_at: Mapped[moment] = mapped_column(primary_key=True, doc="by Meta's time; NEVER_LEFT")
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), index=True
    )
