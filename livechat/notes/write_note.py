"""Writing, editing and deleting a private note."""

from collections.abc import Sequence
from uuid import UUID

from livechat.accounts.access import access_conversation_as, parse_id
from livechat.conversations.ornaments import conversations_json
from livechat.conversations.queries.finding import lock_conversation
from livechat.core.errors import (
    ConversationChangedError,
    ForbiddenError,
    NotFoundError,
)
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.permissions import Permission, is_allowed
from livechat.domain.words.mentions import without_mentions
from livechat.domain.words.tokens import tokens
from livechat.live.event_log import Change, Kind
from livechat.live.publish import publish
from livechat.models import Conversation, Note, WorkspaceMember
from livechat.notes.name_people import name_people
from livechat.notes.present_note import Json, notes_json
from livechat.notes.queries import (
    conversation_of_note,
    insert_mentions,
    keep_version,
    lock_note,
    name_of,
    named_in,
)
from livechat.notifications.notify import MENTION, notify


def create_note(
    session: AnySession,
    author: WorkspaceMember,
    conversation_id: UUID,
    body: str,
    mentions: Sequence[Json] = (),
) -> UUID:
    """Write a note that names these, ``{"user_id"}`` or ``{"team_id"}`` each; its id. The caller commits.

    ``author`` has been checked for access. Raises NotFoundError where the conversation was merged just now,
    and ValidationFailedError where somebody is named who cannot see it.
    """
    named = name_people(session, author, conversation_id, mentions)
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    words = tokens(without_mentions(body, [str(user or team) for user, team in named.mentions]))
    note = Note(conversation_id=conversation.id, author_id=author.user_id, body=body, search=words)
    session.add(note)
    session.flush()
    insert_mentions(session, note.id, named.mentions)
    publish(session, others=[(conversation.id, Change(Kind.NOTE_CREATED, note.id))])
    told = sorted(named.users - {author.user_id})
    notify(session, MENTION, [(user, conversation.id, note.id) for user in told])
    return note.id


def edit_note(session: AnySession, user_id: UUID, note_id: str, body: str, version: int) -> UUID:
    """Replace what the note says, as long as it has this version; its id. The caller commits.

    Raises NotFoundError, ForbiddenError (only the author may), and ConversationChangedError with the note as
    it is now.
    """
    conversation, member, note = _locked(session, user_id, note_id)
    if note.author_id != user_id:
        raise ForbiddenError("Only its author may edit a note.")
    if note.deleted_at is None and note.body == body:
        # Also where this very request was heard before, and its answer lost.
        return note.id
    if note.version != version or note.deleted_at is not None:
        raise _changed(session, member, conversation, note)
    keep_version(session, note, user_id)
    note.body, note.edited_at, note.version = body, clock.now(), note.version + 1
    _find_by(session, note, tokens(without_mentions(body, named_in(session, note.id))))
    _tell(session, note, Kind.NOTE_UPDATED)
    return note.id


def delete_note(session: AnySession, user_id: UUID, note_id: str) -> None:
    """Delete the note; harmless to repeat. Its place stays, its text is kept aside. The caller commits.

    Raises NotFoundError, and ForbiddenError for who is neither its author nor an admin.
    """
    _, member, note = _locked(session, user_id, note_id)
    if note.author_id != user_id and not is_allowed(member.role, Permission.WORKSPACE_MANAGE):
        raise ForbiddenError("Only its author and admins may delete a note.")
    if note.deleted_at is None:
        keep_version(session, note, user_id)
        note.body, note.deleted_at, note.deleted_by = None, clock.now(), user_id
        note.version += 1
        _find_by(session, note, [])
        _tell(session, note, Kind.NOTE_UPDATED)


def _locked(session: AnySession, user_id: UUID, note_id: str) -> tuple[Conversation, WorkspaceMember, Note]:
    """The note, locked after its conversation, where it stands, and as whom the user sees it."""
    found = parse_id(note_id, "note")
    conversation_id = conversation_of_note(session, found)
    if conversation_id is None:
        raise NotFoundError("There is no such note.")
    try:
        seen, member = access_conversation_as(session, user_id, conversation_id)
    except NotFoundError as error:
        raise NotFoundError("There is no such note.") from error
    # A note that is written twice in one transaction asks for its conversation anew, and a merge, which has
    # that, for the note.
    conversation = lock_conversation(session, seen.id)
    if conversation is None:
        raise NotFoundError("There is no such note.")
    return conversation, member, lock_note(session, found)


def _find_by(session: AnySession, note: Note, words: list[str]) -> None:
    """By itself: the trigger of migration 0042 takes the words from whoever changes the text alone."""
    session.flush()
    note.search = words


def _tell(session: AnySession, note: Note, kind: Kind) -> None:
    session.flush()
    publish(session, others=[(note.conversation_id, Change(kind, note.id))])


def _changed(
    session: AnySession, member: WorkspaceMember, conversation: Conversation, note: Note
) -> ConversationChangedError:
    [shown] = conversations_json(session, [conversation], member.user_id)
    by = note.deleted_by or note.author_id
    changed_by = {"user_id": str(by), "name": name_of(session, member.workspace_id, by)}
    changed_at = note.deleted_at or note.edited_at
    return ConversationChangedError(
        shown, changed_by, changed_at, note=notes_json(session, [note.id])[note.id]
    )
