"""A reaction to a message."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class MessageReaction(Model):
    """The newest reaction of each actor. Keyed by wamid: it may come before the message that it is about.

    ``emoji`` null is a removal. The row stays, so that an older reaction that comes late does not return.
    """

    __tablename__ = "message_reactions"
    __table_args__ = (CheckConstraint("side IN ('customer', 'business')", name="side"),)

    wamid: Mapped[str] = mapped_column(Text, primary_key=True)
    actor: Mapped[str] = mapped_column(
        Text, primary_key=True, doc="customer or business; in groups the member's id"
    )
    phone_number_id: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(String(16))
    emoji: Mapped[str | None] = mapped_column(Text)
    reacted_at: Mapped[moment]
    event_wamid: Mapped[str] = mapped_column(Text)
