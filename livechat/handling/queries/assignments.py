"""Statements about assignees and teams of conversations, and the changes that are written down."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select, update

from livechat.core.session import AnySession
from livechat.models import (
    Conversation,
    ConversationChange,
    MemberNumber,
    Message,
    PhoneNumber,
    Team,
    WabaAccount,
    WorkspaceMember,
)


def hold_member(session: AnySession, workspace_id: UUID, user_id: UUID) -> WorkspaceMember | None:
    """The active member, who stays as they are until the transaction ends; None where there is none.

    Who removes or suspends them locks the same row, and so comes before or after, never between. Members are
    locked before conversations, everywhere (docs/decisions/lock-order.md).
    """
    return session.execute(
        select(WorkspaceMember)
        .where(
            WorkspaceMember.workspace_id == workspace_id,
            WorkspaceMember.user_id == user_id,
            WorkspaceMember.state == "active",
        )
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def chosen_numbers(session: AnySession, member: WorkspaceMember) -> frozenset[str] | None:
    """Meta's ids of the numbers that the member sees; None: all of the workspace."""
    if member.number_scope == "all":
        return None
    return frozenset(
        session.scalars(
            select(MemberNumber.phone_number_id).where(
                MemberNumber.workspace_id == member.workspace_id, MemberNumber.user_id == member.user_id
            )
        )
    )


def change_assignment(
    session: AnySession,
    conversation_id: UUID,
    *,
    expected: UUID | None,
    assignee_id: UUID | None,
    team_id: UUID | None,
) -> bool:
    """Assign the conversation where it is still ``expected``'s; whether it was."""
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.assignee_id.is_not_distinct_from(expected))
        .values(assignee_id=assignee_id, team_id=team_id, version=Conversation.version + 1)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None


def newest_change(
    session: AnySession, conversation_id: UUID, fields: Collection[str]
) -> Row[str, UUID | None, datetime, str | None] | None:
    """The last change of any of these fields, and what the workspace calls the member behind it."""
    return session.execute(
        select(
            ConversationChange.actor_kind,
            ConversationChange.actor_id,
            ConversationChange.at,
            WorkspaceMember.name,
        )
        .join(Conversation, Conversation.id == ConversationChange.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .outerjoin(
            WorkspaceMember,
            (WorkspaceMember.workspace_id == WabaAccount.workspace_id)
            & (WorkspaceMember.user_id == ConversationChange.actor_id),
        )
        .where(ConversationChange.conversation_id == conversation_id, ConversationChange.field.in_(fields))
        .order_by(ConversationChange.at.desc(), ConversationChange.id.desc())
        .limit(1)
    ).one_or_none()


def newest_message(
    session: AnySession, conversation: Conversation, workspace_id: UUID
) -> Row[datetime, UUID | None, str | None] | None:
    """When the conversation's last message was sent, and by which member, as the workspace calls them."""
    return session.execute(
        select(Message.timestamp, WorkspaceMember.user_id, WorkspaceMember.name)
        .outerjoin(
            WorkspaceMember,
            (WorkspaceMember.workspace_id == workspace_id) & (WorkspaceMember.user_id == Message.sent_by),
        )
        .where(Message.id == conversation.last_message_id)
    ).one_or_none()


def team_names(session: AnySession, team_ids: Collection[UUID]) -> dict[UUID, str]:
    """{team: its name}"""
    rows = session.execute(select(Team.id, Team.name).where(Team.id.in_(team_ids)))
    return {row[0]: row[1] for row in rows}
