"""What a member chose, and when."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class AvailabilityChange(Model):
    """A row each way: for going, by the member, and for coming back, by the member or by the clock."""

    __tablename__ = "availability_changes"
    __table_args__ = (
        CheckConstraint("availability IN ('available', 'away', 'off')", name="availability"),
        CheckConstraint("cause IN ('user', 'until')", name="cause"),
        ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["workspace_members.workspace_id", "workspace_members.user_id"],
            name="fk_availability_changes_member",
            ondelete="CASCADE",
        ),
        Index(None, "workspace_id", "user_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID]
    user_id: Mapped[UUID]
    at: Mapped[moment]
    availability: Mapped[str] = mapped_column(String(16))
    until: Mapped[moment | None]
    cause: Mapped[str] = mapped_column(String(16))
