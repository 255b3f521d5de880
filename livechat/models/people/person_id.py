"""Ids that lead to a person."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model


class PersonId(Model):
    """A phone number stands here in one writing (``domain.phone.phone_key``); an id is one person's.

    By these a trigger knows somebody again who writes to another number.
    """

    __tablename__ = "person_ids"
    __table_args__ = (CheckConstraint("kind IN ('phone', 'bsuid')", name="kind"),)

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
