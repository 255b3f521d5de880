"""Which files a canned reply carries."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class CannedReplyMedia(Model):
    """A file that a canned reply is sent with, or that its ``content`` names: kept as long as the reply is.

    The release before knows nothing of it. Where that one removes the upload after a day, the row goes too.
    """

    __tablename__ = "canned_reply_media"
    __table_args__ = (Index(None, "media_id"),)

    canned_reply_id: Mapped[UUID] = mapped_column(
        ForeignKey("canned_replies.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int | None] = mapped_column(
        SmallInteger, doc="among the files it is sent with; null: only its content names it"
    )
