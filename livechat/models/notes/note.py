"""A private note of the team on a conversation."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Words, moment


class Note(Model):
    """A type of its own: whatever sends takes messages, so a note cannot reach Meta by a forgotten flag.

    A deleted note keeps its place in the thread, and its text in ``note_versions`` alone.
    """

    __tablename__ = "notes"
    __table_args__ = (
        CheckConstraint("(body IS NULL) = (deleted_at IS NOT NULL)", name="deleted"),
        Index(None, "conversation_id", "created_at", "id"),
        Index("ix_notes_words", "search", postgresql_using="gin"),
        Index("ix_notes_recent", sql("created_at DESC"), sql("id DESC")),
        Index("ix_notes_wordless", "id", postgresql_where=sql("search IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    author_id: Mapped[UUID]
    body: Mapped[str | None] = mapped_column(Text)
    # The database's clock, under the conversation's lock: a note never appears before one that was there.
    created_at: Mapped[moment] = mapped_column(server_default=func.clock_timestamp())
    edited_at: Mapped[moment | None]
    deleted_at: Mapped[moment | None]
    deleted_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)
    search: Mapped[list[str] | None] = mapped_column(
        Words, deferred=True, doc="the words that find it; null: not yet looked at"
    )
