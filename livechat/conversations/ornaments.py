"""Ornaments: what a conversation is shown with besides its own row, in the list, alone and in live events.

An ornament is one function here. It fills one key of the conversation's JSON, for many conversations in one
statement: the same for everybody (``@shared``), or for each user (``@personal``). They are listed nowhere
else, so a page that listens to events and one that fetches always show the same.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from livechat.conversations.present import Json, conversation_json, draft_json, messages_json
from livechat.conversations.queries.drafts import drafts_in
from livechat.conversations.queries.reads import read_totals
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.models import Conversation


@dataclass(frozen=True, slots=True)
class Asked:
    """The conversations that ornaments are loaded for, and the user who is shown them.

    ``user_id`` None asks for what every user sees, since a live event goes to many.
    """

    session: AnySession
    conversations: Sequence[Conversation | Row[Any]]
    user_id: UUID | None = None
    # Messages that the caller has loaded, as JSON.
    messages: dict[UUID, Json] = field(default_factory=dict)
    # The same conversations as rows of ``whole_rows``, which have most ornaments: then nothing is asked for.
    whole: Sequence[Row[Any]] | None = None

    @property
    def ids(self) -> list[UUID]:
        return [each.id for each in self.conversations]


# They return {conversation: value} and {conversation: {user: value}}.
Shared = Callable[[Asked], Mapping[UUID, Any]]
Personal = Callable[[Asked], Mapping[UUID, Mapping[UUID, Any]]]
# {key of the JSON: what fills it}; the key is null where there is nothing.
SHARED: dict[str, Shared] = {}
PERSONAL: dict[str, Personal] = {}


def shared(key: str) -> Callable[[Shared], Shared]:
    """Register a function that fills ``key`` with the same value for all who see the conversation."""

    def register(load: Shared) -> Shared:
        SHARED[key] = load
        return load

    return register


def personal(key: str) -> Callable[[Personal], Personal]:
    """Register a function that fills ``key`` for each user with a value that only they see."""

    def register(load: Personal) -> Personal:
        PERSONAL[key] = load
        return load

    return register


@shared("last_message")
def _last_messages(asked: Asked) -> Mapping[UUID, Json]:
    last = {each.id: each.last_message_id for each in asked.conversations if each.last_message_id is not None}
    missing = [message_id for message_id in last.values() if message_id not in asked.messages]
    found = ChainMap(messages_json(asked.session, missing), asked.messages)
    return {conversation: found[message] for conversation, message in last.items() if message in found}


@personal("draft")
def _drafts(asked: Asked) -> Mapping[UUID, Mapping[UUID, Json]]:
    found: dict[UUID, dict[UUID, Json]] = {}
    begun = asked.ids if asked.whole is None else [row.id for row in asked.whole if row.has_draft]
    for draft in drafts_in(asked.session, begun, asked.user_id) if begun else ():
        found.setdefault(draft.conversation_id, {})[draft.user_id] = draft_json(draft)
    return found


@personal("read_total")
def _read_totals(asked: Asked) -> Mapping[UUID, Mapping[UUID, int]]:
    """For who asks alone: an event is rendered once for all, and its readers know their own number."""
    if asked.user_id is None:
        return {}
    user_id = asked.user_id
    return {id_: {user_id: total} for id_, total in read_totals(asked.session, user_id, asked.ids).items()}


class Ornaments:
    """All ornaments of the conversations that were asked for, loaded in one statement for each kind."""

    def __init__(self, asked: Asked) -> None:
        # Where no conversation is asked for, neither is the database.
        some = bool(asked.conversations)
        self._shared = {key: load(asked) if some else {} for key, load in SHARED.items()}
        self._personal = {key: load(asked) if some else {} for key, load in PERSONAL.items()}

    def of(self, conversation_id: UUID, user_id: UUID | None = None) -> Json:
        """Every key as this user is shown it. Where no user is named, personal keys are null."""
        shared = {key: values.get(conversation_id) for key, values in self._shared.items()}
        return shared | self._of_user(conversation_id, user_id)

    def personal(self, conversation_id: UUID) -> dict[UUID, Json]:
        """{user: their personal keys} of users for whom the conversation has something personal."""
        users = {user for values in self._personal.values() for user in values.get(conversation_id, ())}
        return {user: self._of_user(conversation_id, user) for user in users}

    def _of_user(self, conversation_id: UUID, user_id: UUID | None) -> Json:
        of_users = {key: values.get(conversation_id, {}) for key, values in self._personal.items()}
        return {key: values.get(user_id) if user_id is not None else None for key, values in of_users.items()}


def conversations_json(
    session: AnySession,
    conversations: Sequence[Conversation],
    user_id: UUID,
    messages: dict[UUID, Json] | None = None,
) -> list[Json]:
    """The conversations as this user sees them, in the order given. ``messages``: see ``Asked``."""
    ornaments, now = Ornaments(Asked(session, conversations, user_id, messages or {})), clock.now()
    return [conversation_json(item, ornaments.of(item.id, user_id), now) for item in conversations]
