"""What a workspace writes down of people beside what everybody has."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps


class AttributeDefinition(Timestamps, Model):
    """Its values stand in ``Person.attributes`` under its key. What was put away keeps its key and values."""

    __tablename__ = "attribute_definitions"
    __table_args__ = (
        CheckConstraint("type IN ('text', 'number', 'date', 'list', 'bool', 'link')", name="type"),
        CheckConstraint("(type = 'list') = (options IS NOT NULL)", name="options"),
        CheckConstraint("key ~ '^[a-z][a-z0-9_]*$'", name="key"),
        Index("uq_attribute_definitions_key", "workspace_id", "key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(16))
    options: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID]
