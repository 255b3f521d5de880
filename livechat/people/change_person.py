"""Writing down what a member knows of a customer: their name, and what else there is to say."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from livechat.conversations.ornaments import conversations_json
from livechat.conversations.queries.finding import lock_conversations
from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import ConversationChangedError, NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.phone import phone_key
from livechat.domain.team.attributes import AttributeType, InvalidValueError, checked_value
from livechat.live.publish import publish
from livechat.models import AttributeDefinition, Conversation, Person, WorkspaceMember
from livechat.people.find_person import access_somebodys
from livechat.people.one_person import conversations_of_person
from livechat.people.present_person import FIELDS, attributes_of, person_json, values_of
from livechat.people.queries import (
    Candidate,
    attach,
    definitions_in,
    join_people,
    names_shown,
    people_by_id,
    write_ids,
    write_name,
)

Json = dict[str, Any]


def change_person(
    session: AnySession,
    user_id: UUID,
    conversation_id: str,
    changes: Mapping[str, Any],
    expected: Mapping[str, Any],
) -> Json:
    """The person with what was given changed, in all their conversations; the caller commits.

    ``expected`` is what the member saw of it. Raises NotFoundError, ForbiddenError, and
    ValidationFailedError for attributes, and ConversationChangedError where somebody else was quicker.
    """
    conversation, member = access_somebodys(session, user_id, conversation_id)
    one = lock_somebodys(session, member.workspace_id, conversation)
    ids = [each.id for each in one]
    person = _joined(session, one)
    definitions = definitions_in(session, member.workspace_id)
    changes = {**changes, "attributes": check_attributes(definitions, changes.get("attributes", {}))}
    show = partial(person_json, session, member, conversation, definitions=definitions, conversation_ids=ids)
    is_now = values_of(person) | {"attributes": attributes_of(person, definitions)}
    if _differing(is_now, expected):
        raise _changed_meanwhile(session, member, conversation, person, show(person), is_now, expected)
    becomes = _differing(is_now, changes)
    if becomes:
        person = person or _made(session, member.workspace_id)
        _write(session, member, person, one, becomes)
        _tell(session, member, person, ids)
        session.refresh(person)
        session.refresh(conversation)
    return show(person)


def set_attributes(
    session: AnySession,
    member: WorkspaceMember,
    conversation: Conversation,
    held: Collection[UUID],
    values: Mapping[str, Any],
) -> None:
    """Write down these checked values, None: there is none, of whose locked conversations ``held`` are.

    The caller writes down the change, and commits. The conversation's row is read anew.
    """
    one = _held_of(session, member.workspace_id, conversation, held)
    person = _joined(session, one) or _made(session, member.workspace_id)
    _write(session, member, person, one, {"attributes": values})
    _tell(session, member, person, [each.id for each in one])
    session.refresh(conversation)


def check_attributes(definitions: Sequence[AttributeDefinition], given: Mapping[str, Any]) -> Json:
    """The values as they are kept; None: it is taken away. Raises ValidationFailedError."""
    known = {each.key: each for each in definitions}
    values: Json = {}
    errors: dict[str, list[str]] = {}
    for key, value in given.items():
        definition = known.get(key)
        if definition is None:
            errors[f"attributes.{key}"] = ["There is no such attribute."]
            continue
        try:
            kind, options = AttributeType(definition.type), definition.options or []
            values[key] = checked_value(kind, options, value) if value is not None else None
        except InvalidValueError as error:
            errors[f"attributes.{key}"] = [str(error)]
    if errors:
        raise ValidationFailedError(errors=errors)
    return values


def _differing(is_now: Json, given: Mapping[str, Any]) -> Json:
    """What of ``given`` is not so now; of attributes each by itself."""
    found = {name: value for name, value in given.items() if name != "attributes" and value != is_now[name]}
    values = {
        key: value
        for key, value in given.get("attributes", {}).items()
        if value != is_now["attributes"].get(key)
    }
    return found | ({"attributes": values} if values else {})


def lock_somebodys(session: AnySession, workspace_id: UUID, conversation: Conversation) -> list[Candidate]:
    """All conversations of the person, locked in the order of their ids, as everybody does.

    Raises NotFoundError where it is merged away.
    """
    held = {each.id for each in conversations_of_person(session, workspace_id, conversation)}
    lock_conversations(session, held)
    one = _held_of(session, workspace_id, conversation, held)
    if conversation.id not in {each.id for each in one}:
        raise NotFoundError("There is no such conversation.")
    session.refresh(conversation)
    return one


def _held_of(
    session: AnySession, workspace_id: UUID, conversation: Conversation, held: Collection[UUID]
) -> list[Candidate]:
    """Those of the person that are locked, as they are now.

    Whoever was quicker may have merged or parted them; what came in between is found by its ids.
    """
    return [each for each in conversations_of_person(session, workspace_id, conversation) if each.id in held]


def _joined(session: AnySession, one: list[Candidate]) -> Person | None:
    """The one person that these are of, locked, if there is any yet; two become the older."""
    ids = {each.person_id for each in one if each.person_id is not None}
    people = people_by_id(session, ids, lock=True)
    for other in people[1:]:
        join_people(session, other.id, people[0].id)
        session.expunge(other)
    if len(people) > 1:
        session.refresh(people[0])
    return people[0] if people else None


def _made(session: AnySession, workspace_id: UUID) -> Person:
    person = Person(workspace_id=workspace_id)
    session.add(person)
    session.flush()
    return person


def _changed_meanwhile(
    session: AnySession,
    member: WorkspaceMember,
    conversation: Conversation,
    person: Person | None,
    shown: Json,
    is_now: Json,
    expected: Mapping[str, Any],
) -> ConversationChangedError:
    by, at = shown["changed_by"], person.updated_at if person is not None else None
    if person is not None and _differing(is_now, expected).keys() == {"display_name"}:
        by, at = shown["named_by"], person.named_at
    [now] = conversations_json(session, [conversation], member.user_id)
    return ConversationChangedError(now, by, at, person=shown)


def _write(
    session: AnySession,
    member: WorkspaceMember,
    person: Person,
    one: list[Candidate],
    becomes: Mapping[str, Any],
) -> None:
    for name in becomes.keys() & set(FIELDS):
        setattr(person, name, becomes[name])
    values = person.attributes | becomes.get("attributes", {})
    person.attributes = {key: value for key, value in values.items() if value is not None}
    person.changed_by = member.user_id
    if "display_name" in becomes:
        person.named_by, person.named_at = member.user_id, clock.now()
    session.flush()
    attach(session, person.id, [each.id for each in one if each.person_id is None])
    ids = {("phone", phone_key(each.customer_phone)) for each in one if each.customer_phone is not None}
    ids |= {("bsuid", each.customer_user_id) for each in one if each.customer_user_id is not None}
    write_ids(session, person.workspace_id, person.id, ids)


def _tell(session: AnySession, member: WorkspaceMember, person: Person, ids: list[UUID]) -> None:
    """Show it in each conversation, and write down there how the customer is called from now on."""
    before = names_shown(session, ids)
    write_name(session, ids, person.display_name)
    after = names_shown(session, ids)
    renamed = [
        Changed(each, "person", {"name": before[each]}, {"name": after[each]})
        for each in ids
        if before[each] != after[each]
    ]
    if renamed:
        write_changes(session, member.user_id, renamed)
    publish(session, conversations=set(ids) - {each.conversation_id for each in renamed})
