"""Loading conversations under lock into ``People``, and writing the new, moved and merged ones."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from livechat.conversations.merging import merge_conversation
from livechat.core.session import AnySession
from livechat.customers import queries as queries
from livechat.customers.loaded import Key, LoadedConversation, OtherId
from livechat.customers.people import People

_ADDED = ("counted", "counted_seq")
_MARKS = ("new", "heard", "dirty", "identity_dirty", "first_at", *_ADDED)
_LOADED = [item.name for item in fields(LoadedConversation) if item.name not in _MARKS]
# Where it stands is the team's to write: an arrival that opens it does so by itself.
_READ_ONLY = ("begun_silently", "status", "snoozed_until", "snooze_kind", "assignee_id", "has_sending")
_WRITTEN = [*(name for name in _LOADED if name not in _READ_ONLY), *_ADDED]


class BatchOvertakenError(Exception):
    """Another batch changed the same customers before our lock: roll back and start again."""


def lock_people(session: AnySession, keys: Collection[Key], *, first_words: bool = False) -> People:
    """The conversations that these keys may touch, locked. Raises BatchOvertakenError.

    With ``first_words`` each has the time of its oldest message in ``first_at``.
    """
    if not keys:
        return People()
    rows = [{"number": number, "kind": kind, "value": value} for number, kind, value in sorted(keys)]
    # The columns stand in the order of the fields: taking them by name costs as much as the query.
    conversations = [LoadedConversation(*row) for row in queries.lock_conversations(session, rows)]
    others = [
        OtherId((row.phone_number_id, row.kind, row.value), row.conversation_id, row.left_at)
        for row in queries.other_ids(session, rows)
    ]
    loaded = {conversation.id: conversation for conversation in conversations}
    if any(other.conversation_id not in loaded for other in others if other.conversation_id is not None):
        raise BatchOvertakenError
    if first_words:
        for conversation_id, at in queries.first_words(session, list(loaded)).items():
            loaded[conversation_id].first_at = at
    return People.of(conversations, others)


def write_new_people(session: AnySession, people: People) -> None:
    """Write merges, new conversations and changed ids. Raises BatchOvertakenError.

    This comes before messages are stored, which refer to these rows. Other columns are written at the end.
    """
    for loser, winner in people.merges:
        merge_conversation(session, loser, people.get(winner).id)
    moving = [c.id for c in people.conversations.values() if c.identity_dirty and not c.new]
    if moving:
        queries.release_identities(session, moving)
    new = [conversation for conversation in people.conversations.values() if conversation.new]
    if new and queries.insert_conversations(session, [written_columns(c) for c in new]) < len(new):
        raise BatchOvertakenError
    if moving:
        queries.update_conversations(
            session, [written_columns(people.conversations[each]) for each in moving]
        )
    _write_other_ids(session, people)


def _write_other_ids(session: AnySession, people: People) -> None:
    if people.ended:
        names = ("phone_number_id", "kind", "value")
        queries.end_other_writings(
            session, [dict(zip(names, key, strict=True)) for key in sorted(people.ended)]
        )
    if people.left:
        rows = [{"conversation_id": id_, "left_at": at} for id_, at in people.left.items()]
        queries.leave_other_writings(session, rows)
    if people.changed_ids:
        queries.save_other_ids(
            session,
            [
                {
                    "phone_number_id": other.key[0],
                    "kind": other.key[1],
                    "value": other.key[2],
                    "conversation_id": None
                    if other.conversation_id is None
                    else people.get(other.conversation_id).id,
                    "left_at": other.left_at,
                }
                for other in people.changed_ids.values()
            ],
        )


def written_columns(conversation: LoadedConversation) -> dict[str, Any]:
    """The columns of a conversation that are written back, {name: value}."""
    return {name: getattr(conversation, name) for name in _WRITTEN}
