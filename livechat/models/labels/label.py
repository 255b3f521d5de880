"""A label of a workspace."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps


class Label(Timestamps, Model):
    """No two of a workspace have one name, however it is written, but for those that were put away.

    Of the labels of one ``group_name`` a conversation wears one at most. It is chosen when a label is made.
    """

    __tablename__ = "labels"
    __table_args__ = (
        # ``fold_name`` is a function of the migrations.
        Index(
            "uq_labels_name",
            "workspace_id",
            sql("fold_name(name)"),
            unique=True,
            postgresql_where=sql("archived_at IS NULL"),
        ),
        Index(
            "uq_labels_idempotency_key",
            "workspace_id",
            "created_by",
            "idempotency_key",
            unique=True,
            postgresql_where=sql("idempotency_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    # As #rrggbb.
    colour: Mapped[str] = mapped_column(String(7))
    group_name: Mapped[str | None] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID]
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
