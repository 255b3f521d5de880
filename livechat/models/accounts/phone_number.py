"""A connected number."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import Timestamps, moment


class PhoneNumber(Timestamps, Model):
    """Meta's number. Its primary key is Meta's id, so a number has one owner."""

    __tablename__ = "phone_numbers"
    __table_args__ = (
        CheckConstraint("status IN ('connected', 'paused')", name="status"),
        CheckConstraint("(status = 'paused') = (paused_at IS NOT NULL)", name="paused_at"),
        Index(None, "account_id"),
    )

    phone_number_id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("waba_accounts.id", ondelete="CASCADE"))
    display_phone_number: Mapped[str] = mapped_column(Text, default="")
    display_digits: Mapped[str] = mapped_column(Text, default="", doc="for webhooks that name no id")
    verified_name: Mapped[str | None] = mapped_column(Text)
    quality_rating: Mapped[str | None] = mapped_column(Text)
    throughput_level: Mapped[str | None] = mapped_column(Text)
    messaging_limit: Mapped[str | None] = mapped_column(
        Text, doc="Meta's tier: customers a day outside windows"
    )
    on_business_app: Mapped[bool] = mapped_column(
        default=False, server_default=sql("false"), doc="coexistence: the number lives on a phone as well"
    )
    app_history_asked_at: Mapped[moment | None] = mapped_column(doc="Meta gives the old chats once")
    app_contacts_asked_at: Mapped[moment | None]
    refresh_due_at: Mapped[moment] = mapped_column(server_default=sql("now()"))
    status: Mapped[str] = mapped_column(String(16), default="connected")
    paused_code: Mapped[int | None]
    paused_title: Mapped[str | None] = mapped_column(Text, doc="Meta's word for it")
    paused_reason: Mapped[str | None] = mapped_column(Text, doc="a sentence for people")
    paused_at: Mapped[moment | None] = mapped_column(doc="Meta's time of what stopped it")
    resumed_at: Mapped[moment | None] = mapped_column(doc="nothing older stops it again")
