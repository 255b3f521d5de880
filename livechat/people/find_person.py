"""The profile of a conversation's customer: what is known of them, and their other conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from livechat.accounts.access import access_conversation_as
from livechat.conversations.queries.thread_pages import shared_in
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.models import Conversation, Person, WorkspaceMember
from livechat.people.one_person import conversations_of_person
from livechat.people.present_person import attributes_of, person_json
from livechat.people.queries import definitions_in, people_by_id, seen_threads


def find_person(session: AnySession, user_id: UUID, conversation_id: str) -> dict[str, Any]:
    """The person as this user sees them. Reading writes nothing: whoever has no row yet is shown without.

    Raises NotFoundError.
    """
    conversation, member = access_somebodys(session, user_id, conversation_id)
    person, ids = _person_of(session, member.workspace_id, conversation)
    definitions = definitions_in(session, member.workspace_id)
    return person_json(session, member, conversation, person, ids, definitions)


def shared_with_person(
    session: AnySession,
    user_id: UUID,
    conversation_id: str,
    kind: str | None,
    behind: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Messages of this kind in all conversations of the person that the user sees, the newest first.

    Raises NotFoundError.
    """
    conversation, member = access_somebodys(session, user_id, conversation_id)
    one = conversations_of_person(session, member.workspace_id, conversation)
    threads = seen_threads(user_id, [each.id for each in one])
    return shared_in(session, threads, kind, behind, limit)


def known_of_customer(session: AnySession, workspace_id: UUID, conversation: Conversation) -> dict[str, Any]:
    """{key: value} of the attributes that the customer of this conversation has; of a group none."""
    if conversation.group_id is not None:
        return {}
    person, _ = _person_of(session, workspace_id, conversation)
    return attributes_of(person, definitions_in(session, workspace_id)) if person is not None else {}


def _person_of(
    session: AnySession, workspace_id: UUID, conversation: Conversation
) -> tuple[Person | None, list[UUID]]:
    """The conversation's person, if anything is written down of them, and all conversations of theirs."""
    one = conversations_of_person(session, workspace_id, conversation)
    # Two, where only now it is known that they are one: the next change makes them one.
    people = people_by_id(session, {each.person_id for each in one if each.person_id is not None})
    own = next((each.person_id for each in one if each.id == conversation.id), None)
    person = next((each for each in people if each.id == own), people[0] if people else None)
    return person, [each.id for each in one]


def access_somebodys(
    session: AnySession, user_id: UUID, conversation_id: str
) -> tuple[Conversation, WorkspaceMember]:
    """A conversation with one customer, and the member as whom the user sees it; raises NotFoundError."""
    conversation, member = access_conversation_as(session, user_id, conversation_id)
    if conversation.group_id is not None:
        raise NotFoundError("A group is no person.")
    return conversation, member
