"""The content of what a customer writes: the keys of a message that a short command stands for."""

from __future__ import annotations

import json
import time
from typing import Any

from sandbox import media_store
from sandbox.errors import ControlError, webhook_error
from sandbox.model import MEDIA_KINDS, Customer, Json, PhoneNumber
from sandbox.world import World

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


def written_content(world: World, number: PhoneNumber, customer: Customer, kind: str, command: Json) -> Json:
    """The keys of the message that hold its content.

    `type` is among them where it differs from the command's.
    """
    if kind == "shared_phone":
        return _shared_phone(command, customer)
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
        media = media_store.customer_file(world, number.phone_number_id, kind, wanted)
        return {kind: media_store.webhook_part(world, media, kind, wanted)}
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
