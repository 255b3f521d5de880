"""Whose each item is: conversations, found under lock, made, re-keyed and merged before messages."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple
from uuid import UUID

from livechat.domain.phone import writings
from livechat.queries import ingest as queries
from livechat.queries.merging import merge_conversation
from livechat.queries.session import AnySession
from livechat.services.ingest.batch import Entry
from livechat.services.ingest.people import Conversation, Key, OtherId, People
from livechat.whatsapp.items import (
    ContactName,
    Customer,
    CustomerPreference,
    MessageChange,
    Reaction,
    ThreadMessage,
)

Personal = ThreadMessage | Reaction | MessageChange | CustomerPreference | ContactName
_MARKS = ("new", "heard", "dirty", "identity_dirty", "first_at")
_LOADED = [item.name for item in fields(Conversation) if item.name not in _MARKS]
_WRITTEN = [name for name in _LOADED if name != "has_sending"]


class Number(NamedTuple):
    """Whose a connected number is."""

    owner: UUID
    account_id: UUID


class Located(NamedTuple):
    """An entry about a customer and the conversation it belongs to; that may merge, so look it up on use."""

    entry: Entry
    item: Personal
    conversation_id: UUID | None


class BatchOvertakenError(Exception):
    """Another batch changed the same customers between our look and our lock: start again."""


def load_people(
    session: AnySession, personal: Sequence[tuple[Entry, Personal]], more: Iterable[Key] = ()
) -> People:
    """The conversations that these items and keys may touch, locked; BatchOvertakenError."""
    keys = {key for _, item in personal for key in keys_of(item)}
    keys.update(more)
    if not keys:
        return People()
    rows = [{"number": number, "kind": kind, "value": value} for number, kind, value in sorted(keys)]
    # The columns stand in the order of the fields: by name they would cost as much as the query.
    conversations = [Conversation(*row) for row in queries.lock_conversations(session, rows)]
    others = [
        OtherId((row.phone_number_id, row.kind, row.value), row.conversation_id, row.left_at)
        for row in queries.other_ids(session, rows)
    ]
    loaded = {conversation.id: conversation for conversation in conversations}
    if any(other.conversation_id not in loaded for other in others if other.conversation_id is not None):
        raise BatchOvertakenError
    if any(isinstance(item, ThreadMessage) and item.identity_change is not None for _, item in personal):
        for conversation_id, at in queries.first_words(session, list(loaded)).items():
            loaded[conversation_id].first_at = at
    return People.of(conversations, others)


def keys_of(item: Personal) -> list[Key]:
    """Every id that the item names a customer or a group by, numbers in all their writings."""
    number = number_of(item)
    customers = [item.customer]
    change = item.identity_change if isinstance(item, ThreadMessage) else None
    if change is not None:
        customers.append(Customer(phone=change.old_phone, user_id=change.old_user_id))
        customers.append(Customer(phone=change.new_phone, user_id=change.new_user_id))
    return [
        (number, kind, value)
        for customer in customers
        for kind, values in (
            ("phone", () if customer.phone is None else writings(customer.phone)),
            # The id of an enterprise is one of the same form, and sometimes the only one told.
            ("user_id", (customer.user_id, customer.parent_user_id)),
            ("group", (customer.group_id,)),
        )
        for value in values
        if value is not None
    ]


def number_of(item: Personal) -> str:
    """The ``phone_number_id`` of ours that the item is about."""
    number = item.source.phone_number_id
    if number is None:
        raise ValueError("a personal item without a number")
    return number


def locate(
    people: People, personal: Sequence[tuple[Entry, Personal]], known: dict[str, Number]
) -> list[Located]:
    """Each item with its conversation, which is made where there is none; in memory alone."""
    located: list[Located] = []
    for entry, item in personal:
        number, at = number_of(item), item.timestamp
        conversation: Conversation | None
        if isinstance(item, ContactName):
            conversation = people.find(number, item.customer, at)
        elif isinstance(item, ThreadMessage) and item.identity_change is not None:
            owner = known[number].owner
            conversation = people.apply_change(number, owner, item.customer, item.identity_change, at)
        else:
            conversation = people.find_or_create(number, known[number].owner, item.customer, at)
        if isinstance(item, ThreadMessage) and conversation is not None:
            first_at = conversation.first_at
            conversation.first_at = at if first_at is None or at < first_at else first_at
        located.append(Located(entry, item, None if conversation is None else conversation.id))
    return located


def write_new_people(session: AnySession, people: People) -> None:
    """Merges and new rows first: messages refer to them. What they say is written back at the end."""
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


def written_columns(conversation: Conversation) -> dict[str, Any]:
    """What is written back of a conversation."""
    return {name: getattr(conversation, name) for name in _WRITTEN}
