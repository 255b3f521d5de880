"""Who may use an account."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class AccountMember(Model):
    """A user sees an account's numbers only through a row here: *the* check behind every route."""

    __tablename__ = "account_members"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'admin', 'agent')", name="role"),
        Index(None, "user_id"),
    )

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("waba_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
