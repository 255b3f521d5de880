"""Webhooks about who answers a conversation: the business, or Meta's agent."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.errors import ControlError
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.webhooks.shapes import Update
from sandbox.world import World


def _handover(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    kind = str(command.get("type", "control_passed"))
    detail: Json = {
        "new_owner_role": "escalation",
        "metadata": str(command.get("metadata", "user asked")),
    }
    if kind == "control_passed":
        detail = {
            "previous_owner_app_id": "634974688087057",
            "previous_owner_app_role": "meta_business_agent",
            **detail,
            "conversation_context": {
                "type": "summary",
                "summary": {"text": str(command.get("summary", "Customer wants to change the address."))},
            },
        }
    else:
        detail = {"previous_owner_role": "meta_business_agent", **detail}
    recipient = {
        "phone_number_id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
    }
    value: Json = {
        "messaging_product": "whatsapp",
        "sender": {"phone_number": customer.wa_id} if customer.wa_id else {"user_id": customer.user_id},
        "recipient": recipient,
        "type": kind,
        "timestamp": str(int(time.time())),
        kind: detail,
    }
    label = f"handover:{kind}"
    return Update(number.waba_id, "messaging_handovers", value, label, number.phone_number_id)


def standby_echo(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Json:
    """What Meta's agent has sent in place of the business: a `text`, or a `template`."""
    wamid = world.ids.outbound_wamid(customer.key)
    text = str(command.get("text", "We open at eight."))
    sent: Json = {"messaging_product": "whatsapp", "to": customer.key, "type": "text"}
    sent["text"] = {"body": text}
    echo: Json = {"id": wamid, "timestamp": str(int(time.time())), "message": sent}
    if command.get("template"):
        # The webhook has the template itself as well as the values that were sent.
        name, language = str(command["template"]), str(command.get("language", "en_US"))
        template = world.find_template(number.waba_id, name, language)
        if template is None:
            raise ControlError(f"there is no template {name} in {language}")
        part = {"name": name, "language": {"code": language}}
        part |= {"components": command.get("components", [])}
        echo["message"] = {**sent, "type": "template", "template": part}
        del echo["message"]["text"]
        echo["template"] = {
            key: getattr(template, key)
            for key in ("name", "language", "category", "parameter_format", "components")
        }
    return echo


HANDOVER_KINDS: dict[str, Callable[[World, PhoneNumber, Customer, Json], Update]] = {
    "handover": _handover,
}
