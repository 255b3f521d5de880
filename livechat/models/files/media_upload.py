"""A file as Meta knows it for one number."""

from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class MediaUpload(Model):
    """A file's id at Meta, which is bound to the number that it was uploaded for and lives 30 days."""

    __tablename__ = "media_uploads"

    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), primary_key=True)
    phone_number_id: Mapped[str] = mapped_column(Text, primary_key=True)
    meta_id: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[moment]
