"""Whose conversation it is, among people."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class PersonConversation(Model):
    """A table of its own, since each message writes its conversation's row and all of its indexes."""

    __tablename__ = "person_conversations"

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
