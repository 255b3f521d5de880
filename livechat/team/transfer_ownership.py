"""The owner makes another member the owner, and stays as an admin."""

from uuid import UUID

from livechat.core.errors import ForbiddenError, NotFoundError
from livechat.core.session import AnySession
from livechat.domain.permissions import Role
from livechat.domain.visibility import Visibility
from livechat.live.publish import publish_members
from livechat.models import Workspace, WorkspaceMember
from livechat.team.queries.rosters import lock_members, set_numbers


def transfer_ownership(session: AnySession, workspace: Workspace, by: WorkspaceMember, user_id: UUID) -> None:
    """Make an active member the owner, who then sees all. Raises ForbiddenError, NotFoundError.

    The rows of both are locked, so that whoever removes or demotes one of them comes before or after.
    """
    rows = lock_members(session, workspace.id, {by.user_id, user_id})
    session.refresh(workspace)
    if workspace.owner_user_id != by.user_id:
        raise ForbiddenError("You are not the owner any more.")
    _pass_on(session, workspace, rows.get(user_id), user_id)


def make_owner(session: AnySession, workspace: Workspace, user_id: UUID) -> None:
    """The same without being asked by the owner, for an operator. Raises NotFoundError."""
    rows = lock_members(session, workspace.id, {workspace.owner_user_id, user_id})
    session.refresh(workspace)
    _pass_on(session, workspace, rows.get(user_id), user_id)


def _pass_on(session: AnySession, workspace: Workspace, heir: WorkspaceMember | None, user_id: UUID) -> None:
    if heir is None or heir.state != "active":
        raise NotFoundError("There is no such member.")
    heir.role, heir.visibility = Role.ADMIN, Visibility.ALL
    set_numbers(session, heir, None)
    workspace.owner_user_id = user_id
    session.flush()
    publish_members(session, workspace.id, [user_id])
