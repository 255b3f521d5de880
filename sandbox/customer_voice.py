"""Customers who write: a short command becomes a message and its webhook."""

from __future__ import annotations

import json
import time
from typing import Any

from sandbox import media_store
from sandbox.errors import ControlError, webhook_error
from sandbox.meta_ids import Ids
from sandbox.model import MEDIA_KINDS, Customer, Json, Message, PhoneNumber
from sandbox.webhooks.dispatcher import Dispatcher
from sandbox.webhooks.shapes import Update, number_update, sender
from sandbox.world import World

# These types do not open the customer service window: Meta does not say that they do.
WITHOUT_WINDOW = {"edit", "revoke", "system"}
SHAPES = {"full", "classic", "empty_strings", "no_contacts", "no_profile", "no_phone"}
# These parts of a command are no content of the message.
_COMMAND_KEYS = {
    "kind",
    "customer",
    "phone_number_id",
    "type",
    "timestamp",
    "reply_to",
    "shape",
    "wamid",
    "message",
    "under",
}


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
        content = (
            _shared_phone(command, customer)
            if kind == "shared_phone"
            else self._content(number, kind, command)
        )
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

    def _content(self, number: PhoneNumber, kind: str, command: Json) -> Json:
        """The keys of the message that hold its content.

        `type` is among them where it differs from the command's.
        """
        given = command.get(kind)
        if kind == "text":
            text = given.get("body") if isinstance(given, dict) else given
            if text is None:
                text = command.get("body", "")
            content: Json = {"text": {"body": str(text)}}
            return content | ({"referral": command["referral"]} if "referral" in command else {})
        if kind in MEDIA_KINDS:
            wanted = dict(given) if isinstance(given, dict) else {}
            wanted |= {k: command[k] for k in ("caption", "filename", "voice", "size") if k in command}
            media = media_store.customer_file(self._world, number.phone_number_id, kind, wanted)
            return {kind: media_store.webhook_part(self._world, media, kind, wanted)}
        if kind in _REPLIES:
            return _REPLIES[kind](command)
        if kind in {"edit", "revoke"} and not command.get("coexistence", number.coexistence):
            # A number without the Business app learns that there was an edit, but not its text.
            if kind == "revoke":
                raise ControlError("a number without coexistence gets no webhook for a deletion")
            return _unsupported({"unsupported_type": "edit"})
        default = _DEFAULTS.get(kind)
        if isinstance(given, dict | list):
            return {kind: given}
        if default is not None:
            return {kind: default}
        return {k: v for k, v in command.items() if k not in _COMMAND_KEYS}


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


def _interactive(kind: str, reply: Json) -> Json:
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}


def _button_reply(command: Json) -> Json:
    title = str(command.get("title", "Yes"))
    return _interactive("button_reply", {"id": str(command.get("id", title.lower())), "title": title})


def _list_reply(command: Json) -> Json:
    title = str(command.get("title", "Media Mail"))
    reply = {"id": str(command.get("id", "media_mail")), "title": title}
    if command.get("description"):
        reply["description"] = str(command["description"])
    return _interactive("list_reply", reply)


def _flow_reply(command: Json) -> Json:
    response = command.get("response", {"flow_token": "unused", "wants_callback": True})
    return _interactive("nfm_reply", {"name": "flow", "body": "Sent", "response_json": json.dumps(response)})


def _template_button(command: Json) -> Json:
    text = str(command.get("text", "Contact support"))
    return {"type": "button", "button": {"payload": str(command.get("payload", text)), "text": text}}


def _reaction(command: Json) -> Json:
    given = command.get("reaction")
    reaction = dict(given) if isinstance(given, dict) else {"message_id": command.get("message_id")}
    if "emoji" in command:
        reaction["emoji"] = command["emoji"]
    if not reaction.get("message_id"):
        raise ControlError("a reaction needs message_id")
    if reaction.get("emoji") is None:
        reaction.pop("emoji", None)
    return {"reaction": reaction}


def _address_reply(command: Json) -> Json:
    """A completed address form. As with a flow, the answer is JSON in a string."""
    values = command.get("values") or {
        "name": "Asha",
        "address": "12 MG Road",
        "city": "Pune",
        "in_pin_code": "411001",
    }
    saved = {"saved_address_id": command.get("saved_address_id", "address1")}
    reply = {
        "name": "address_message",
        "body": str(command.get("body") or ", ".join(str(each) for each in values.values())),
        "response_json": json.dumps({**(saved if saved["saved_address_id"] else {}), "values": values}),
    }
    return _interactive("nfm_reply", reply)


def _call_permission_reply(command: Json) -> Json:
    response = str(command.get("response", "accept"))
    reply: Json = {"response": response, "is_permanent": bool(command.get("is_permanent", False))}
    if response == "accept":
        reply["expiration_timestamp"] = str(int(time.time()) + 7 * 86400)
    return _interactive("call_permission_reply", reply | {"response_source": "user_action"})


def _shared_phone(command: Json, customer: Customer) -> Json:
    """The customer's own card, which answers a request for contact details."""
    if customer.wa_id is None:
        raise ControlError("this customer has no phone number to share")
    name = customer.name or customer.username or customer.wa_id
    card: Json = {
        "name": {"formatted_name": name, "first_name": name.split()[0]},
        "phones": [{"phone": f"+{customer.wa_id}", "wa_id": customer.wa_id, "type": "CELL"}],
        "origin": "contact_request",
    }
    return {"type": "contacts", "contacts": [card]}


def _unsupported(command: Json) -> Json:
    code = int(command.get("code", 131051))
    content: Json = {"type": "unsupported", "errors": [webhook_error(code, command.get("details"))]}
    content["errors"][0].pop("href")
    if command.get("unsupported_type"):
        content["unsupported"] = {"type": str(command["unsupported_type"])}
    return content


def _system(command: Json) -> Json:
    given = command.get("system")
    if not isinstance(given, dict):
        raise ControlError("a system message needs its system object")
    return {"system": given}


def _request_welcome(command: Json) -> Json:
    return {"type": "request_welcome"}


_REPLIES = {
    "button_reply": _button_reply,
    "list_reply": _list_reply,
    "flow_reply": _flow_reply,
    "address_reply": _address_reply,
    "call_permission_reply": _call_permission_reply,
    "button": _template_button,
    "reaction": _reaction,
    "unsupported": _unsupported,
    "system": _system,
    "request_welcome": _request_welcome,
}

_DEFAULTS: dict[str, Any] = {
    "location": {
        "latitude": 18.5204303,
        "longitude": 73.8567437,
        "name": "Asha's Bakery Demo",
        "address": "12 MG Road, Pune",
    },
    "contacts": [
        {
            "name": {"first_name": "Barbara", "last_name": "Johnson", "formatted_name": "Barbara J. Johnson"},
            "org": {"company": "Social Tsunami"},
            "phones": [{"phone": "+1 (415) 555-0829", "wa_id": "14155550829", "type": "MOBILE"}],
        }
    ],
    "order": {
        "catalog_id": "194836987003835",
        "text": "Love these!",
        "product_items": [
            {"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30, "currency": "INR"},
            {"product_retailer_id": "nqryix03ez", "quantity": 1, "item_price": 25.5, "currency": "INR"},
        ],
    },
}
