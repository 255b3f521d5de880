"""A status of a message, as Meta told it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class MessageStatusEvent(Model):
    """Every status event as it came, also of messages that we do not know (yet)."""

    __tablename__ = "message_statuses"
    wamid: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[str] = mapped_column(Text, primary_key=True)
    timestamp: Mapped[moment] = mapped_column(primary_key=True)
    participant: Mapped[str] = mapped_column(
        Text, primary_key=True, default="", server_default="", doc="in groups: whose device"
    )
    phone_number_id: Mapped[str] = mapped_column(Text)
    callback_message_id: Mapped[UUID | None] = mapped_column(doc="our id from biz_opaque_callback_data")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    raw: Mapped[dict[str, Any]] = mapped_column(
        JSONB, doc="without its id and status, and without what we sent along"
    )
    received_at: Mapped[moment] = mapped_column(server_default=sql("now()"))
