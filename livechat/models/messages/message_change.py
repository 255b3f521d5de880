"""An edit or a deletion by the sender."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class MessageChange(Model):
    """An edit or a deletion by its sender: the event as it came, and what the message said before."""

    __tablename__ = "message_changes"
    __table_args__ = (
        CheckConstraint("kind IN ('edit', 'revoke')", name="kind"),
        Index(None, "target_wamid"),
    )

    event_wamid: Mapped[str] = mapped_column(Text, primary_key=True)
    target_wamid: Mapped[str] = mapped_column(Text)
    phone_number_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(8))
    timestamp: Mapped[moment]
    message_type: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    previous: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc="{message_type, text, content} before it; null: not applied yet"
    )
