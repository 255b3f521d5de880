"""Webhooks of numbers that are also used in the WhatsApp Business app: echoes, history, address book."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox import media_store
from sandbox.errors import ControlError, webhook_error
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.webhooks.shapes import Update, number_update, sender
from sandbox.world import World


def _echo(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """A message, `edit` or `revoke` from the app on the phone: `type` and its object, by default a text."""
    kind = str(command.get("type", "text"))
    content: Any = command.get(kind)
    target = command.get("original_message_id")
    if kind == "revoke" and content is None and target:
        content = {"original_message_id": str(target)}
    if kind == "edit" and content is None and target:
        body = {"body": str(command.get("text", "Edited on the phone"))}
        inner = {"context": {"id": str(target)}, "type": "text", "text": body}
        content = {"original_message_id": str(target), "message": inner}
    if kind == "text" and not isinstance(content, dict):
        content = {"body": str(content or "Here's the info you requested!")}
    if content is None:
        raise ControlError(f"an echo of type {kind} needs its object")
    echo: Json = {"from": number.display_phone_number}
    if customer.wa_id:
        echo["to"] = customer.wa_id
    echo["to_user_id"] = customer.user_id
    echo["id"] = str(command.get("wamid") or world.ids.outbound_wamid(customer.key))
    echo |= {"timestamp": str(int(command.get("timestamp") or time.time())), "type": kind, kind: content}
    return number_update(number, "smb_message_echoes", f"echo:{kind}", message_echoes=[echo])


def _history(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """The given `threads`, or a made-up one of `count` messages. `code` 2593109 means that it was refused."""
    if command.get("code"):
        item: Json = {"errors": [webhook_error(int(command["code"]))]}
    else:
        threads = command.get("threads") or [_thread(world, number, customer, int(command.get("count", 4)))]
        progress = {
            "phase": int(command.get("phase", 0)),
            "chunk_order": int(command.get("chunk_order", 1)),
            "progress": int(command.get("progress", 100)),
        }
        item = {"metadata": progress, "threads": threads}
    return number_update(number, "history", "history", history=[item])


def _history_media(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """The file for a placeholder of the history, in a message with the placeholder's `wamid`.

    `echo: true` means that the business had sent it.
    """
    wamid = command.get("wamid")
    if not wamid:
        raise ControlError("the media of a history needs the wamid of its placeholder")
    media = media_store.customer_file(world, number.phone_number_id, "image", {})
    part = media_store.webhook_part(
        world, media, "image", {"caption": str(command.get("caption", "From March"))}
    )
    at = str(int(command.get("timestamp") or time.time() - 86400))
    message: Json = {"id": str(wamid), "timestamp": at, "type": "image", "image": part}
    if command.get("echo"):
        whom = {"from": number.display_phone_number, "to": customer.wa_id or customer.user_id}
        return number_update(number, "history", "history:media", message_echoes=[whom | message])
    contacts = [customer.contact()]
    return number_update(
        number, "history", "history:media", contacts=contacts, messages=[sender(customer) | message]
    )


def _thread(world: World, number: PhoneNumber, customer: Customer, count: int) -> Json:
    start = int(time.time()) - 30 * 86400
    messages = []
    for index in range(count):
        ours = index % 2 == 0
        entry: Json = sender(customer)
        if ours:
            entry = {"from": number.display_phone_number, "to": customer.wa_id or customer.user_id}
        make = world.ids.outbound_wamid if ours else world.ids.inbound_wamid
        entry |= {"id": make(customer.key), "timestamp": str(start + index * 60)}
        if index == 2:
            entry |= {"type": "media_placeholder", "history_context": {"status": "PLAYED"}}
        else:
            entry |= {"type": "text", "text": {"body": f"Message {index + 1} of last month"}}
            entry |= {"history_context": {"status": "READ"}}
        messages.append(entry)
    context: Json = {"wa_id": customer.wa_id} if customer.wa_id else {}
    context["user_id"] = customer.user_id
    if customer.username:
        context["username"] = customer.username
    return {"id": customer.key, "context": context, "messages": messages}


def _contact_sync(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """An entry of the address book. `by` says which ids it names: `phone`, `user_id` or `both`."""
    name = str(command.get("full_name") or customer.name or customer.key)
    by = str(command.get("by", "both"))
    contact: Json = {"full_name": name, "first_name": name.split()[0]}
    if customer.wa_id and by != "user_id":
        contact["phone_number"] = customer.wa_id
    if by != "phone":
        contact["user_id"] = customer.user_id
    entry = {
        "type": "contact",
        "contact": contact,
        "action": str(command.get("action", "add")),
        "metadata": {"timestamp": str(int(command.get("timestamp") or time.time()))},
    }
    return number_update(number, "smb_app_state_sync", "contact_sync", state_sync=[entry])


PHONE_APP_KINDS: dict[str, Callable[[World, PhoneNumber, Customer, Json], Update]] = {
    "echo": _echo,
    "history": _history,
    "history_media": _history_media,
    "contact_sync": _contact_sync,
}
