"""Statements for live events: which users may see a change, and the rows that it shows now."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.orm import aliased

from livechat.accounts.queries.visible import all_numbers, conversation_is_seen
from livechat.conversations.queries.thread_pages import plain_message_columns
from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.domain.visibility import Sight, Visibility
from livechat.live.listener import Scope
from livechat.models import (
    Conversation,
    ConversationChange,
    MemberNumber,
    Message,
    PhoneNumber,
    TeamMember,
    WabaAccount,
    Workspace,
    WorkspaceMember,
)


def scopes_of(session: AnySession, user_ids: Collection[UUID]) -> dict[UUID, dict[UUID, Scope]]:
    """{user: {account: what they may see of it}} by their active memberships, in one statement."""
    chosen = (
        select(func.array_agg(MemberNumber.phone_number_id))
        .where(
            MemberNumber.workspace_id == WorkspaceMember.workspace_id,
            MemberNumber.user_id == WorkspaceMember.user_id,
        )
        .correlate(WorkspaceMember)
        .scalar_subquery()
    )
    teams = (
        select(func.array_agg(TeamMember.team_id))
        .where(
            TeamMember.workspace_id == WorkspaceMember.workspace_id,
            TeamMember.user_id == WorkspaceMember.user_id,
        )
        .correlate(WorkspaceMember)
        .scalar_subquery()
    )
    numbers = (
        select(func.array_agg(PhoneNumber.phone_number_id))
        .where(PhoneNumber.account_id == WabaAccount.id)
        .correlate(WabaAccount)
        .scalar_subquery()
    )
    rows = session.execute(
        select(WorkspaceMember, Workspace.require_mfa, WabaAccount.id, numbers, chosen, teams)
        .join(Workspace, Workspace.id == WorkspaceMember.workspace_id)
        .join(WabaAccount, WabaAccount.workspace_id == WorkspaceMember.workspace_id)
        .where(WorkspaceMember.user_id.in_(user_ids), WorkspaceMember.state == "active")
    )
    scopes: dict[UUID, dict[UUID, Scope]] = {}
    for member, asks, account_id, has, own, in_teams in rows:
        only = frozenset(own or ()) if member.number_scope == "some" else None
        sight = Sight(member.user_id, Visibility(member.visibility), only, frozenset(in_teams or ()))
        seen = frozenset(number for number in has or () if sight.sees_number(number))
        # Of an account of whose numbers they see none there is nothing to follow.
        if seen or only is None:
            scopes.setdefault(member.user_id, {})[account_id] = Scope(member.workspace_id, seen, sight, asks)
    return scopes


def unread_by_number(
    session: AnySession, numbers: Collection[str], viewers: Collection[UUID | None]
) -> dict[tuple[UUID | None, str], int]:
    """{(user, number): how many messages are unread of what they see there}; None is who sees all.

    One statement for who sees all and one for everybody else. Where nothing is unread there is no entry.
    """
    found: dict[tuple[UUID | None, str], int] = {}
    number, total = Conversation.phone_number_id, func.sum(Conversation.unread_count)
    # The index of what is unread has all of these columns.
    unread = and_(number.in_(numbers), Conversation.unread_count > 0)
    users = [each for each in viewers if each is not None]
    if len(users) < len(viewers):
        of_all = session.execute(select(number, total).where(unread).group_by(number))
        found |= {(None, each): int(count) for each, count in of_all}
    if users:
        conversations = select(WorkspaceMember.user_id, number, total).join(
            PhoneNumber, PhoneNumber.phone_number_id == number
        )
        of_each = session.execute(
            all_numbers(conversations, WorkspaceMember.user_id)
            .where(unread, WorkspaceMember.user_id.in_(users), conversation_is_seen(WorkspaceMember.user_id))
            .group_by(WorkspaceMember.user_id, number)
        )
        found |= {(user_id, each): int(count) for user_id, each, count in of_each}
    return found


class FoundMessage(NamedTuple):
    """Where a message stands, and ``columns`` as ``message_json`` takes them."""

    id: UUID
    conversation_id: UUID
    phone_number_id: str
    account_id: UUID
    columns: tuple[Any, ...]


def messages_with_accounts(session: AnySession, message_ids: Collection[UUID]) -> list[FoundMessage]:
    """The messages with these ids, in one statement; unknown ids are left out."""
    rows = _messages().rows(session, ids=list(message_ids)) if message_ids else []
    return [
        FoundMessage(id_, conversation_id, number, account_id, tuple(columns))
        for id_, conversation_id, number, account_id, *columns in rows
    ]


@cache
def _messages() -> Prepared:
    place = (Message.id, Message.conversation_id, Message.phone_number_id, PhoneNumber.account_id)
    return Prepared(
        select(*place, *plain_message_columns())
        .join(PhoneNumber, PhoneNumber.phone_number_id == Message.phone_number_id)
        .where(Message.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    )


def changes_with_siblings(
    session: AnySession, change_ids: Collection[UUID]
) -> dict[UUID, list[ConversationChange]]:
    """{id: all that the same act changed of the same conversation}; unknown ids are left out."""
    if not change_ids:
        return {}
    named = aliased(ConversationChange)
    rows = session.execute(
        select(named.id, ConversationChange)
        .join(
            ConversationChange,
            and_(
                ConversationChange.operation_id == named.operation_id,
                ConversationChange.conversation_id == named.conversation_id,
            ),
        )
        .where(named.id.in_(change_ids))
    )
    found: dict[UUID, list[ConversationChange]] = {}
    for change_id, change in rows:
        found.setdefault(change_id, []).append(change)
    return found
