"""Conversations that change hands because their assignee goes, or sees less."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, null, select, update

from livechat.core.session import AnySession
from livechat.domain.team.conversation_status import ConversationStatus
from livechat.models import (
    Conversation,
    ConversationWatcher,
    MemberNumber,
    PhoneNumber,
    WabaAccount,
    WorkspaceMember,
)


def lock_conversations_of(session: AnySession, member: WorkspaceMember, *, unseen: bool) -> list[UUID]:
    """The open and snoozed ones of the member; ``unseen``: those of them on numbers not theirs.

    The resolved ones are locked too, in the order of their ids with the others: who opens one of them waits,
    and sees then that the member may not have it any more.
    """
    statement = select(Conversation.id, Conversation.status).where(
        Conversation.assignee_id == member.user_id,
        Conversation.phone_number_id.in_(_numbers_of(member.workspace_id)),
    )
    if unseen:
        statement = statement.where(Conversation.phone_number_id.not_in(_chosen_by(member)))
    locked = session.execute(statement.order_by(Conversation.id).with_for_update())
    return [row.id for row in locked if row.status != ConversationStatus.RESOLVED]


def hand_on(
    session: AnySession, conversation_ids: Sequence[UUID], to: WorkspaceMember | None
) -> dict[UUID, UUID | None]:
    """{conversation: whose it is now}: ``to``'s where they see the number, else its team's, or nobody's."""
    taker: Any = null()
    if to is not None:
        taker = to.user_id
        if to.number_scope == "some":
            taker = case((Conversation.phone_number_id.in_(_chosen_by(to)), to.user_id), else_=None)
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversation_ids))
        .values(assignee_id=taker, version=Conversation.version + 1)
        .returning(Conversation.id, Conversation.assignee_id)
        .execution_options(synchronize_session=False)
    )
    return {row[0]: row[1] for row in changed}


def stop_watching(session: AnySession, member: WorkspaceMember) -> None:
    """The member follows none of the workspace's conversations any more."""
    own = select(Conversation.id).where(
        Conversation.id == ConversationWatcher.conversation_id,
        Conversation.phone_number_id.in_(_numbers_of(member.workspace_id)),
    )
    session.execute(
        delete(ConversationWatcher)
        .where(ConversationWatcher.user_id == member.user_id, own.exists())
        .execution_options(synchronize_session=False)
    )


def _numbers_of(workspace_id: UUID) -> Any:
    return (
        select(PhoneNumber.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(WabaAccount.workspace_id == workspace_id)
    )


def _chosen_by(member: WorkspaceMember) -> Any:
    return select(MemberNumber.phone_number_id).where(
        MemberNumber.workspace_id == member.workspace_id, MemberNumber.user_id == member.user_id
    )
