"""How many items came, by number, hour and outcome."""

from sqlalchemy import BigInteger, Identity, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class WebhookCount(Model):
    """Items of webhooks by number, hour of receipt and first outcome; the rows of one key add up.

    Triggers on ``webhook_events`` add rows, in the transaction that writes the outcomes. A task of the room
    ``operations`` merges them later. ``phone_number_id`` is empty for what names no number.
    """

    __tablename__ = "webhook_counts"
    __table_args__ = (
        Index(None, "phone_number_id", "hour"),
        Index("ix_webhook_counts_new", "last_received_at", postgresql_where=sql("NOT is_sum")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    phone_number_id: Mapped[str] = mapped_column(Text)
    hour: Mapped[moment]
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    items: Mapped[int]
    last_received_at: Mapped[moment]
    is_sum: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
