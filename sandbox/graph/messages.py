"""`POST /{phone_number_id}/messages`: sends, mark-as-read and typing."""

from __future__ import annotations

import time

from sandbox.errors import GraphError
from sandbox.graph.gateway import Call, require_number
from sandbox.graph.send_check import Send, check_message_reference, check_send
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.running import Sandbox, sandbox

TYPING_S = 25


def send(call: Call) -> Json:
    """Accept a send as Meta does. Raises GraphError."""
    box = sandbox()
    number = _ready_number(call)
    wanted = check_send(box.world, number, call.body)
    customer = _known(box, wanted)
    _check_limits(box, number, wanted, customer)
    with box.world.lock:
        customer = customer or box.world.recipient(wanted.to, by_user_id=wanted.by_user_id)
        if customer.phone_hidden and not wanted.by_user_id:
            # A message to the number puts it back into the business's contact book.
            customer.phone_hidden = False
            box.world.touch("customer", customer.key)
        call.message = box.world.add_message(
            wamid=box.world.ids.outbound_wamid(customer.key),
            direction="outbound",
            phone_number_id=number.phone_number_id,
            customer_key=customer.key,
            type=wanted.type,
            body=call.body,
            created_at=time.time(),
            to=wanted.to,
            by_user_id=wanted.by_user_id,
            callback_data=wanted.callback_data,
            reply_to=wanted.reply_to,
        )
        box.world.typing_until.pop((number.phone_number_id, customer.key), None)
    box.lifecycle.accepted(call.message, customer, wanted.template, _failure(box, number, wanted, customer))
    contact: Json = {"input": wanted.given}
    # The answer has Meta's own writing of the number, whatever the request has.
    contact["user_id" if wanted.by_user_id else "wa_id"] = (
        wanted.to if wanted.by_user_id or wanted.is_group else customer.wa_id or wanted.to
    )
    sent: Json = {"id": call.message.wamid}
    if wanted.is_group:
        sent["group_id"] = wanted.to
    if wanted.template is not None:
        sent["message_status"] = wanted.template.pacing
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def mark_read(call: Call) -> Json:
    """Mark a message and all before it as read. With `typing_indicator` the business also types for 25 s."""
    box = sandbox()
    number = _ready_number(call)
    wamid, typing = check_message_reference(call.body)
    target = box.world.messages.get(wamid)
    if target is None or target.direction != "inbound" or target.phone_number_id != number.phone_number_id:
        raise GraphError(131009, details="Message ID is not valid.")
    with box.world.lock:
        for message in box.world.threads[(number.phone_number_id, target.customer_key)]:
            if message.direction == "inbound" and message.seq <= target.seq and not message.read_by_business:
                message.read_by_business = True
                box.world.touch("message", message.wamid)
        if typing is not None:
            box.world.typing_until[(number.phone_number_id, target.customer_key)] = time.time() + TYPING_S
    return {"success": True}


def _ready_number(call: Call) -> PhoneNumber:
    number = require_number(call)
    if number.state == "unregistered":
        raise GraphError(133010)
    return number


def _known(box: Sandbox, wanted: Send) -> Customer | None:
    return box.world.find_customer(wanted.to)


def _check_limits(box: Sandbox, number: PhoneNumber, wanted: Send, customer: Customer | None) -> None:
    """Raise the refusals that depend on what happened before."""
    behaviour = box.world.behaviour
    key = customer.key if customer else wanted.to
    pair = (number.phone_number_id, key)
    if behaviour.allowed_recipients is not None and wanted.to not in behaviour.allowed_recipients:
        raise GraphError(131030)
    if pair in box.world.blocked:
        raise GraphError(130403)
    if behaviour.throughput_mps and not box.limits.take_throughput(
        number.phone_number_id, behaviour.throughput_mps
    ):
        raise GraphError(130429)
    if behaviour.enforce_pair_limit and not box.limits.take_pair(
        pair, behaviour.pair_interval_s, behaviour.pair_burst
    ):
        raise GraphError(131056)
    if behaviour.enforce_window == "sync" and _is_window_shut(box, pair, wanted, customer):
        raise GraphError(131047)


def _failure(box: Sandbox, number: PhoneNumber, wanted: Send, customer: Customer) -> int | None:
    """The code with which an accepted message will fail, or None."""
    behaviour = box.world.behaviour
    if not customer.on_whatsapp or (not customer.declared and behaviour.strangers == "no_whatsapp"):
        return 131026
    if (
        wanted.template is not None
        and wanted.template.category == "MARKETING"
        and not customer.accepts_marketing
    ):
        return 131050
    pair = (number.phone_number_id, customer.key)
    if behaviour.enforce_window == "async" and _is_window_shut(box, pair, wanted, customer):
        return 131047
    return None


def _is_window_shut(box: Sandbox, pair: tuple[str, str], wanted: Send, customer: Customer | None) -> bool:
    if wanted.type == "template" or wanted.is_group:
        return False
    is_stranger = customer is None or not customer.declared
    if is_stranger and box.world.behaviour.strangers == "deliver" and pair not in box.world.last_inbound:
        return False
    return not box.world.is_window_open(pair)
