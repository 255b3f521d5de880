"""What one member wants to be told of at a time; no colleague sees it."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class Reminder(Model):
    """It changes nothing of the conversation, and is open until its user says that it is done.

    ``told_at``: when it was found due. Its user was told then, if they still saw the conversation.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        # The sweep asks for what is due and looks no further back: what was due long ago stands here too.
        Index("ix_reminders_due", "due_at", postgresql_where=sql("told_at IS NULL AND done_at IS NULL")),
        Index("ix_reminders_open", "user_id", "due_at", "id", postgresql_where=sql("done_at IS NULL")),
        Index("ix_reminders_done", "user_id", "done_at", "id", postgresql_where=sql("done_at IS NOT NULL")),
        # For a merge.
        Index(None, "conversation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    due_at: Mapped[moment]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[moment] = mapped_column(server_default=func.now())
    told_at: Mapped[moment | None]
    done_at: Mapped[moment | None]
