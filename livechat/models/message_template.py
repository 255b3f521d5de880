"""A message template as Meta last described it: what an agent may send outside the service window."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment


class MessageTemplate(Timestamps, Model):
    """Keyed as Meta keys it, by name and language. ``status`` DELETED: Meta no longer lists it."""

    __tablename__ = "message_templates"
    __table_args__ = (
        UniqueConstraint("account_id", "name", "language"),
        Index(None, "account_id", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("waba_accounts.id", ondelete="CASCADE"))
    meta_id: Mapped[str | None] = mapped_column(Text, doc="Meta's id; webhooks print it as a number")
    name: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, doc="en_US; webhooks also print en-US")
    status: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    sub_category: Mapped[str | None] = mapped_column(Text)
    parameter_format: Mapped[str] = mapped_column(Text)
    components: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    quality: Mapped[str | None] = mapped_column(Text)
    rejected_reason: Mapped[str | None] = mapped_column(Text)
    status_at: Mapped[moment] = mapped_column(doc="when Meta said so: an older webhook changes nothing")
    synced_at: Mapped[moment]
