"""What a number shared with the WhatsApp Business app brings: old chats and the phone's address book.

Source: Meta's "Onboarding WhatsApp Business app users" and the ``history`` and ``smb_app_state_sync``
references. Old chats come in thousands per POST, in any order and more than once; nothing of them is unread
or opens a window.
"""

from functools import partial
from typing import Any

from livechat.domain.phone import digits_or_none, writings
from livechat.whatsapp.reading import Json, id_or_none, items_of, label, moment, obj
from livechat.whatsapp.webhook.identity import NamedPeople, customer, people_of
from livechat.whatsapp.webhook.items import AccountNews, ContactName, Ignored, Item, Source
from livechat.whatsapp.webhook.kinds.messages import Direction, Frame, read_message
from livechat.whatsapp.webhook.walk import Walk


def history(walk: Walk, value: Json) -> None:
    """Field ``history``: threads, or the refusal to share them, or the media of threads that came before."""
    ours = digits_or_none(obj(value.get("metadata")).get("display_phone_number"))
    for chunk in items_of(value.get("history")):
        if not isinstance(chunk, dict):
            walk.broken("chunk_not_an_object")
            continue
        if chunk.get("errors"):
            walk.one(chunk, partial(_refusal, walk))
        for thread in items_of(chunk.get("threads")):
            people = _people_of_thread(obj(thread))
            walk.each(obj(thread).get("messages"), partial(_old_message, people=people, ours=ours))
    messages, echoes = value.get("messages"), value.get("message_echoes")
    people = people_of(value.get("contacts"), messages or echoes)
    walk.each(messages, partial(_old_message, people=people, ours=ours))
    walk.each(echoes, partial(read_message, frame=_frame(people, "outbound")))


def _refusal(walk: Walk, source: Source, chunk: Json) -> AccountNews:
    """The owner declined to share the chats (2593109), or they could not be read."""
    return AccountNews(source, walk.happened_at, {"errors": chunk["errors"]})


def _people_of_thread(thread: Json) -> NamedPeople:
    """A thread's one customer, in the shape of ``contacts[]``; ``id`` is the phone where that is missing."""
    context = obj(thread.get("context"))
    contact = {
        "wa_id": context.get("wa_id") or thread.get("id"),
        "user_id": context.get("user_id"),
        "parent_user_id": context.get("parent_user_id"),
        "profile": {"username": context.get("username")},
    }
    return NamedPeople([contact], False)


def _old_message(source: Source, raw: Json, people: NamedPeople, ours: str | None) -> Item:
    """A message from the phone's past, of either side."""
    return read_message(source, raw, _frame(people, _direction(raw, ours)))


def _frame(people: NamedPeople, direction: Direction) -> Frame:
    return Frame(people=people, origin="history", direction=direction, is_live=False)


def _direction(raw: Json, ours: str | None) -> Direction:
    """Who wrote it: our number tells where it is known, else only the business's messages name a receiver."""
    if ours is not None:
        if digits_or_none(raw.get("from")) in writings(ours):
            return "outbound"
        if digits_or_none(raw.get("to")) in writings(ours):
            return "inbound"
    return "outbound" if raw.get("to") or raw.get("to_user_id") else "inbound"


def address_book(walk: Walk, value: Json) -> None:
    """Field ``smb_app_state_sync``: entries added to, changed in or removed from the phone's address book."""
    walk.each(value.get("state_sync"), partial(_entry, walk))


def _entry(walk: Walk, source: Source, raw: Json) -> Item:
    """One entry; None as its name where it was removed."""
    if raw.get("type") not in ("contact", None, ""):
        return Ignored(source, "state_sync_of_another_kind")
    contact = obj(raw.get("contact"))
    at = moment(obj(raw.get("metadata")).get("timestamp"), walk.happened_at or source.received_at)
    name: Any = None
    if raw.get("action") != "remove":
        name = label(contact.get("full_name")) or label(contact.get("first_name"))
    who = customer(NamedPeople([], False), contact.get("phone_number"), id_or_none(contact.get("user_id")))
    return ContactName(source, who, name, at)
