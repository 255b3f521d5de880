"""Finding the conversation of each item by the ids that the item names."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from livechat.core.session import AnySession
from livechat.customers.loaded import Key, LoadedConversation
from livechat.customers.loading import lock_people
from livechat.customers.people import People
from livechat.domain.phone import writings
from livechat.inbound.storing.batch import BatchEntry
from livechat.whatsapp.webhook.items import (
    ContactName,
    Customer,
    CustomerPreference,
    MessageChange,
    Reaction,
    ThreadMessage,
)

Personal = ThreadMessage | Reaction | MessageChange | CustomerPreference | ContactName


class Number(NamedTuple):
    """The owner and the account of a connected number, and the workspace where a rule of it assigns."""

    owner: UUID
    account_id: UUID
    ruled_by: UUID | None = None


class Located(NamedTuple):
    """An entry about a customer, and its conversation. That may merge: look it up with ``People.get``."""

    entry: BatchEntry
    item: Personal
    conversation_id: UUID | None


def load_people(
    session: AnySession, personal: Sequence[tuple[BatchEntry, Personal]], more: Iterable[Key] = ()
) -> People:
    """The conversations that these items and keys may touch, locked. Raises BatchOvertakenError."""
    keys = {key for _, item in personal for key in keys_of(item)}
    keys.update(more)
    asks_first_words = any(
        isinstance(item, ThreadMessage) and item.identity_change is not None for _, item in personal
    )
    return lock_people(session, keys, first_words=asks_first_words)


def keys_of(item: Personal) -> list[Key]:
    """Every id by which the item names a customer or a group, phone numbers in all their writings."""
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
            # The id for a whole enterprise has the same form, and is sometimes the only one told.
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
    people: People, personal: Sequence[tuple[BatchEntry, Personal]], known: dict[str, Number]
) -> list[Located]:
    """Each item with its conversation, which is made where there is none. Changes ``people`` only."""
    located: list[Located] = []
    for entry, item in personal:
        number, at = number_of(item), item.timestamp
        conversation: LoadedConversation | None
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
