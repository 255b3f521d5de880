"""Which numbers a member sees who does not see all."""

from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class MemberNumber(Model):
    """Means something only where the member's ``number_scope`` is ``some``."""

    __tablename__ = "member_numbers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["workspace_members.workspace_id", "workspace_members.user_id"],
            name="fk_member_numbers_member",
            ondelete="CASCADE",
        ),
    )

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_number_id: Mapped[str] = mapped_column(
        ForeignKey("phone_numbers.phone_number_id", ondelete="CASCADE"), primary_key=True, index=True
    )
