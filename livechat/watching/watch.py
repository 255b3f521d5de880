"""Following a conversation, and having a colleague follow it.

It decides who sees the conversation, so it is written down like an assignment: who gave or took sight stands
in the thread, and whoever loses it is told to forget the conversation.
"""

from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.accounts.queries.visible import who_sees
from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import AssigneeUnavailableError, ForbiddenError, NotFoundError
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.permissions import Permission, is_allowed
from livechat.domain.visibility import Audience, Sight, Visibility
from livechat.models import Conversation, WorkspaceMember
from livechat.team.queries.rosters import lock_members, members_in
from livechat.watching.queries import add_watcher, drop_watcher

FIELD = "watcher"


def watch(
    session: AnySession, by: WorkspaceMember, conversation_id: UUID, user_id: str
) -> tuple[Conversation, UUID]:
    """Let the member follow it; the conversation, and the operation's id. The caller commits.

    ``by``, who asks, has been checked for access. Themselves anybody may; a colleague who sees the
    conversation whoever answers; to who does not see it only admins give sight. Raises NotFoundError,
    ForbiddenError, and AssigneeUnavailableError for who may not use the number.
    """
    member = _member(session, by, user_id)
    if member.state != "active":
        raise AssigneeUnavailableError("They are not active in this workspace.")
    if member.user_id not in who_sees(session, conversation_id, [member.user_id]):
        if not is_allowed(by.role, Permission.MEMBER_MANAGE):
            raise ForbiddenError("They do not see this conversation: only admins may let them.")
        _check_number(session, member, conversation_id)
    conversation = _locked(session, conversation_id)
    if not add_watcher(session, conversation.id, member.user_id):
        return conversation, uuid7()
    return _record(session, by, conversation, None, member.user_id)


def stop_watching(
    session: AnySession, by: WorkspaceMember, conversation_id: UUID, user_id: str
) -> tuple[Conversation, UUID]:
    """Let the member follow it no more; the conversation, and the operation's id. The caller commits.

    ``by``, who asks, has been checked for access. Themselves anybody may; a colleague whoever answers, as
    long as they go on seeing it: only admins take sight. Raises NotFoundError, ForbiddenError.
    """
    member = _member(session, by, user_id)
    conversation = _locked(session, conversation_id)
    may_take_sight = member.user_id == by.user_id or is_allowed(by.role, Permission.MEMBER_MANAGE)
    if not may_take_sight and not _sees_anyway(session, member, conversation):
        raise ForbiddenError("They would not see this conversation any more: only admins may do that.")
    if not drop_watcher(session, conversation.id, member.user_id):
        return conversation, uuid7()
    return _record(session, by, conversation, member.user_id, None)


def _member(session: AnySession, by: WorkspaceMember, user_id: str) -> WorkspaceMember:
    """Whom it is about. Their row is locked, before the conversation: nobody is removed in between."""
    wanted = parse_id(user_id, "member")
    if wanted != by.user_id and not is_allowed(by.role, Permission.CONVERSATION_WRITE):
        raise ForbiddenError("Your role in this workspace lets you decide for yourself alone.")
    found = lock_members(session, by.workspace_id, {wanted}).get(wanted)
    if found is None or found.state == "removed":
        raise NotFoundError("There is no such member.")
    return found


def _check_number(session: AnySession, member: WorkspaceMember, conversation_id: UUID) -> None:
    """Following gives no sight of a number."""
    conversation = session.get_one(Conversation, conversation_id)
    if not _sight(session, member).sees_number(conversation.phone_number_id):
        raise AssigneeUnavailableError("They may not use this number.")


def _sees_anyway(session: AnySession, member: WorkspaceMember, conversation: Conversation) -> bool:
    """Whether they see it without following it."""
    audience = Audience(conversation.phone_number_id, conversation.assignee_id, conversation.team_id)
    return _sight(session, member).sees(audience)


def _sight(session: AnySession, member: WorkspaceMember) -> Sight:
    [facts] = members_in(session, member.workspace_id, user_id=member.user_id)
    numbers = None if facts.numbers is None else frozenset(facts.numbers)
    return Sight(member.user_id, Visibility(member.visibility), numbers, frozenset(facts.teams))


def _locked(session: AnySession, conversation_id: UUID) -> Conversation:
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    return conversation


def _record(
    session: AnySession, by: WorkspaceMember, conversation: Conversation, was: UUID | None, now: UUID | None
) -> tuple[Conversation, UUID]:
    # Its row is locked.
    conversation.version += 1
    changed = Changed(conversation.id, FIELD, was, now)
    return conversation, write_changes(session, by.user_id, [changed])
