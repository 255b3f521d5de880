"""A ledger row: a webhook as it came, and what became of each item in it."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class WebhookEvent(Model):
    """``items`` is a list of {n, kind, field, number?, outcome, reason?, ref?}; the counts sum it up.

    Both tell the first run and are never changed again. ``replay_items`` tells how the items stand after the
    last replay, in the same form; ``state`` follows it.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        CheckConstraint(
            "state = 'waiting' OR stored + duplicate + ignored + failed = jsonb_array_length(items)",
            name="accounted",
        ),
        Index("ix_webhook_events_received_at", "received_at"),
        Index("ix_webhook_events_waiting", "received_at", postgresql_where=sql("state = 'waiting'")),
        Index("ix_webhook_events_failed", "received_at", postgresql_where=sql("state = 'failed'")),
        # Bodies that were never tried come first: one that kills its worker does not hold back the others.
        Index(
            "ix_webhook_events_to_try",
            "attempts",
            sql("claimed_until NULLS FIRST"),
            "received_at",
            postgresql_where=sql("state = 'waiting'"),
        ),
        # Nearly every webhook is about one number: this index finds and sorts those, the next one the rest.
        # The size of an entry is bounded, whatever comes (docs/decisions/ledger.md).
        Index(
            "ix_webhook_events_one_number",
            sql("left(phone_number_ids[1], 64)"),
            "received_at",
            "id",
            postgresql_where=sql("cardinality(phone_number_ids) = 1"),
        ),
        Index(
            "ix_webhook_events_several_numbers",
            "phone_number_ids",
            postgresql_using="gin",
            postgresql_where=sql("cardinality(phone_number_ids) > 1"),
        ),
        Index(
            "ix_webhook_events_not_stored",
            "received_at",
            "id",
            postgresql_where=sql("ignored > 0 OR failed > 0 OR duplicate > 0"),
        ),
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
    replay_items: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    replayed_at: Mapped[moment | None]
    attempts: Mapped[int] = mapped_column(
        Integer, default=0, server_default=sql("0"), doc="tries from the ledger that did not come to an end"
    )
    tried_at: Mapped[moment | None] = mapped_column(doc="the first of these tries")
    claimed_until: Mapped[moment | None] = mapped_column(doc="until then nobody else tries")
    claimed_by: Mapped[str | None] = mapped_column(Text, doc="the consumer that has it in hand")
