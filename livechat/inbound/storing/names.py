"""Names from a phone's address book, and of groups. They come first, and wait for their conversations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from livechat.conversations.queries import waiting_names
from livechat.core.session import AnySession
from livechat.customers.loaded import LoadedConversation
from livechat.customers.people import People
from livechat.domain.phone import writings
from livechat.inbound.storing.batch import BatchEntry
from livechat.inbound.storing.locating import Located, keys_of
from livechat.whatsapp.webhook.items import ContactName


def name_the_new(session: AnySession, people: People) -> None:
    """Give new conversations, and those known by one more id, the name that waits, where they have none."""
    nameless = [each for each in people.conversations.values() if each.identity_dirty or each.new]
    by_key = {
        (each.phone_number_id, kind, value): each
        for each in nameless
        for kind, values in (
            ("phone", writings(each.customer_phone) if each.customer_phone else ()),
            ("user_id", (each.customer_user_id,)),
            ("group", (each.group_id,)),
        )
        for value in values
        if value is not None
    }
    if not by_key:
        return
    # A name for the user id goes before one for the phone, which may have been somebody else's.
    rows = [{"number": number, "kind": kind, "value": value} for number, kind, value in sorted(by_key)]
    for row in sorted(waiting_names.take(session, rows), key=lambda row: row.kind, reverse=True):
        conversation = by_key[row.phone_number_id, row.kind, row.value]
        if row.name and conversation.customer_name is None:
            conversation.customer_name = row.name
            conversation.dirty = True


def note_names(session: AnySession, people: People, located: Sequence[Located]) -> None:
    """Store names of the address book and of groups.

    A customer is called by the address book where their profile gave no name; if they have no conversation
    yet, the name waits for it. A group has the newest name, by Meta's time.
    """
    waiting: dict[tuple[str, str, str], dict[str, Any]] = {}
    keys: list[tuple[BatchEntry, list[tuple[str, str, str]], UUID | None]] = []
    for entry, item, conversation_id in located:
        if not isinstance(item, ContactName):
            continue
        if conversation_id is not None and item.customer.group_id is None:
            _name(entry, people.get(conversation_id), item)
            continue
        keys.append((entry, keys_of(item), conversation_id))
        for key in keys_of(item):
            known = waiting.get(key)
            if known is None or known["happened_at"] < item.timestamp:
                waiting[key] = {
                    "phone_number_id": key[0],
                    "kind": key[1],
                    "value": key[2],
                    "name": item.name,
                    "happened_at": item.timestamp,
                }
    if not waiting:
        return
    saved = waiting_names.save(session, list(waiting.values()))
    for entry, named, conversation_id in keys:
        if saved.isdisjoint(named):
            entry.duplicate()
            continue
        entry.stored(conversation_id)
        saved.difference_update(named)
        if conversation_id is not None:
            group = people.get(conversation_id)
            group.customer_name = waiting[named[0]]["name"]
            group.dirty = True


def _name(entry: BatchEntry, conversation: LoadedConversation, item: ContactName) -> None:
    if not item.name or conversation.customer_name is not None:
        entry.duplicate()
        return
    conversation.customer_name = item.name
    conversation.dirty = True
    entry.stored(conversation.id)
