"""What a member is called, may do and sees; suspending them and letting them work again."""

from typing import Any
from uuid import UUID

from livechat.core.errors import ForbiddenError, NotFoundError, OwnerRequiredError
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.live.publish import publish_members
from livechat.models import Workspace, WorkspaceMember
from livechat.team.hand_back import hand_back
from livechat.team.queries.handing import stop_watching
from livechat.team.queries.rosters import lock_members, numbers_in, set_numbers


def change_member(
    session: AnySession, workspace: Workspace, by: WorkspaceMember, user_id: UUID, changes: dict[str, Any]
) -> None:
    """Write what was given. Admins change others; of oneself everybody changes the name alone.

    Who may not have conversations any more hands them back in the same transaction. Raises ForbiddenError,
    NotFoundError, OwnerRequiredError.
    """
    beyond_name = changes.keys() - {"name"}
    if user_id == by.user_id:
        if beyond_name:
            raise ForbiddenError("Of yourself you may change the name alone.")
    elif not is_allowed(by.role, Permission.MEMBER_MANAGE):
        raise ForbiddenError(f"Your role in this workspace does not allow it: {Permission.MEMBER_MANAGE}.")
    member = lock_members(session, workspace.id, [user_id]).get(user_id)
    if member is None or member.state == "removed":
        raise NotFoundError("There is no such member.")
    # Asked under the lock: a transfer locks the rows of both, the old owner and the new one.
    session.refresh(workspace)
    if beyond_name and workspace.owner_user_id == user_id:
        raise OwnerRequiredError("The owner's rights cannot be changed: transfer the ownership first.")
    for name in changes.keys() & {"name", "role", "visibility", "state"}:
        setattr(member, name, changes[name])
    if "phone_number_ids" in changes:
        _choose_numbers(session, member, changes["phone_number_ids"])
    session.flush()
    may_answer = is_allowed(member.role, Permission.MESSAGE_SEND)
    if member.state == "suspended" or not may_answer:
        hand_back(session, member, by)
    elif member.number_scope == "some":
        hand_back(session, member, by, unseen=True)
    if member.state == "suspended":
        # After the conversations are locked: a merge has them, and then moves who follows.
        stop_watching(session, member)
    publish_members(session, workspace.id, [user_id])


def _choose_numbers(session: AnySession, member: WorkspaceMember, numbers: list[str] | None) -> None:
    if numbers is not None and set(numbers) - numbers_in(session, member.workspace_id):
        raise NotFoundError("There is no such phone number.")
    set_numbers(session, member, numbers)
