"""Customers who write: a short command becomes a message and its webhook."""

from __future__ import annotations

import time
from typing import Any

from sandbox.customer_contents import written_content
from sandbox.errors import ControlError
from sandbox.meta_ids import Ids
from sandbox.model import MEDIA_KINDS, Customer, Json, Message, PhoneNumber
from sandbox.webhooks.dispatcher import Dispatcher
from sandbox.webhooks.shapes import Update, number_update, sender
from sandbox.world import World

# These types do not open the customer service window: Meta does not say that they do.
WITHOUT_WINDOW = {"edit", "revoke", "system"}
SHAPES = {"full", "classic", "empty_strings", "no_contacts", "no_profile", "no_phone"}


class CustomerVoice:
    """Speaks for the customers."""

    def __init__(self, world: World, dispatcher: Dispatcher) -> None:
        self._world = world
        self._dispatcher = dispatcher

    def write(self, customer: Customer, number: PhoneNumber, command: Json) -> Message:
        """Store what a customer writes, open the window, and hand the webhook to the dispatcher."""
        message, update = self.compose(customer, number, command)
        self._dispatcher.submit([update])
        return message

    def compose(self, customer: Customer, number: PhoneNumber, command: Json) -> tuple[Message, Update]:
        """Do as `write`, but return the webhook instead of delivering it. Raises ControlError."""
        pair = (number.phone_number_id, customer.key)
        if pair in self._world.blocked:
            raise ControlError("the business has blocked this customer", 409)
        kind = str(command.get("type", "text"))
        at = _timestamp(command.get("timestamp"))
        wamid = str(command.get("wamid") or self._world.ids.inbound_wamid(customer.key))
        shape = str(command.get("shape", "full"))
        if shape not in SHAPES:
            raise ControlError(f"shape must be one of {', '.join(sorted(SHAPES))}")
        body = self._context(customer, number, command)
        body |= _written_by(customer, shape)
        body |= {"id": wamid, "timestamp": str(int(at))}
        content = written_content(self._world, number, customer, kind, command)
        body |= {"type": content.pop("type", kind)} | content
        if isinstance(command.get("message"), dict):
            body |= command["message"]
        if command.get("under"):
            _rename_targets(body, str(command["under"]))
        message = self._world.add_message(
            wamid=wamid,
            direction="inbound",
            phone_number_id=number.phone_number_id,
            customer_key=customer.key,
            type=body["type"],
            body=body,
            created_at=time.time(),
            reply_to=body.get("context", {}).get("id"),
            media_id=(body.get(kind) or {}).get("id") if kind in MEDIA_KINDS else None,
        )
        if body["type"] not in WITHOUT_WINDOW:
            self._world.customer_wrote(pair, at)
        contacts = None if body["type"] == "system" else _contacts(customer, shape)
        label = f"message:{body['type']}"
        return message, number_update(number, "messages", label, contacts=contacts, messages=[body])

    def _context(self, customer: Customer, number: PhoneNumber, command: Json) -> Json:
        if isinstance(command.get("context"), dict):
            return {"context": command["context"]}
        if command.get("frequently_forwarded"):
            return {"context": {"frequently_forwarded": True}}
        if command.get("forwarded"):
            return {"context": {"forwarded": True}}
        wamid = command.get("reply_to")
        if not wamid:
            return {}
        quoted = self._world.messages.get(str(wamid))
        if quoted is not None and quoted.direction == "inbound":
            author: Json = {"from": customer.wa_id} if customer.wa_id else {"from_user_id": customer.user_id}
        else:
            author = {"from": number.display_phone_number}
        return {"context": author | {"id": str(wamid)}}


def _rename_targets(body: Json, user: str) -> None:
    """Refer to other messages by their wamids under another id of the customer, as Meta may do."""
    for part, key in (
        ("context", "id"),
        ("reaction", "message_id"),
        ("edit", "original_message_id"),
        ("revoke", "original_message_id"),
    ):
        if isinstance(body.get(part), dict) and body[part].get(key):
            body[part] = body[part] | {key: Ids.under(user, str(body[part][key]))}


def _timestamp(given: Any) -> float:
    """The given time in Unix seconds, or the present where it is left out. Raises ControlError."""
    if given is None:
        return time.time()
    try:
        return float(given)
    except (TypeError, ValueError):
        raise ControlError("timestamp must be Unix seconds") from None


def _written_by(customer: Customer, shape: str) -> Json:
    keys = sender(customer)
    if shape == "classic":
        return {"from": keys.get("from", "")}
    if shape == "empty_strings":
        return keys | {"from": ""}
    if shape == "no_phone":
        keys.pop("from", None)
    return keys


def _contacts(customer: Customer, shape: str) -> list[Json] | None:
    if shape == "no_contacts":
        return None
    contact = customer.contact()
    if shape == "classic":
        contact.pop("user_id")
        contact.pop("parent_user_id", None)
    elif shape == "empty_strings":
        contact["wa_id"] = ""
        if "username" in contact["profile"]:
            contact["profile"]["username"] = "@" + contact["profile"]["username"]
    elif shape == "no_profile":
        contact.pop("profile")
    elif shape == "no_phone":
        contact.pop("wa_id", None)
    return [contact]
