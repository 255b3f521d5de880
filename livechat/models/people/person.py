"""What a workspace's members know of one customer, over all its numbers."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment


class Person(Timestamps, Model):
    """Made when somebody first writes something down of them, never by a message."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("display_name <> ''", name="display_name"),
        CheckConstraint("jsonb_typeof(attributes) = 'object'", name="attributes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    display_name: Mapped[str | None] = mapped_column(
        Text, doc="given by a member; each of their conversations has it as ``given_name``"
    )
    named_by: Mapped[UUID | None]
    named_at: Mapped[moment | None]
    language: Mapped[str | None] = mapped_column(Text, doc="a tag as pt-BR")
    time_zone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=sql("'{}'::jsonb"), doc="by the key of their definition"
    )
    changed_by: Mapped[UUID | None]
