"""A name that came before its conversation."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    Text,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.models.columns import moment


class WaitingName(Model):
    """A name from the phone's address book, or a group's, which waits for its conversation.

    The address book comes before the chats, and a group has its name before anybody writes there. ``name``
    null: the entry was removed. The row stays, so that an older entry that comes late does not bring it back.
    """

    __tablename__ = "waiting_names"
    __table_args__ = (CheckConstraint("kind IN ('phone', 'user_id', 'group')", name="kind"),)

    phone_number_id: Mapped[str] = mapped_column(
        Text, ForeignKey("phone_numbers.phone_number_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)
    happened_at: Mapped[moment]
    received_at: Mapped[moment] = mapped_column(server_default=sql("now()"), index=True)
