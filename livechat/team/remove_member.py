"""Somebody leaves a workspace, or is removed from it. Their row stays, for the name under what they wrote."""

from uuid import UUID

from livechat.core.errors import (
    AssigneeUnavailableError,
    ForbiddenError,
    NotFoundError,
    OwnerRequiredError,
)
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.live.publish import publish_members
from livechat.models import Workspace, WorkspaceMember
from livechat.team.hand_back import hand_back
from livechat.team.queries.handing import stop_watching
from livechat.team.queries.rosters import lock_members


def remove_member(
    session: AnySession, workspace: Workspace, by: WorkspaceMember, user_id: UUID, hand_over_to: UUID | None
) -> None:
    """Remove them and hand on every conversation of theirs, in the caller's one transaction.

    Raises ForbiddenError, NotFoundError, OwnerRequiredError, AssigneeUnavailableError.
    """
    if user_id != by.user_id and not is_allowed(by.role, Permission.MEMBER_MANAGE):
        raise ForbiddenError(f"Your role in this workspace does not allow it: {Permission.MEMBER_MANAGE}.")
    rows = lock_members(session, workspace.id, {user_id, hand_over_to or user_id})
    member = rows.get(user_id)
    if member is None or member.state == "removed":
        raise NotFoundError("There is no such member.")
    # Asked under the lock: a transfer locks the rows of both, the old owner and the new one.
    session.refresh(workspace)
    if workspace.owner_user_id == user_id:
        raise OwnerRequiredError("The owner cannot leave: transfer the ownership first.")
    taker = None if hand_over_to is None else _taker(rows, member, hand_over_to)
    member.state = "removed"
    session.flush()
    hand_back(session, member, by, taker)
    stop_watching(session, member)
    publish_members(session, workspace.id, [user_id])


def _taker(rows: dict[UUID, WorkspaceMember], member: WorkspaceMember, named: UUID) -> WorkspaceMember:
    taker = rows.get(named)
    may_take = taker is not None and taker.state == "active" and taker is not member
    if taker is None or not may_take or not is_allowed(taker.role, Permission.MESSAGE_SEND):
        raise AssigneeUnavailableError
    return taker
