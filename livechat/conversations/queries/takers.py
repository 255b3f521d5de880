"""Who may have a conversation: asked while it is locked."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, or_, select

from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, Role, is_allowed
from livechat.models import Conversation, MemberNumber, PhoneNumber, WabaAccount, WorkspaceMember

_ANSWERING = [role.value for role in Role if is_allowed(role, Permission.MESSAGE_SEND)]


def who_may_have(session: AnySession, conversation_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of the users who are active in the conversation's workspace, may answer, and see its number.

    Asked under the conversation's lock, it is the last word: who loses one of these afterwards finds the
    conversation among theirs, and hands it back.
    """
    chosen = exists().where(
        MemberNumber.workspace_id == WorkspaceMember.workspace_id,
        MemberNumber.user_id == WorkspaceMember.user_id,
        MemberNumber.phone_number_id == Conversation.phone_number_id,
    )
    return set(
        session.scalars(
            select(WorkspaceMember.user_id)
            .join(WabaAccount, WabaAccount.workspace_id == WorkspaceMember.workspace_id)
            .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
            .join(Conversation, Conversation.phone_number_id == PhoneNumber.phone_number_id)
            .where(
                Conversation.id == conversation_id,
                WorkspaceMember.user_id.in_(user_ids),
                WorkspaceMember.state == "active",
                WorkspaceMember.role.in_(_ANSWERING),
                or_(WorkspaceMember.number_scope == "all", chosen),
            )
        )
    )
