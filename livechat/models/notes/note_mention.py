"""Who is named in a note."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class NoteMention(Model):
    """A member or a team, by id, in the author's order: names are looked up when they are shown."""

    __tablename__ = "note_mentions"
    __table_args__ = (CheckConstraint("num_nonnulls(user_id, team_id) = 1", name="one"),)

    note_id: Mapped[UUID] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[UUID | None]
    # No foreign key: a mention outlives the team.
    team_id: Mapped[UUID | None]
