"""The ledger: every webhook body as it came, and what became of each item in it."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.domain.ids import uuid7
from livechat.extensions import Model
from livechat.models.base import moment


class WebhookEvent(Model):
    """``items`` is a list of {n, kind, number, outcome, reason?, id?}; the counts sum it up."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        Index("ix_webhook_events_received_at", "received_at"),
        Index("ix_webhook_events_waiting", "received_at", postgresql_where=sql("state = 'waiting'")),
        Index("ix_webhook_events_failed", "received_at", postgresql_where=sql("state = 'failed'")),
        Index("ix_webhook_events_numbers", "phone_number_ids", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    received_at: Mapped[moment]
    processed_at: Mapped[moment | None]
    state: Mapped[str] = mapped_column(String(8))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    phone_number_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=sql("'{}'"))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=sql("'[]'"))
    stored: Mapped[int] = mapped_column(Integer, default=0, server_default=sql("0"))
    duplicate: Mapped[int] = mapped_column(Integer, default=0, server_default=sql("0"))
    ignored: Mapped[int] = mapped_column(Integer, default=0, server_default=sql("0"))
    failed: Mapped[int] = mapped_column(Integer, default=0, server_default=sql("0"))
    replays: Mapped[int] = mapped_column(Integer, default=0, server_default=sql("0"))


class AccountEvent(Model):
    """News about an account, number or template, kept for the people who run it."""

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
