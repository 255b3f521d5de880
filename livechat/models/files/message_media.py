"""Which file a message carries."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class MessageMedia(Model):
    """The file that a message shows. Several messages may show one file: sent again, or to someone else."""

    __tablename__ = "message_media"
    __table_args__ = (Index(None, "media_id"),)

    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_messages.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"))
