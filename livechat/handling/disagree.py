"""What the caller saw is no longer so: the answer that says what is, and who made it so."""

from typing import Any

from livechat.accounts.access import access_conversation
from livechat.conversations.ornaments import conversations_json
from livechat.core.errors import ConversationChangedError
from livechat.core.session import AnySession
from livechat.handling.queries.assignments import newest_change, newest_message
from livechat.models import Conversation, WorkspaceMember


def assigned_meanwhile(
    session: AnySession, member: WorkspaceMember, conversation: Conversation
) -> ConversationChangedError:
    """It is somebody else's; NotFoundError is raised where that took it out of this member's sight."""
    shown = _shown(session, member, conversation)
    last = newest_change(session, conversation.id, ["assignee"])
    by: dict[str, Any] | None = None
    if last is not None and last.actor_kind == "member":
        by = {"user_id": str(last.actor_id), "name": last.name}
    return ConversationChangedError(shown, by, last.at if last is not None else None)


def said_meanwhile(
    session: AnySession, member: WorkspaceMember, conversation: Conversation
) -> ConversationChangedError:
    """Something was said since: ``changed_by`` is the colleague who did, nobody where the customer did."""
    shown = _shown(session, member, conversation)
    last = newest_message(session, conversation, member.workspace_id)
    by: dict[str, Any] | None = None
    if last is not None and last.user_id is not None:
        by = {"user_id": str(last.user_id), "name": last.name}
    return ConversationChangedError(shown, by, last.timestamp if last is not None else None)


def _shown(session: AnySession, member: WorkspaceMember, conversation: Conversation) -> dict[str, Any]:
    # Whoever came first may have taken it out of this member's sight: then it is not found.
    access_conversation(session, member.user_id, conversation.id)
    [shown] = conversations_json(session, [conversation], member.user_id)
    return shown
