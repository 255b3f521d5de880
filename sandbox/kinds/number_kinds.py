"""Webhooks about a number but no single customer: statuses in a group, errors, any field with any value."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.errors import ControlError, webhook_error
from sandbox.model import Json, PhoneNumber
from sandbox.webhooks.shapes import Update, number_update
from sandbox.world import World


def _group_status(world: World, number: PhoneNumber, command: Json) -> Update:
    """One status of one message, with an entry for each participant."""
    people = [world.customer(ref) for ref in command.get("participants", [])]
    people = people or list(world.customers.values())[:2]
    wamid = str(command.get("wamid") or world.ids.outbound_wamid(people[0].key))
    now = int(command.get("timestamp") or time.time())
    statuses = []
    for index, person in enumerate(people):
        entry: Json = {
            "id": wamid,
            "status": str(command.get("status", "read")),
            "timestamp": str(now + index),
        }
        entry |= {
            "recipient_id": str(command.get("group_id", "Y2FwaV9ncm91cDox")),
            "recipient_type": "group",
        }
        if person.wa_id:
            entry["recipient_participant_id"] = person.wa_id
        statuses.append(entry | {"recipient_participant_user_id": person.user_id})
    return number_update(number, "messages", "status:group", statuses=statuses)


def _errors(world: World, number: PhoneNumber, command: Json) -> Update:
    errors = [webhook_error(int(command.get("code", 130429)))]
    return number_update(number, "messages", "errors", errors=errors)


def _field(world: World, number: PhoneNumber, command: Json) -> Update:
    """Any `field` with any `value`. A null `field` leaves the key out, as two of Meta's examples do."""
    value = command.get("value")
    if not isinstance(value, dict):
        raise ControlError("value must be an object")
    waba_id = str(command.get("waba_id", number.waba_id))
    return Update(
        waba_id, command.get("field"), value, f"field:{command.get('field')}", number.phone_number_id
    )


NUMBER_KINDS: dict[str, Callable[[World, PhoneNumber, Json], Update]] = {
    "group_status": _group_status,
    "errors": _errors,
    "field": _field,
}
