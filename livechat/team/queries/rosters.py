"""Workspaces and their members as they are shown, and the locks on members' rows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from livechat.core.session import AnySession
from livechat.models import MemberNumber, PhoneNumber, TeamMember, WabaAccount, Workspace, WorkspaceMember


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A member with all that they are shown with. ``numbers`` None: all of the workspace."""

    member: WorkspaceMember
    is_owner: bool
    numbers: list[str] | None
    teams: list[UUID]


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """A workspace as one of its members sees it."""

    workspace: Workspace
    member: WorkspaceMember
    member_count: int


def workspaces_of(
    session: AnySession, user_id: UUID, workspace_id: UUID | None = None
) -> list[WorkspaceFacts]:
    """The workspaces in which the user is active, the oldest first; ``workspace_id`` names one of them."""
    counted = aliased(WorkspaceMember)
    count = (
        select(func.count())
        .select_from(counted)
        .where(counted.workspace_id == Workspace.id, counted.state != "removed")
        .correlate(Workspace)
        .scalar_subquery()
    )
    statement = (
        select(Workspace, WorkspaceMember, count)
        .join(WorkspaceMember, WorkspaceMember.workspace_id == Workspace.id)
        .where(WorkspaceMember.user_id == user_id, WorkspaceMember.state == "active")
        .order_by(Workspace.created_at, Workspace.id)
        .execution_options(populate_existing=True)
    )
    if workspace_id is not None:
        statement = statement.where(Workspace.id == workspace_id)
    return [WorkspaceFacts(*row) for row in session.execute(statement)]


def members_in(
    session: AnySession, workspace_id: UUID, *, with_removed: bool = False, user_id: UUID | None = None
) -> list[MemberFacts]:
    """The members by when they joined; ``user_id`` names one of them, who may be removed."""
    numbers = _gathered(MemberNumber, MemberNumber.phone_number_id)
    teams = _gathered(TeamMember, TeamMember.team_id)
    statement = (
        select(WorkspaceMember, Workspace.owner_user_id, numbers, teams)
        .join(Workspace, Workspace.id == WorkspaceMember.workspace_id)
        .where(WorkspaceMember.workspace_id == workspace_id)
        .order_by(WorkspaceMember.joined_at, WorkspaceMember.user_id)
        .execution_options(populate_existing=True)
    )
    if user_id is not None:
        statement = statement.where(WorkspaceMember.user_id == user_id)
    elif not with_removed:
        statement = statement.where(WorkspaceMember.state != "removed")
    return [
        MemberFacts(
            member, owner == member.user_id, (own or []) if member.number_scope == "some" else None, of or []
        )
        for member, owner, own, of in session.execute(statement)
    ]


def _gathered(table: type[MemberNumber | TeamMember], column: Any) -> Any:
    return (
        select(func.array_agg(column))
        .where(table.workspace_id == WorkspaceMember.workspace_id, table.user_id == WorkspaceMember.user_id)
        .correlate(WorkspaceMember)
        .scalar_subquery()
    )


def lock_members(
    session: AnySession, workspace_id: UUID, user_ids: Collection[UUID]
) -> dict[UUID, WorkspaceMember]:
    """{user: their row, locked}; the unknown are left out.

    In the order of their ids, and before any team or conversation is locked: so it is everywhere, and nobody
    waits in a circle (docs/decisions/lock-order.md). Who assigns takes a share lock on the assignee's row.
    """
    rows = session.execute(
        select(WorkspaceMember)
        .where(WorkspaceMember.workspace_id == workspace_id, WorkspaceMember.user_id.in_(user_ids))
        .order_by(WorkspaceMember.user_id)
        .with_for_update(of=WorkspaceMember)
        .execution_options(populate_existing=True)
    ).scalars()
    return {row.user_id: row for row in rows}


def numbers_in(session: AnySession, workspace_id: UUID) -> set[str]:
    """Meta's ids of the workspace's numbers."""
    found = session.execute(
        select(PhoneNumber.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(WabaAccount.workspace_id == workspace_id)
    )
    return set(found.scalars())


def set_numbers(session: AnySession, member: WorkspaceMember, numbers: Collection[str] | None) -> None:
    """Let the member see these numbers alone; None: all."""
    session.execute(
        delete(MemberNumber).where(
            MemberNumber.workspace_id == member.workspace_id, MemberNumber.user_id == member.user_id
        )
    )
    member.number_scope = "all" if numbers is None else "some"
    session.flush()
    if numbers:
        session.execute(
            insert(MemberNumber),
            [
                {"workspace_id": member.workspace_id, "user_id": member.user_id, "phone_number_id": number}
                for number in sorted(set(numbers))
            ],
        )


def fill_in(session: AnySession, user_id: UUID, *, name: str | None, email: str | None) -> list[UUID]:
    """Give the user's rows a name and an address where they have none; the workspaces that this changed."""
    lacking = [
        column.is_(None)
        for column, given in ((WorkspaceMember.name, name), (WorkspaceMember.email, email))
        if given is not None
    ]
    if not lacking:
        return []
    changed = session.execute(
        update(WorkspaceMember)
        .where(WorkspaceMember.user_id == user_id, WorkspaceMember.state == "active", or_(*lacking))
        .values(
            name=func.coalesce(WorkspaceMember.name, name), email=func.coalesce(WorkspaceMember.email, email)
        )
        .returning(WorkspaceMember.workspace_id)
        .execution_options(synchronize_session=False)
    )
    return list(changed.scalars())
