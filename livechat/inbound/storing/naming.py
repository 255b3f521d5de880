"""Finding the message that a quote, reaction, edit, deletion or status names, perhaps under another id.

The exact id goes first. Otherwise it is the only message of that conversation with the same key
(``whatsapp.wamids``).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from livechat.core.session import AnySession
from livechat.customers.people import People
from livechat.domain.phone import writings
from livechat.inbound.queries import named_messages as queries
from livechat.inbound.storing.locating import Located
from livechat.whatsapp.sending.outgoing import message_id_from_callback
from livechat.whatsapp.wamids import endings, key_of
from livechat.whatsapp.webhook.items import MessageChange, Reaction, StatusUpdate, ThreadMessage


class _Named(NamedTuple):
    """An item that names a message, and the conversation in which it is to be looked for."""

    item: ThreadMessage | Reaction | MessageChange
    conversation_id: UUID
    wamid: str
    key: bytes


def settle_names(session: AnySession, people: People, located: Sequence[Located]) -> None:
    """Make quotes, reactions, edits and deletions name the id under which we have their message."""
    named = [
        _Named(item, people.get(conversation_id).id, wamid, key)
        for _, item, conversation_id in located
        if isinstance(item, ThreadMessage | Reaction | MessageChange)
        and conversation_id is not None
        and (wamid := _target(item)) is not None
        and (key := key_of(wamid)) is not None
    ]
    if not named:
        return
    here = [
        (people.get(conversation_id).id, item.wamid)
        for _, item, conversation_id in located
        if isinstance(item, ThreadMessage) and conversation_id is not None
    ]
    exact = {wamid for _, wamid in here} | queries.known(session, sorted({each.wamid for each in named}))
    lost = [each for each in named if each.wamid not in exact]
    if not lost:
        return
    asked = [
        {"conversation_id": each.conversation_id, "ending": ending}
        for each in lost
        for ending in endings(each.key)
    ]
    candidates = _by_key([*queries.by_ending(session, asked), *here])
    for each in lost:
        found = candidates.get((each.conversation_id, each.key), set())
        if len(found) == 1:
            _name(each.item, next(iter(found)))


def settle_statuses(session: AnySession, updates: Sequence[StatusUpdate]) -> bool:
    """Make statuses name the id under which we have their message; whether one has another id now.

    It is found by the message id that the send carried, else by the key.
    """
    keys = {update.wamid: key for update in updates if (key := key_of(update.wamid)) is not None}
    exact = queries.known(session, sorted(keys)) if keys else set()
    lost = [update for update in updates if update.wamid in keys and update.wamid not in exact]
    if not lost:
        return False
    named = [update.wamid for update in lost]
    callbacks = {update.wamid: message_id_from_callback(update.callback_data) for update in lost}
    sent = queries.wamids_of(session, [each for each in callbacks.values() if each is not None])
    asked = [
        {"number": update.source.phone_number_id, "kind": kind, "value": value, "ending": ending}
        for update in lost
        for kind, values in (
            ("phone", writings(update.recipient.phone) if update.recipient.phone else ()),
            ("user_id", (update.recipient.user_id,)),
        )
        for value in values
        if value is not None
        for ending in endings(keys[update.wamid])
    ]
    by_recipient: dict[tuple[str, bytes], set[str]] = {}
    for row in queries.by_recipient(session, asked) if asked else ():
        key = key_of(row.wamid)
        if key is not None:
            by_recipient.setdefault((row.phone_number_id, key), set()).add(row.wamid)
    for update in lost:
        by_callback = sent.get(callbacks[update.wamid] or UUID(int=0))
        found = by_recipient.get((update.source.phone_number_id or "", keys[update.wamid]), set())
        if by_callback is not None:
            update.wamid = by_callback
        elif len(found) == 1:
            update.wamid = next(iter(found))
    return named != [update.wamid for update in lost]


def _target(item: ThreadMessage | Reaction | MessageChange) -> str | None:
    return item.reply_to_wamid if isinstance(item, ThreadMessage) else item.target_wamid


def _name(item: ThreadMessage | Reaction | MessageChange, wamid: str) -> None:
    if isinstance(item, ThreadMessage):
        item.reply_to_wamid = wamid
    else:
        item.target_wamid = wamid


def _by_key(messages: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, bytes], set[str]]:
    found: dict[tuple[UUID, bytes], set[str]] = {}
    for conversation_id, wamid in messages:
        key = key_of(wamid)
        if key is not None:
            found.setdefault((conversation_id, key), set()).add(wamid)
    return found
