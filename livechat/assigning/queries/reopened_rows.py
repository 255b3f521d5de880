"""Resolved conversations that are about to open, and their assignees."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Row, select

from livechat.core.session import AnySession
from livechat.models import Conversation, PhoneNumber, WabaAccount, WorkspaceMember

# (id, workspace_id, phone_number_id, assignee_id, team_id)
Held = Row[UUID, UUID, str, UUID | None, UUID | None]


def resolved_among(session: AnySession, conversation_ids: Collection[UUID]) -> Sequence[Held]:
    """Those of the conversations that are resolved."""
    return session.execute(
        select(
            Conversation.id,
            WabaAccount.workspace_id,
            Conversation.phone_number_id,
            Conversation.assignee_id,
            Conversation.team_id,
        )
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(Conversation.id.in_(conversation_ids), Conversation.status == "resolved")
    ).all()


def members_among(
    session: AnySession, workspace_id: UUID, user_ids: Collection[UUID]
) -> Sequence[WorkspaceMember]:
    """Those of these users who are active in the workspace."""
    return session.scalars(
        select(WorkspaceMember)
        .where(
            WorkspaceMember.workspace_id == workspace_id,
            WorkspaceMember.user_id.in_(user_ids),
            WorkspaceMember.state == "active",
        )
        .execution_options(populate_existing=True)
    ).all()
