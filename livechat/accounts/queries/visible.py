"""What a user may see, by their memberships: the SQL of ``domain.visibility``. Every route goes through it.

A member sees the conversations of their workspace that are on their numbers and within their visibility.
Who is suspended or removed sees nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVarTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.models import (
    Conversation,
    ConversationAlias,
    ConversationWatcher,
    MemberNumber,
    Message,
    PhoneNumber,
    TeamMember,
    WabaAccount,
    Workspace,
    WorkspaceMember,
)
from livechat.web.guards.withheld import withheld_workspaces

Columns = TypeVarTuple("Columns")
# In place of one user: a column of users, or a parameter of a statement that is put together once.
Asker = InstrumentedAttribute[UUID] | BindParameter[UUID]


class Seat(NamedTuple):
    """As whom a user sees something, and whether their workspace asks for a second factor: of a plain row."""

    workspace_id: UUID
    role: str
    asks_factor: bool


class Member(NamedTuple):
    """A member of a workspace, of whom nothing is to be changed: what a ``WorkspaceMember`` says too."""

    workspace_id: UUID
    user_id: UUID
    role: str
    visibility: str
    read_floor_seq: int


AnyMember = WorkspaceMember | Member


@dataclass(frozen=True, slots=True)
class View:
    """Meta's ids of the numbers of one workspace that a user may use, and the member as whom they do."""

    member: AnyMember
    numbers: tuple[str, ...]


def number_of_member(
    session: AnySession, user_id: UUID, phone_number_id: str
) -> tuple[PhoneNumber, WorkspaceMember] | None:
    """The number by Meta's id, and as whom the user sees it."""
    found = session.execute(
        all_numbers(select(PhoneNumber, WorkspaceMember), user_id).where(
            PhoneNumber.phone_number_id == phone_number_id
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def view_of_number(session: AnySession, user_id: UUID, phone_number_id: str) -> tuple[Seat, View] | None:
    """One number, by Meta's id, as this user sees it."""
    rows = _number().rows(session, user=user_id, number=phone_number_id)
    if not rows:
        return None
    workspace_id, role, asks, visibility, floor = rows[0]
    member = Member(workspace_id, user_id, role, visibility, floor)
    return Seat(workspace_id, role, asks), View(member, (phone_number_id,))


@cache
def _number() -> Prepared:
    columns = (*seat_columns(), WorkspaceMember.visibility, WorkspaceMember.read_floor_seq)
    numbers = all_numbers(select(*columns).select_from(PhoneNumber), bindparam("user", type_=Uuid()))
    return Prepared(numbers.where(PhoneNumber.phone_number_id == bindparam("number", type_=Text())))


def numbers_by_member(session: AnySession, user_id: UUID) -> dict[str, WorkspaceMember]:
    """{Meta's id: as whom} of every number that this user may use."""
    rows = session.execute(seen_numbers(select(PhoneNumber.phone_number_id, WorkspaceMember), user_id))
    return {row[0]: row[1] for row in rows}


def views_of_member(session: AnySession, user_id: UUID) -> list[View]:
    """All numbers that this user may use, by workspace; without those the present request may not show."""
    members: dict[UUID, Member] = {}
    numbers: dict[UUID, list[str]] = {}
    withheld = withheld_workspaces()
    for number, workspace_id, role, visibility, floor in _numbers().rows(session, user=user_id):
        if workspace_id not in withheld:
            members[workspace_id] = Member(workspace_id, user_id, role, visibility, floor)
            numbers.setdefault(workspace_id, []).append(number)
    return [View(members[each], tuple(sorted(numbers[each]))) for each in sorted(members)]


@cache
def _numbers() -> Prepared:
    member = WorkspaceMember
    columns = (member.workspace_id, member.role, member.visibility, member.read_floor_seq)
    numbers = select(PhoneNumber.phone_number_id, *columns).select_from(PhoneNumber)
    return Prepared(all_numbers(numbers, bindparam("user", type_=Uuid())))


def conversation_of_member(
    session: AnySession, user_id: UUID, conversation_id: UUID
) -> tuple[Conversation, WorkspaceMember] | None:
    """The conversation, also by the id of one that was merged into it, and as whom the user sees it."""
    found = session.execute(
        one_conversation(select(Conversation, WorkspaceMember), user_id, conversation_id)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def one_conversation(
    statement: Select[*Columns], user_id: UUID | Asker, conversation_id: UUID | Asker
) -> Select[*Columns]:
    """Of ``Conversation`` the one with this id, or with which that one was merged, if the user sees it.

    Joins ``PhoneNumber``, ``WabaAccount`` and ``WorkspaceMember``, the member as whom they do.
    """
    survivor = (
        select(ConversationAlias.conversation_id)
        .where(ConversationAlias.id == conversation_id)
        .scalar_subquery()
    )
    conversations = statement.join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
    return all_numbers(conversations, user_id).where(
        Conversation.id == func.coalesce(survivor, conversation_id), conversation_is_seen(user_id)
    )


class Locked(NamedTuple):
    """A conversation that was locked, as whom a user sees it, and the account that its number belongs to."""

    seat: Seat
    id: UUID
    account_id: UUID


def lock_for_member(session: AnySession, user_id: UUID, conversation_id: UUID) -> Locked | None:
    """As ``conversation_of_member``, and locked until the transaction ends, in one statement.

    Who saw it when they asked and does not see it any more when they have the lock gets nothing.
    """
    rows = _locked().rows_within(session, user=user_id, id=conversation_id)
    if not rows:
        return None
    *seat, locked_id, account_id = rows[0]
    return Locked(Seat(*seat), locked_id, account_id)


@cache
def _locked() -> Prepared:
    columns = (*seat_columns(), Conversation.id, PhoneNumber.account_id)
    user, wanted = (bindparam(name, type_=Uuid()) for name in ("user", "id"))
    found = one_conversation(select(*columns).select_from(Conversation), user, wanted)
    return Prepared(found.with_for_update(of=Conversation))


class Thread(NamedTuple):
    """A conversation and as whom a user sees it, for what only reads it.

    ``read_seq``: up to where the team has read; ``read_floor_seq``: what was there when the user joined.
    """

    seat: Seat
    user_id: UUID
    id: UUID
    read_seq: int
    read_floor_seq: int


def thread_of_member(session: AnySession, user_id: UUID, conversation_id: UUID) -> Thread | None:
    """As ``conversation_of_member``, without loading the conversation."""
    rows = _thread().rows(session, user=user_id, id=conversation_id)
    if not rows:
        return None
    *seat, thread_id, read_seq, floor = rows[0]
    return Thread(Seat(*seat), user_id, thread_id, read_seq, floor)


@cache
def _thread() -> Prepared:
    columns = (*seat_columns(), Conversation.id, Conversation.read_seq, WorkspaceMember.read_floor_seq)
    user, wanted = (bindparam(name, type_=Uuid()) for name in ("user", "id"))
    return Prepared(one_conversation(select(*columns).select_from(Conversation), user, wanted))


def seat_columns() -> list[ColumnElement[Any]]:
    """The columns of ``Seat``, beside a ``WorkspaceMember``."""
    asks = select(Workspace.require_mfa).where(Workspace.id == WorkspaceMember.workspace_id)
    return [
        WorkspaceMember.workspace_id.label("seat_workspace_id"),
        WorkspaceMember.role.label("seat_role"),
        asks.correlate(WorkspaceMember).scalar_subquery().label("seat_asks"),
    ]


def message_of_member(
    session: AnySession, user_id: UUID, message_id: UUID
) -> tuple[Message, WorkspaceMember] | None:
    """The message by our id, and as whom the user sees it."""
    messages = (
        select(Message, WorkspaceMember)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Message.phone_number_id)
    )
    found = session.execute(
        all_numbers(messages, user_id).where(Message.id == message_id, conversation_is_seen(user_id))
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def who_sees(session: AnySession, conversation_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of these users who see the conversation: active members within their numbers and visibility."""
    if not user_ids:
        return set()
    return set(
        session.scalars(
            select(WorkspaceMember.user_id)
            .select_from(Conversation)
            .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
            .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
            .join(WorkspaceMember, WorkspaceMember.workspace_id == WabaAccount.workspace_id)
            .where(
                Conversation.id == conversation_id,
                WorkspaceMember.user_id.in_(user_ids),
                WorkspaceMember.state == "active",
                _number_is_seen(),
                conversation_is_seen(WorkspaceMember.user_id),
            )
        )
    )


def seen_numbers(statement: Select[*Columns], user_id: UUID) -> Select[*Columns]:
    """As ``all_numbers``, without workspaces that the present request may not show: for lists."""
    withheld = withheld_workspaces()
    found = all_numbers(statement, user_id)
    return found.where(WorkspaceMember.workspace_id.not_in(withheld)) if withheld else found


def all_numbers(statement: Select[*Columns], user_id: UUID | Asker) -> Select[*Columns]:
    """Only what stands on numbers that this user may use; joins ``WabaAccount`` and ``WorkspaceMember``.

    For what is asked for by its id: ``access.require`` refuses what the request may not show.
    """
    return (
        statement.join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .join(WorkspaceMember, WorkspaceMember.workspace_id == WabaAccount.workspace_id)
        .where(WorkspaceMember.user_id == user_id, WorkspaceMember.state == "active", _number_is_seen())
    )


def conversation_is_seen(user_id: UUID | Asker) -> ColumnElement[bool]:
    """Of a row of ``Conversation`` beside the ``WorkspaceMember`` who looks: within their visibility?"""
    by_team = WorkspaceMember.visibility == "team"
    return or_(WorkspaceMember.visibility == "all", *_particular(user_id, by_team))


def seen_by(member: AnyMember) -> ColumnElement[bool] | None:
    """The same for a member at hand; None where they see all, so that nothing is asked of each row."""
    if member.visibility == "all":
        return None
    by_team = literal(member.visibility == "team")
    return or_(*_particular(member.user_id, by_team))


def _particular(user_id: UUID | Asker, by_team: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Own, followed and, where ``by_team``, of own teams."""
    followed = (
        select(ConversationWatcher.conversation_id)
        .where(ConversationWatcher.conversation_id == Conversation.id, ConversationWatcher.user_id == user_id)
        .correlate(Conversation, WorkspaceMember)
        .exists()
    )
    teams = select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    return [
        Conversation.assignee_id == user_id,
        followed,
        and_(by_team, Conversation.team_id.in_(teams)),
    ]


def _number_is_seen() -> ColumnElement[bool]:
    chosen = (
        select(MemberNumber.phone_number_id)
        .where(
            MemberNumber.workspace_id == WorkspaceMember.workspace_id,
            MemberNumber.user_id == WorkspaceMember.user_id,
            MemberNumber.phone_number_id == PhoneNumber.phone_number_id,
        )
        .correlate(WorkspaceMember, PhoneNumber)
        .exists()
    )
    return or_(WorkspaceMember.number_scope == "all", chosen)
