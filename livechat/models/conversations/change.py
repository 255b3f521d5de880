"""One change of what the team holds about a conversation: who did it, and what was before."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class ConversationChange(Model):
    """Written in the transaction of the change, and never again: a trigger refuses all but a merge's move.

    What one act changed shares ``operation_id``. The database's ``at`` sorts a conversation's changes: each
    is written under its lock.
    """

    __tablename__ = "conversation_changes"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('member', 'api_key', 'system')", name="actor_kind"),
        CheckConstraint("actor_kind = 'system' OR actor_id IS NOT NULL", name="actor_id"),
        CheckConstraint(
            "field IN ('assignee', 'team', 'status', 'snooze', 'priority', 'label', 'person', 'watcher')",
            name="field",
        ),
        CheckConstraint(
            "cause IN ('user', 'api', 'rule', 'assigner', 'inbound', 'sweep', 'member_removed', 'merge', "
            "'undo')",
            name="cause",
        ),
        CheckConstraint("from_value IS DISTINCT FROM to_value", name="changes"),
        Index(None, "conversation_id", "at", "id"),
        Index(None, "operation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    operation_id: Mapped[UUID]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    at: Mapped[moment] = mapped_column(server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID | None]
    field: Mapped[str] = mapped_column(String(16))
    from_value: Mapped[Any | None] = mapped_column(
        JSONB(none_as_null=True), doc="of an assignee or a team its id; null: nobody, none"
    )
    to_value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    cause: Mapped[str] = mapped_column(String(16))
