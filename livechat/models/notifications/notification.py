"""One thing that one member is told of, until it is done."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class Notification(Model):
    """Of one cause a member has one, however often it is told. It says that, never what: no text is in it.

    ``cause_id`` is the note of a mention, the change of an assignment or a waking, the reminder, the
    scheduled message that could not be sent, or the message whose window closes. Who lost sight of the
    conversation is not shown it.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('mention', 'assigned', 'reminder', 'window_closing', 'woken')", name="kind"
        ),
        UniqueConstraint("user_id", "kind", "cause_id"),
        Index(None, "user_id", "at", "id"),
        Index("ix_notifications_open", "conversation_id", "user_id", postgresql_where=sql("done_at IS NULL")),
        # A merge asks for all of a conversation's, done or not; the other is for every send.
        Index(None, "conversation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(16))
    cause_id: Mapped[UUID]
    count: Mapped[int] = mapped_column(server_default=sql("1"), default=1)
    at: Mapped[moment] = mapped_column(server_default=func.clock_timestamp())
    seen_at: Mapped[moment | None]
    done_at: Mapped[moment | None]
