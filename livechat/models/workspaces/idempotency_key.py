"""A request that made something, under the key that its client gave it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class IdempotencyKey(Model):
    """The same request again finds here what was made. ``scope`` names the route and the workspace."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_id: Mapped[UUID] = mapped_column(doc="random: of this request alone")
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_id: Mapped[UUID | None] = mapped_column(doc="what it made; set in the same transaction")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
