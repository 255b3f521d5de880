"""How conversations of a number or of a team find whoever answers them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps

WORKS = "mode <> 'manual'"


class AssignmentRule(Timestamps, Model):
    """One at most for a number, and for a team. Where there is none people assign by hand, as by ``manual``.

    It is a workspace's: a number that another one connects comes without it.
    """

    __tablename__ = "assignment_rules"
    __table_args__ = (
        CheckConstraint("num_nonnulls(phone_number_id, team_id) = 1", name="one"),
        CheckConstraint("mode IN ('manual', 'round_robin', 'least_busy')", name="mode"),
        CheckConstraint("reopen IN ('same_if_available', 'team', 'unassigned')", name="reopen"),
        CheckConstraint("limit_per_agent > 0 AND reply_minutes > 0 AND max_bounces >= 0", name="numbers"),
        Index("uq_assignment_rules_number", "workspace_id", "phone_number_id", unique=True),
        Index("uq_assignment_rules_team", "workspace_id", "team_id", unique=True),
        # What the way in of webhooks asks of each batch.
        Index("ix_assignment_rules_working", "workspace_id", postgresql_where=sql(WORKS)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    phone_number_id: Mapped[str | None] = mapped_column(
        ForeignKey("phone_numbers.phone_number_id", ondelete="CASCADE"), index=True
    )
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    mode: Mapped[str] = mapped_column(String(16))
    limit_per_agent: Mapped[int]
    need_presence: Mapped[bool]
    reopen: Mapped[str] = mapped_column(String(24))
    reply_minutes: Mapped[int | None]
    max_bounces: Mapped[int]
    changed_by: Mapped[UUID]
