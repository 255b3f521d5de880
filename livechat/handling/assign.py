"""Assigning a conversation, to a member, to a team, to nobody: as long as it is still whose they saw."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import AssigneeUnavailableError, NotFoundError
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.permissions import Permission, is_allowed
from livechat.domain.visibility import Audience, Sight, Visibility
from livechat.handling.disagree import assigned_meanwhile
from livechat.handling.queries.assignments import (
    change_assignment,
    chosen_numbers,
    hold_member,
)
from livechat.models import Conversation, WorkspaceMember
from livechat.notes.write_note import create_note
from livechat.team.queries.groups import hold_teams


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose the conversation is to be. ``team`` where ``moves`` only: else it keeps its own.

    ``note`` is what the next one is to know: written where anything changes, so not twice by a repetition.
    """

    assignee: str | UUID | None
    team: str | None = None
    moves: bool = False
    note: str | None = None


def assign(
    session: AnySession,
    member: WorkspaceMember,
    conversation_id: UUID,
    wanted: Wanted,
    *,
    expected: UUID | None,
) -> tuple[Conversation, UUID]:
    """Assign it where it is still ``expected``'s; the conversation then, and the operation's id.

    Of an operation that found it so already nothing is written down: its id leads to nothing to undo.

    ``member``, who asks, has been checked for access; the caller commits. Raises ConversationChangedError,
    AssigneeUnavailableError, or NotFoundError (the team, or the conversation by now).
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    # Members, teams, conversations: so this and a removal never wait for each other.
    assignee_id = available(session, member.workspace_id, conversation.phone_number_id, wanted.assignee)
    team_id = _team(session, member.workspace_id, wanted.team)
    before = lock_conversation(session, conversation_id)
    if before is None:
        raise NotFoundError("There is no such conversation.")
    was = {"assignee": before.assignee_id, "team": before.team_id}
    becomes = {"assignee": assignee_id, "team": team_id if wanted.moves else before.team_id}
    if was == becomes:
        return before, uuid7()
    if not change_assignment(
        session,
        conversation_id,
        expected=expected,
        assignee_id=becomes["assignee"],
        team_id=becomes["team"],
    ):
        raise assigned_meanwhile(session, member, before)
    changed = [
        Changed(conversation_id, field, was[field], value)
        for field, value in becomes.items()
        if value != was[field]
    ]
    operation_id = write_changes(session, member.user_id, changed)
    if wanted.note is not None:
        create_note(session, member, conversation_id, wanted.note)
    session.refresh(before)
    return before, operation_id


def hold_wanted(session: AnySession, workspace_ids: Collection[UUID], wanted: Wanted) -> None:
    """Lock whom it is to be assigned to, for who assigns many: before any conversation is locked.

    Who is nobody, or no team, holds nothing up here: ``assign`` says so of each conversation.
    """
    if wanted.assignee is not None:
        with suppress(NotFoundError):
            user_id = parse_id(wanted.assignee, "member")
            for workspace_id in workspace_ids:
                hold_member(session, workspace_id, user_id)
    if wanted.team is not None:
        with suppress(NotFoundError):
            team_ids = {parse_id(wanted.team, "team")}
            for workspace_id in workspace_ids:
                hold_teams(session, workspace_id, team_ids)


def available(
    session: AnySession, workspace_id: UUID, phone_number_id: str, given: str | UUID | None
) -> UUID | None:
    """Whoever is given, held until the transaction ends: they may answer here, and stay who they are.

    Raises AssigneeUnavailableError.
    """
    if given is None:
        return None
    try:
        found = hold_member(session, workspace_id, parse_id(given, "member"))
    except NotFoundError:
        found = None
    return require_taker(session, found, phone_number_id)


def require_taker(session: AnySession, found: WorkspaceMember | None, phone_number_id: str) -> UUID:
    """The active member's id, where they may have conversations on this number.

    Raises AssigneeUnavailableError.
    """
    if found is None:
        raise AssigneeUnavailableError("There is no such active member in this workspace.")
    if not is_allowed(found.role, Permission.MESSAGE_SEND):
        raise AssigneeUnavailableError("Their role does not let them answer.")
    sight = Sight(found.user_id, Visibility(found.visibility), chosen_numbers(session, found))
    if not sight.sees(Audience(phone_number_id, assignee_id=found.user_id)):
        raise AssigneeUnavailableError("They may not see this conversation.")
    return found.user_id


def _team(session: AnySession, workspace_id: UUID, given: str | None) -> UUID | None:
    if given is None:
        return None
    team_id = parse_id(given, "team")
    if not hold_teams(session, workspace_id, {team_id}):
        raise NotFoundError("There is no such team.")
    return team_id
