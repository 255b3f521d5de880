"""Up to where one member has read one conversation."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class ConversationRead(Model):
    """``read_total``: how many counted messages have a ``seq`` up to ``read_seq``; so two numbers tell all.

    Without a row a member has read what was stored when they joined (``WorkspaceMember.read_floor_seq``).
    """

    __tablename__ = "conversation_reads"
    # Room for HOT updates: reading moves the same row again and again.
    __table_args__ = (Index(None, "conversation_id"), {"postgresql_with": {"fillfactor": "80"}})

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("chat_conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    read_seq: Mapped[int] = mapped_column(BigInteger)
    read_total: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[moment] = mapped_column(server_default=func.now())
