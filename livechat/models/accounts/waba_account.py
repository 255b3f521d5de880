"""A WhatsApp Business Account as one owner connected it, and who may use it."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment


class WabaAccount(Timestamps, Model):
    """The owner's access token, encrypted, and the WABA that it opens."""

    __tablename__ = "waba_accounts"
    __table_args__ = (UniqueConstraint("user_id", "waba_id"), Index(None, "waba_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID]
    waba_id: Mapped[str] = mapped_column(Text)
    access_token_encrypted: Mapped[str] = mapped_column(Text, doc="Fernet ciphertext")
    token_set_at: Mapped[moment | None] = mapped_column(doc="what an older token met is no news of this one")
    subscribed_at: Mapped[moment | None]
    templates_synced_at: Mapped[moment | None]
    templates_due_at: Mapped[moment] = mapped_column(server_default=sql("now()"))
    templates_failures: Mapped[int] = mapped_column(default=0, server_default=sql("0"))


class AccountMember(Model):
    """*The* check behind every route: a user sees an account's numbers only through a row here."""

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
    paused_at: Mapped[moment | None] = mapped_column(doc="the time of the word that stopped it")
    resumed_at: Mapped[moment | None] = mapped_column(doc="no older word stops it again")


class AccountNotice(Model):
    """What the people who answer should know of an account or a number, one row for each matter.

    The newest word on a matter stands, whatever the order in which Meta's webhooks come: ``severity`` null
    says that the matter is settled. ``phone_number_id`` is empty for what concerns the whole account.
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
