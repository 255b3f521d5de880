"""From an id to an object, for this user: the only way there is. Unknown and not yours look the same."""

import re
from uuid import UUID

from livechat.accounts.queries import visible
from livechat.accounts.queries.membership import workspace_of_member
from livechat.accounts.queries.visible import AnyMember, Locked, Seat, Thread, View
from livechat.core.errors import ForbiddenError, MfaRequiredError, NotFoundError
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.models import Conversation, Message, PhoneNumber, Workspace, WorkspaceMember
from livechat.web.guards.costs import needed_permission
from livechat.web.guards.withheld import settle, withheld_workspaces

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def access_phone_number(session: AnySession, user_id: UUID, phone_number_id: str) -> PhoneNumber:
    """The number by Meta's id; raises NotFoundError where it is unknown or not this user's to use."""
    return access_number_as(session, user_id, phone_number_id)[0]


def access_number_as(
    session: AnySession, user_id: UUID, phone_number_id: str
) -> tuple[PhoneNumber, WorkspaceMember]:
    """The number, and the member as whom this user sees it; NotFoundError, ForbiddenError."""
    # PostgreSQL takes no such character, so that no number has it.
    known = "\x00" not in phone_number_id
    found = visible.number_of_member(session, user_id, phone_number_id) if known else None
    if found is None:
        raise NotFoundError("There is no such phone number.")
    require(found[1])
    return found


def access_number_view(session: AnySession, user_id: UUID, phone_number_id: str) -> View:
    """The same for what only reads what stands on it, without loading it; NotFoundError, ForbiddenError."""
    known = "\x00" not in phone_number_id
    found = visible.view_of_number(session, user_id, phone_number_id) if known else None
    if found is None:
        raise NotFoundError("There is no such phone number.")
    seat, view = found
    require_seat(seat)
    return view


def access_conversation(session: AnySession, user_id: UUID, conversation_id: str | UUID) -> Conversation:
    """The conversation, also by the id of one that was merged into it; raises NotFoundError."""
    return access_conversation_as(session, user_id, conversation_id)[0]


def access_conversation_as(
    session: AnySession, user_id: UUID, conversation_id: str | UUID
) -> tuple[Conversation, WorkspaceMember]:
    """The conversation, and the member as whom this user sees it; NotFoundError, ForbiddenError."""
    found = visible.conversation_of_member(session, user_id, parse_id(conversation_id, "conversation"))
    if found is None:
        raise NotFoundError("There is no such conversation.")
    require(found[1])
    return found


def access_thread(session: AnySession, user_id: UUID, conversation_id: str) -> Thread:
    """The same for what only reads it, without loading it; NotFoundError, ForbiddenError."""
    found = visible.thread_of_member(session, user_id, parse_id(conversation_id, "conversation"))
    if found is None:
        raise NotFoundError("There is no such conversation.")
    require_seat(found.seat)
    return found


def lock_thread(session: AnySession, user_id: UUID, conversation_id: str) -> Locked:
    """The same, locked until the transaction ends; NotFoundError, ForbiddenError."""
    found = visible.lock_for_member(session, user_id, parse_id(conversation_id, "conversation"))
    if found is None:
        raise NotFoundError("There is no such conversation.")
    require_seat(found.seat)
    return found


def access_message(session: AnySession, user_id: UUID, message_id: str | UUID) -> Message:
    """The message; raises NotFoundError where it is unknown or not this user's to see."""
    found = visible.message_of_member(session, user_id, parse_id(message_id, "message"))
    if found is None:
        raise NotFoundError("There is no such message.")
    require(found[1])
    return found[0]


def access_workspace(
    session: AnySession, user_id: UUID, workspace_id: str
) -> tuple[Workspace, WorkspaceMember]:
    """The workspace, and the member as whom this user is in it; NotFoundError, ForbiddenError."""
    found = workspace_of_member(session, parse_id(workspace_id, "workspace"), user_id)
    if found is None:
        raise NotFoundError("There is no such workspace.")
    workspace, member = found
    require(member, is_owner=workspace.owner_user_id == user_id)
    return found


def permitted(member: AnyMember) -> bool:
    """Whether this member's role allows what the route that is being served needs."""
    needed = needed_permission()
    return needed is None or is_allowed(member.role, needed)


def require(member: AnyMember, *, is_owner: bool = False) -> None:
    """ForbiddenError where the route that is being served needs what this member's role does not allow.

    MfaRequiredError where the workspace asks for a second factor that the caller's token lacks. What they do
    not see was not found before: here it is seen, and may still not be touched.
    """
    ask_second_factor(member.workspace_id)
    needed = needed_permission()
    if needed is not None and not is_allowed(member.role, needed, is_owner=is_owner):
        raise _forbidden(needed)


def ask_second_factor(workspace_id: UUID) -> None:
    """MfaRequiredError where the workspace asks for a second factor that the present request lacks."""
    if workspace_id in withheld_workspaces():
        raise MfaRequiredError("This workspace asks for a second factor: sign in with it.")


def require_seat(seat: Seat) -> None:
    """As ``require``, where the statement that found the object has told what its workspace asks for."""
    if seat.asks_factor:
        ask_second_factor(seat.workspace_id)
    settle()
    needed = needed_permission()
    if needed is not None and not is_allowed(seat.role, needed):
        raise _forbidden(needed)


def _forbidden(needed: Permission) -> ForbiddenError:
    return ForbiddenError(f"Your role in this workspace does not allow it: {needed}.")


def parse_id(given: str | UUID, what: str) -> UUID:
    """Our own ids are UUIDs but opaque to clients, so that anything else is simply unknown: NotFoundError."""
    if isinstance(given, UUID):
        return given
    # Stricter than ``UUID()``, which takes braces and stray dashes: an id has one spelling.
    if not _UUID.fullmatch(given):
        raise NotFoundError(f"There is no such {what}.")
    return UUID(given)
