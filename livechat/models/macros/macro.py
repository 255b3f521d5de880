"""Steps that are taken often, under a name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps


class Macro(Timestamps, Model):
    """The workspace's, a team's or one member's own. Whose it is has no two of one name in use.

    Steps name labels, members, teams and canned replies by their ids. What is gone of these is found when the
    macro is looked at or run: no key holds them.
    """

    __tablename__ = "macros"
    __table_args__ = (
        CheckConstraint("scope IN ('workspace', 'team', 'personal')", name="scope"),
        CheckConstraint("(scope = 'team') = (team_id IS NOT NULL)", name="team"),
        CheckConstraint("(scope = 'personal') = (owner_user_id IS NOT NULL)", name="owner"),
        # ``fold_name`` is a function of the migrations.
        Index(
            "uq_macros_name",
            "workspace_id",
            sql("coalesce(team_id, owner_user_id, workspace_id)"),
            sql("fold_name(name)"),
            unique=True,
            postgresql_where=sql("archived_at IS NULL"),
        ),
        Index(None, "team_id", postgresql_where=sql("team_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(16))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    owner_user_id: Mapped[UUID | None] = mapped_column(doc="whose own it is")
    name: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, doc="as ``macros.macro_steps`` has them")
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID]
