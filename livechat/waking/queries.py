"""Which workspaces have a rule that works: all others wake nobody."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from livechat.core.session import AnySession
from livechat.models import AssignmentRule, Conversation, PhoneNumber, WabaAccount, WorkspaceMember

_WORKS = AssignmentRule.mode != "manual"


def ruled_by_conversations(session: AnySession, conversation_ids: Collection[UUID]) -> set[UUID]:
    """Those of the workspaces of these conversations."""
    return set(
        session.scalars(
            select(WabaAccount.workspace_id)
            .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
            .join(Conversation, Conversation.phone_number_id == PhoneNumber.phone_number_id)
            .join(AssignmentRule, AssignmentRule.workspace_id == WabaAccount.workspace_id)
            .where(Conversation.id == func.any(list(conversation_ids)), _WORKS)
            .distinct()
        )
    )


def ruled_by_members(session: AnySession, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of the workspaces in which these users are active."""
    return set(
        session.scalars(
            select(WorkspaceMember.workspace_id)
            .join(AssignmentRule, AssignmentRule.workspace_id == WorkspaceMember.workspace_id)
            .where(WorkspaceMember.user_id.in_(user_ids), WorkspaceMember.state == "active", _WORKS)
            .distinct()
        )
    )
