"""Webhooks about customers who get another id, pay, or refuse marketing."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.asked_orders import PAYMENT_STATES, told_orders
from sandbox.errors import ControlError
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.webhooks.shapes import Update, number_update
from sandbox.world import World


def _stamp(world: World, command: Json, user: str) -> Json:
    wamid = str(command.get("wamid") or world.ids.inbound_wamid(user))
    return {"id": wamid, "timestamp": str(int(command.get("timestamp") or time.time()))}


def _empty_messages(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    return number_update(number, "messages", "empty", contacts=[customer.contact()], messages=[])


def _number_changed(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """The customer moves to `new_wa_id`. With `with_user_id` they get a new business-scoped id too."""
    if customer.wa_id is None:
        raise ControlError("this customer has no phone number to change")
    new, old = str(command.get("new_wa_id", "917755991099")), customer.wa_id
    system: Json = {"body": f"User {customer.name} changed from {old} to {new}", "wa_id": new}
    new_user_id = None
    if command.get("with_user_id"):
        new_user_id = str(command.get("new_user_id") or world.ids.user_id())
        system |= {"user_id": new_user_id}
        if command.get("new_parent_user_id"):
            system["parent_user_id"] = str(command["new_parent_user_id"])
        system["previous_user_id"] = customer.user_id
        if customer.parent_user_id:
            system["previous_parent_user_id"] = customer.parent_user_id
    body = {"from": old, **_stamp(world, command, old)}
    body |= {"type": "system", "system": system | {"type": "user_changed_number"}}
    world.rekey_customer(customer, wa_id=new, user_id=new_user_id)
    return number_update(number, "messages", "message:system", messages=[body])


def _user_id_changed(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    old, new = customer.user_id, str(command.get("new_user_id") or world.ids.user_id())
    system = {
        "body": f"User {customer.name} changed their user ID",
        "user_id": new,
        "previous_user_id": old,
    }
    body = {"from_user_id": old, **_stamp(world, command, old)}
    body |= {"type": "system", "system": system | {"type": "user_changed_user_id"}}
    world.rekey_customer(customer, wa_id=None, user_id=new)
    return number_update(number, "messages", "message:system", messages=[body])


def _payment(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """The customer pays, or tries to: `{reference_id, status}`. Status is `captured`, `pending` or `failed`.

    The amount is that of the order with this reference, where the sandbox has accepted one.
    """
    reference = str(command.get("reference_id", "order-1"))
    status = str(command.get("status", "captured"))
    if status not in PAYMENT_STATES:
        raise ControlError(f"status must be one of {', '.join(sorted(PAYMENT_STATES))}")
    asked = next((told for told in told_orders(world, number) if told["reference_id"] == reference), {})
    now = int(command.get("timestamp") or time.time())
    outcome = {"captured": "success", "pending": "pending", "failed": "failed"}[status]
    payment: Json = {
        "reference_id": reference,
        "amount": command.get("amount") or asked.get("total_amount") or {"value": 21000, "offset": 100},
        "currency": str(command.get("currency") or asked.get("currency") or "INR"),
        "transaction": {
            "id": f"order_{reference}",
            "type": "razorpay",
            "status": outcome,
            "created_timestamp": now,
            "updated_timestamp": now,
            "method": {"type": "upi"},
        },
    }
    if status == "failed":
        payment["transaction"]["error"] = {"code": "BAD_REQUEST_ERROR", "reason": "payment_failed"}
    entry: Json = {"id": world.ids.inbound_wamid(customer.key)}
    if customer.wa_id:
        entry["recipient_id"] = customer.wa_id
    else:
        entry["recipient_user_id"] = customer.user_id
    entry |= {"type": "payment", "status": status, "payment": payment, "timestamp": str(now)}
    world.payments[(number.phone_number_id, reference)] = status
    return number_update(number, "messages", f"payment:{status}", statuses=[entry])


def _user_preference(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    value = str(command.get("value", "stop"))
    customer.accepts_marketing = value != "stop"
    preference: Json = {"wa_id": customer.wa_id} if customer.wa_id else {}
    preference |= {
        "user_id": customer.user_id,
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(time.time()),
    }
    return number_update(
        number,
        "user_preferences",
        f"preference:{value}",
        contacts=[customer.contact()],
        user_preferences=[preference],
    )


CUSTOMER_KINDS: dict[str, Callable[[World, PhoneNumber, Customer, Json], Update]] = {
    "empty_messages": _empty_messages,
    "number_changed": _number_changed,
    "user_id_changed": _user_id_changed,
    "payment": _payment,
    "user_preference": _user_preference,
}
