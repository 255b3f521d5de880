"""What a bulk action does to one conversation: the use case that does it to one anyway."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from livechat.accounts.access import access_conversation_as, parse_id
from livechat.bulk.queries import members_of_user
from livechat.conversations.mark_read import mark_read
from livechat.core.errors import ForbiddenError
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.domain.team.conversation_status import ConversationStatus, Standing
from livechat.handling.assign import Wanted, assign, hold_wanted
from livechat.handling.change_status import put_status
from livechat.labels.label_conversation import put_label, take_label
from livechat.models import BulkJob, Conversation, WorkspaceMember


@dataclass(frozen=True, slots=True)
class _Turn:
    """One conversation's: who acts on it, how, and what was its last message when it was asked for."""

    session: AnySession
    member: WorkspaceMember
    conversation: Conversation
    parameters: dict[str, Any]
    last_message_id: UUID | None


def apply_action(
    session: AnySession, job: BulkJob, conversation_id: UUID, last_message_id: UUID | None
) -> None:
    """Do it, as the one who wants it, if they may still see and change the conversation. Raises AppError."""
    conversation, member = access_conversation_as(session, job.user_id, conversation_id)
    if not is_allowed(member.role, Permission.CONVERSATION_WRITE):
        raise ForbiddenError("Your role does not allow it.")
    ACTIONS[job.action](_Turn(session, member, conversation, job.parameters, last_message_id))


def hold_takers(session: AnySession, job: BulkJob) -> None:
    """Lock whom and what team conversations are to be given to, before any conversation is locked."""
    if job.action == "assign":
        workspaces = [member.workspace_id for member in members_of_user(session, job.user_id)]
        hold_wanted(session, workspaces, _wanted(job.parameters))


def _wanted(parameters: dict[str, Any]) -> Wanted:
    return Wanted(parameters["assignee_id"], parameters.get("team_id"), moves="team_id" in parameters)


def _assign(turn: _Turn) -> None:
    expected: UUID | None = turn.conversation.assignee_id
    if "expected" in turn.parameters:
        given = turn.parameters["expected"]["assignee_id"]
        expected = None if given is None else parse_id(given, "member")
    wanted = _wanted(turn.parameters)
    assign(turn.session, turn.member, turn.conversation.id, wanted, expected=expected)


def _status(turn: _Turn) -> None:
    until = turn.parameters.get("snoozed_until")
    wanted = Standing(
        turn.parameters["status"],
        None if until is None else datetime.fromisoformat(until),
        turn.parameters.get("snooze_kind"),
    )
    # What was said after it was asked for, nobody had seen: it is not put away.
    opens = wanted.status == ConversationStatus.OPEN
    last_message = None if opens else (turn.last_message_id,)
    put_status(turn.session, turn.member, turn.conversation.id, wanted, last_message=last_message)


def _add_label(turn: _Turn) -> None:
    put_label(turn.session, turn.member.user_id, str(turn.conversation.id), turn.parameters["label_id"])


def _remove_label(turn: _Turn) -> None:
    take_label(turn.session, turn.member.user_id, str(turn.conversation.id), turn.parameters["label_id"])


def _read(turn: _Turn) -> None:
    # Who reads many at once has not looked at each: the customers are not told that somebody did.
    mark_read(turn.session, turn.conversation.id, None, by=turn.member.user_id, for_team=False)


ACTIONS: dict[str, Callable[[_Turn], None]] = {
    "assign": _assign,
    "status": _status,
    "add_label": _add_label,
    "remove_label": _remove_label,
    "read": _read,
}
