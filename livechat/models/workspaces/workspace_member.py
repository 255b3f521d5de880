"""Who belongs to a workspace, and what they may do there."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class WorkspaceMember(Model):
    """*The* row behind every right: roles and sight come from here, never from a token.

    Members are never deleted: who is ``removed`` keeps the name, for what they wrote.
    """

    __tablename__ = "workspace_members"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'agent', 'viewer')", name="role"),
        CheckConstraint("state IN ('active', 'suspended', 'removed')", name="state"),
        CheckConstraint("visibility IN ('all', 'team', 'own')", name="visibility"),
        CheckConstraint("availability IN ('available', 'away', 'off')", name="availability"),
        CheckConstraint("number_scope IN ('all', 'some')", name="number_scope"),
        UniqueConstraint("workspace_id", "user_id", "state"),
        Index(None, "user_id"),
        Index(None, "available_again_at", postgresql_where=sql("available_again_at IS NOT NULL")),
    )

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="active", server_default="active")
    visibility: Mapped[str] = mapped_column(String(16), default="all", server_default="all")
    number_scope: Mapped[str] = mapped_column(
        String(16), default="all", server_default="all", doc="some: those of member_numbers"
    )
    name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    availability: Mapped[str] = mapped_column(
        String(16), default="available", server_default="available", doc="what they have chosen"
    )
    available_again_at: Mapped[moment | None] = mapped_column(doc="when that ends; null: when they say so")
    last_auto_assigned_at: Mapped[moment | None] = mapped_column(
        doc="when a rule gave them a conversation last: who has waited longest is next"
    )
    joined_at: Mapped[moment] = mapped_column(server_default=func.now())
    read_floor_seq: Mapped[int] = mapped_column(
        BigInteger,
        server_default=sql("0"),
        default=0,
        doc="what was stored before they joined is read to them",
    )
