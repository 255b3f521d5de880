"""One visit of a customer within the endless thread: from its opening to its being resolved."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class Episode(Model):
    """A conversation that is open or snoozed has one that is open; one that is resolved has none.

    A trigger on ``chat_conversations`` writes them in the transaction that changes the status, so that no
    writer can forget it. Who resolved or opened, and why, stands in ``conversation_changes``.
    """

    __tablename__ = "episodes"
    __table_args__ = (
        Index(
            "uq_episodes_open", "conversation_id", unique=True, postgresql_where=sql("resolved_at IS NULL")
        ),
        Index(None, "conversation_id", "resolved_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    opened_at: Mapped[moment] = mapped_column(server_default=func.now())
    reopens: Mapped[int] = mapped_column(server_default=sql("0"), doc="how often it went on after a resolve")
    resolved_at: Mapped[moment | None]
