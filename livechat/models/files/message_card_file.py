"""Which file a card of a message carries."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class MessageCardFile(Model):
    """All files of a template with cards; which card shows which its ``content`` says.

    A table of its own: releases before it write ``message_media`` while this one is being rolled out.
    """

    __tablename__ = "message_card_files"
    __table_args__ = (Index(None, "media_id"),)

    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_messages.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), primary_key=True)
