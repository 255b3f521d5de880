"""What a business's people share: accounts at Meta, teams, labels and settings."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps


class Workspace(Timestamps, Model):
    """Exactly one member owns it, and is active: the key to the owner's row says both.

    The key is checked at the end of the transaction, so that a workspace and its first member are one step.
    """

    __tablename__ = "workspaces"
    __table_args__ = (
        CheckConstraint("owner_state = 'active'", name="owner_state"),
        ForeignKeyConstraint(
            ["id", "owner_user_id", "owner_state"],
            ["workspace_members.workspace_id", "workspace_members.user_id", "workspace_members.state"],
            name="fk_workspaces_owner",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        Index(None, "owner_user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    owner_user_id: Mapped[UUID]
    owner_state: Mapped[str] = mapped_column(String(16), default="active", server_default="active")
    time_zone: Mapped[str] = mapped_column(Text, default="UTC", server_default="UTC")
    require_mfa: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
