"""News of an account or number, kept as it came."""

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class AccountEvent(Model):
    """News of an account, number or template, kept for the people who run it."""

    __tablename__ = "account_events"
    __table_args__ = (Index(None, "waba_id", "happened_at"),)

    digest: Mapped[str] = mapped_column(
        String(64), primary_key=True, doc="SHA-256 of the change: a repeat is one"
    )
    waba_id: Mapped[str] = mapped_column(Text)
    phone_number_id: Mapped[str | None] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[moment]
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
