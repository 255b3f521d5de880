"""A reply that is kept to be sent often."""

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


class CannedReply(Timestamps, Model):
    """The workspace's, a team's or one member's own. Whose it is has no two of one shortcut in use."""

    __tablename__ = "canned_replies"
    __table_args__ = (
        CheckConstraint("scope IN ('workspace', 'team', 'personal')", name="scope"),
        CheckConstraint("(scope = 'team') = (team_id IS NOT NULL)", name="team"),
        CheckConstraint("(scope = 'personal') = (owner_user_id IS NOT NULL)", name="owner"),
        # ``fold_name`` is a function of the migrations.
        Index(
            "uq_canned_replies_shortcut",
            "workspace_id",
            sql("coalesce(team_id, owner_user_id, workspace_id)"),
            sql("fold_name(shortcut)"),
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
    shortcut: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, doc="with variables")
    content: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc="an interactive message under Meta's names, with variables"
    )
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID]
