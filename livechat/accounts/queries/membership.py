"""Workspaces by their members: who is in which, and as what."""

from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select

from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.models import PhoneNumber, WabaAccount, Workspace, WorkspaceMember


def member_of(session: AnySession, workspace_id: UUID, user_id: UUID) -> WorkspaceMember | None:
    """The user's own row in this workspace, where they are active."""
    return session.execute(
        select(WorkspaceMember).where(
            WorkspaceMember.workspace_id == workspace_id,
            WorkspaceMember.user_id == user_id,
            WorkspaceMember.state == "active",
        )
    ).scalar_one_or_none()


def workspace_of_member(
    session: AnySession, workspace_id: UUID, user_id: UUID
) -> tuple[Workspace, WorkspaceMember] | None:
    """The workspace and the user's own row in it, where they are active."""
    found = session.execute(
        select(Workspace, WorkspaceMember)
        .join(WorkspaceMember, WorkspaceMember.workspace_id == Workspace.id)
        .where(
            Workspace.id == workspace_id,
            WorkspaceMember.user_id == user_id,
            WorkspaceMember.state == "active",
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def workspaces_by_factor(session: AnySession, user_id: UUID) -> tuple[set[UUID], set[UUID]]:
    """The workspaces in which the user is active: those that ask for a second factor, and the others."""
    rows = _by_factor().rows(session, user=user_id)
    return {each for each, asks in rows if asks}, {each for each, asks in rows if not asks}


@cache
def _by_factor() -> Prepared:
    return Prepared(
        select(Workspace.id, Workspace.require_mfa)
        .join(WorkspaceMember, WorkspaceMember.workspace_id == Workspace.id)
        .where(WorkspaceMember.user_id == bindparam("user", type_=Uuid()), WorkspaceMember.state == "active")
    )


def workspace_of_number(session: AnySession, phone_number_id: str) -> UUID | None:
    """The workspace that has the number; None where nobody has connected it."""
    return session.execute(
        select(WabaAccount.workspace_id)
        .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
    ).scalar_one_or_none()


def own_workspace(session: AnySession, user_id: UUID) -> UUID:
    """The workspace that the user owns, made where there is none."""
    found: UUID = session.execute(select(func.workspace_of_owner(user_id))).scalar_one()
    return found


def owner_of(session: AnySession, workspace_id: UUID) -> UUID:
    """Who owns the workspace."""
    return session.execute(select(Workspace.owner_user_id).where(Workspace.id == workspace_id)).scalar_one()
