"""A notice: what stands of an account, or of one of its numbers."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class AccountNotice(Model):
    """What agents should know of an account or a number: one row for each ``code``.

    The newest word stands, in whatever order Meta's webhooks come. ``severity`` null says that the notice is
    settled. ``phone_number_id`` is empty for what concerns the whole account.
    """

    __tablename__ = "account_notices"
    __table_args__ = (CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity"),)

    waba_id: Mapped[str] = mapped_column(Text, primary_key=True)
    phone_number_id: Mapped[str] = mapped_column(Text, primary_key=True, default="", server_default="")
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    severity: Mapped[str | None] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, doc="one sentence for the agent")
    happened_at: Mapped[moment]
    until: Mapped[moment | None]
