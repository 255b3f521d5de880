"""What a note said before it was edited or deleted."""

from uuid import UUID

from sqlalchemy import ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class NoteVersion(Model):
    """The text of one version, until when it stood, and who replaced or deleted it."""

    __tablename__ = "note_versions"

    note_id: Mapped[UUID] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[moment] = mapped_column(server_default=func.clock_timestamp())
    replaced_by: Mapped[UUID]
