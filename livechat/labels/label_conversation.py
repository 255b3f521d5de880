"""Putting a label on a conversation and taking it off, and how a conversation shows its labels."""

from typing import Any
from uuid import UUID

from livechat.accounts.access import access_conversation_as, parse_id
from livechat.conversations.ornaments import shared
from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.labels.queries import find_label, label_in_its_place, labels_column, put_on, take_off
from livechat.models import Conversation, Label

Json = dict[str, Any]


def put_label(
    session: AnySession, user_id: UUID, conversation_id: str, label_id: str
) -> tuple[Conversation, UUID]:
    """Put the label on; the conversation, and the operation's id. The caller commits.

    Of an exclusive group it takes the other label's place. Raises NotFoundError, ForbiddenError.
    """
    conversation, label = _found(session, user_id, conversation_id, label_id)
    if label.archived_at is not None:
        raise NotFoundError("There is no such label.")
    return conversation, wear(session, user_id, conversation, label)


def take_label(
    session: AnySession, user_id: UUID, conversation_id: str, label_id: str
) -> tuple[Conversation, UUID]:
    """Take the label off; the conversation, and the operation's id. The caller commits.

    Raises NotFoundError, ForbiddenError.
    """
    conversation, label = _found(session, user_id, conversation_id, label_id)
    return conversation, shed(session, user_id, conversation, label)


def wear(session: AnySession, user_id: UUID, conversation: Conversation, label: Label) -> UUID:
    """Put the label on a conversation that is locked, and that this user may label; the operation's id."""
    was = label_in_its_place(session, conversation.id, label)
    if put_on(session, conversation.id, label, user_id):
        return _record(session, user_id, conversation, was, label.id)
    return uuid7()


def shed(session: AnySession, user_id: UUID, conversation: Conversation, label: Label) -> UUID:
    """Take it off in the same way."""
    if take_off(session, conversation.id, label.id):
        return _record(session, user_id, conversation, label.id, None)
    return uuid7()


@shared("labels", [labels_column()])
def _labels(worn: list[Json] | None) -> list[Json]:
    return worn or []


def _found(
    session: AnySession, user_id: UUID, conversation_id: str, label_id: str
) -> tuple[Conversation, Label]:
    """The conversation, locked, and a label of its workspace."""
    seen, member = access_conversation_as(session, user_id, conversation_id)
    label = find_label(session, member.workspace_id, parse_id(label_id, "label"))
    if label is None:
        raise NotFoundError("There is no such label.")
    conversation = lock_conversation(session, seen.id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    return conversation, label


def _record(
    session: AnySession, user_id: UUID, conversation: Conversation, was: UUID | None, becomes: UUID | None
) -> UUID:
    """Write the change down and tell open pages; the operation's id.

    A label that takes the place of another is one change, and so is undone as one.
    """
    # Its row is locked.
    conversation.version += 1
    return write_changes(session, user_id, [Changed(conversation.id, "label", was, becomes)])
