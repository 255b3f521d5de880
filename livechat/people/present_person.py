"""A person as JSON."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from livechat.conversations.ornaments import conversations_json
from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.models import AttributeDefinition, Conversation, Person, WorkspaceMember
from livechat.people.queries import names_of_members, seen_conversations

Json = dict[str, Any]
# What can be written down of everybody.
FIELDS = ("display_name", "language", "time_zone", "email")


def person_json(
    session: AnySession,
    member: WorkspaceMember,
    conversation: Conversation,
    person: Person | None,
    conversation_ids: Collection[UUID],
    definitions: Sequence[AttributeDefinition],
) -> Json:
    """The person of this conversation. None: nobody has written down anything of them yet.

    Of their conversations only those that the member sees are there.
    """
    by = {each for each in (person.named_by, person.changed_by) if each} if person is not None else set()
    names = names_of_members(session, member.workspace_id, by)
    seen: Sequence[Conversation] = seen_conversations(session, member.user_id, conversation_ids)
    return {
        "id": str(person.id) if person is not None else None,
        "workspace_id": str(member.workspace_id),
        **values_of(person),
        "attributes": attributes_of(person, definitions),
        "profile_name": conversation.profile_name
        if conversation.given_name is not None
        else conversation.customer_name,
        "named_by": _by(person.named_by if person is not None else None, names),
        "named_at": rfc3339(person.named_at) if person is not None else None,
        "changed_by": _by(person.changed_by if person is not None else None, names),
        "changed_at": rfc3339(person.updated_at) if person is not None and person.changed_by else None,
        "conversations": conversations_json(session, seen, member.user_id),
    }


def values_of(person: Person | None) -> Json:
    """What is written down of them."""
    if person is None:
        return dict.fromkeys(FIELDS)
    return {name: getattr(person, name) for name in FIELDS}


def attributes_of(person: Person | None, definitions: Sequence[AttributeDefinition]) -> Json:
    """{key: value} of the attributes in use that have one."""
    values = person.attributes if person is not None else {}
    return {each.key: values[each.key] for each in definitions if each.key in values}


def _by(user_id: UUID | None, names: dict[UUID, str | None]) -> Json | None:
    return {"user_id": str(user_id), "name": names.get(user_id)} if user_id is not None else None
