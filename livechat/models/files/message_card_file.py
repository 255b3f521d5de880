"""Which file a card of a message carries."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class MessageCardFile(Model):
    """A file of a template with cards. The message's ``content`` says which card shows which file.

    The table is apart from ``message_media``, which releases before it write while this one is rolled out.
    """

    __tablename__ = "message_card_files"
    __table_args__ = (Index(None, "media_id"),)

    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_messages.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), primary_key=True)
