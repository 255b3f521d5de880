"""One conversation of a bulk job, and what came of it."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class BulkItem(Model):
    """It has one outcome, written in the transaction of what it tells of."""

    __tablename__ = "bulk_items"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'skipped', 'failed')", name="state"),
        CheckConstraint("(state IN ('skipped', 'failed')) = (reason IS NOT NULL)", name="reason"),
        Index(
            "ix_bulk_items_pending",
            "job_id",
            "conversation_id",
            postgresql_where=sql("state = 'pending'"),
        ),
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(
        primary_key=True, doc="no foreign key: what is merged meanwhile is found by its alias"
    )
    last_message_id: Mapped[UUID | None] = mapped_column(
        doc="what was its last message when it was asked for; no foreign key"
    )
    state: Mapped[str] = mapped_column(String(16), default="pending", server_default="pending")
    reason: Mapped[str | None] = mapped_column(String(64), doc="a problem's code")
