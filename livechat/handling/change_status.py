"""Resolving, snoozing and opening a conversation: as long as nothing was said that the asker has not seen."""

from datetime import datetime
from uuid import UUID

from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.queries.takers import who_may_have
from livechat.conversations.write_changes import Changed, standing_changes, write_changes
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.team.conversation_status import (
    ConversationStatus,
    InvalidStandingError,
    Standing,
    standing_of,
    wanted_standing,
)
from livechat.handling.disagree import said_meanwhile
from livechat.handling.queries.standings import change_status
from livechat.models import Conversation, WorkspaceMember


def check_standing(
    status: str, snoozed_until: datetime | None, snooze_kind: str | None, now: datetime
) -> Standing:
    """What was asked for; raises ValidationFailedError."""
    try:
        return wanted_standing(status, snoozed_until, snooze_kind, now)
    except InvalidStandingError as error:
        raise ValidationFailedError(errors={error.field: [str(error)]}) from error


def put_status(
    session: AnySession,
    member: WorkspaceMember,
    conversation_id: UUID,
    wanted: Standing,
    *,
    last_message: tuple[UUID | None] | None,
) -> tuple[Conversation, UUID]:
    """Put the conversation there, as long as ``last_message``, where given, is its last; it then.

    With it the operation's id: where it stood so already nothing is written down, and it leads nowhere.
    ``member`` has been checked for access; the caller commits. Raises ConversationChangedError,
    NotFoundError.
    """
    # Storing a webhook takes the same lock, so that no message slips between the look and the change.
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    was = standing_of(conversation)
    if was == wanted:
        return conversation, uuid7()
    if not change_status(session, conversation_id, wanted, last_message=last_message):
        raise said_meanwhile(session, member, conversation)
    changed = standing_changes(conversation_id, was, wanted) + set_free(session, conversation, was, wanted)
    operation_id = write_changes(session, member.user_id, changed)
    session.refresh(conversation)
    return conversation, operation_id


def set_free(
    session: AnySession, conversation: Conversation, was: Standing, becomes: Standing
) -> list[Changed]:
    """What was resolved and opens is nobody's, where its assignee may not have it any more: that change.

    Who leaves hands on what is open and snoozed alone. The conversation is locked.
    """
    assignee = conversation.assignee_id
    resolved = ConversationStatus.RESOLVED
    if assignee is None or was.status != resolved or becomes.status == resolved:
        return []
    if who_may_have(session, conversation.id, {assignee}):
        return []
    conversation.assignee_id = None
    session.flush()
    return [Changed(conversation.id, "assignee", assignee, None)]
