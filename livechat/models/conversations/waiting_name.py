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
    """A name of the phone's address book, which comes before the chats do: it waits for its conversation.

    So does a group's, which is known before anybody writes there. ``name`` null: the entry was removed, kept
    so that an older one that comes late does not return.
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
