"""Statements on who is there: members, what they chose, and who sees a conversation that is looked at."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from livechat.accounts.queries.visible import all_numbers, conversation_is_seen
from livechat.core.session import AnySession
from livechat.domain.visibility import Audience
from livechat.models import Conversation, ConversationWatcher, PhoneNumber, WabaAccount, WorkspaceMember

MOST_ENDED = 500


def audiences(session: AnySession, conversation_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, Audience]]:
    """{conversation: (workspace, who sees it)}; unknown ids are left out."""
    watchers = (
        select(func.array_agg(ConversationWatcher.user_id))
        .where(ConversationWatcher.conversation_id == Conversation.id)
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Conversation.id,
            WabaAccount.workspace_id,
            Conversation.phone_number_id,
            Conversation.assignee_id,
            Conversation.team_id,
            watchers,
        )
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(Conversation.id.in_(conversation_ids))
    )
    return {
        id_: (workspace_id, Audience(number, assignee, team, frozenset(followers or ())))
        for id_, workspace_id, number, assignee, team, followers in rows
    }


def those_seen(
    session: AnySession, user_id: UUID, workspace_id: UUID, conversation_ids: Collection[UUID]
) -> set[UUID]:
    """Those of these conversations of the workspace that this user sees."""
    if not conversation_ids:
        return set()
    conversations = select(Conversation.id).join(
        PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id
    )
    return set(
        session.scalars(
            all_numbers(conversations, user_id).where(
                WabaAccount.workspace_id == workspace_id,
                Conversation.id.in_(conversation_ids),
                conversation_is_seen(user_id),
            )
        )
    )


def active_names(session: AnySession, workspace_id: UUID) -> dict[UUID, str | None]:
    """{user: name} of the workspace's active members."""
    rows = session.execute(
        select(WorkspaceMember.user_id, WorkspaceMember.name).where(
            WorkspaceMember.workspace_id == workspace_id, WorkspaceMember.state == "active"
        )
    )
    return {row[0]: row[1] for row in rows}


def active_members(session: AnySession, user_ids: Collection[UUID]) -> Sequence[WorkspaceMember]:
    """The rows of these users in every workspace where they are active."""
    return session.scalars(
        select(WorkspaceMember)
        .where(WorkspaceMember.user_id.in_(user_ids), WorkspaceMember.state == "active")
        .execution_options(populate_existing=True)
    ).all()


def lock_member(session: AnySession, member: WorkspaceMember) -> WorkspaceMember:
    """The member's row as it is now, locked."""
    session.refresh(member, with_for_update=True)
    return member


def lock_ended(session: AnySession, now: datetime) -> Sequence[WorkspaceMember]:
    """Members whose choice has ended by the clock, locked in the order of their ids."""
    return session.scalars(
        select(WorkspaceMember)
        .where(WorkspaceMember.available_again_at <= now)
        .order_by(WorkspaceMember.user_id)
        .limit(MOST_ENDED)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
