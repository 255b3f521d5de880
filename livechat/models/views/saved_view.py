"""A filter of the list of conversations, under a name."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps


class SavedView(Timestamps, Model):
    """It says what is asked for, never what is found: whoever opens it sees what they may see."""

    __tablename__ = "saved_views"
    __table_args__ = (
        CheckConstraint("visibility IN ('private', 'team', 'all')", name="visibility"),
        CheckConstraint("(visibility = 'team') = (team_id IS NOT NULL)", name="team"),
        Index(None, "workspace_id"),
        Index(None, "team_id", postgresql_where=sql("team_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    visibility: Mapped[str] = mapped_column(String(16))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    owner_user_id: Mapped[UUID] = mapped_column(doc="who made it; a private one is theirs alone")
    name: Mapped[str] = mapped_column(Text)
    filter: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="parameters of GET /conversations, as given")
    sort: Mapped[str] = mapped_column(String(16))
