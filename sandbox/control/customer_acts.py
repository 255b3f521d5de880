"""Commands to customers: write, read, play, join a group. One more says whom the business has blocked."""

from __future__ import annotations

import dataclasses
import time

from flask import Blueprint, Response

from sandbox.control.requests import asked, flag_of, reply, text_of
from sandbox.errors import ControlError
from sandbox.running import sandbox
from sandbox.webhooks.shapes import number_update

bp = Blueprint("customer_acts", __name__, url_prefix="/sandbox")
# Taps that make no message, and the kind of webhook that each of them makes.
_TAPS = {"payment": "payment", "voice_call": "call_connect"}


@bp.post("/customers/<string:ref>/messages")
def write(ref: str) -> Response:
    """A customer writes: `{type="text", text?, phone_number_id?, reply_to?, timestamp?, …}`.

    Two types are taps that make no message: `payment` (`reference_id`, `status?`) and `voice_call`
    (`cta_payload?`).
    """
    body = asked()
    box = sandbox()
    kind = _TAPS.get(str(body.get("type")))
    if kind is not None:
        updates = box.kinds.build({**body, "kind": kind, "customer": ref})
        box.dispatcher.submit(updates)
        return reply({"kind": kind}, 201)
    message = box.voice.write(box.world.speaker(ref), box.world.number(body.get("phone_number_id")), body)
    return reply(message.as_json() | {"message": message.body}, 201)


@bp.post("/customers/<string:ref>/read")
def read(ref: str) -> Response:
    """The customer reads all messages, or those up to `wamid`: `{phone_number_id?, wamid?}`."""
    body = asked()
    box = sandbox()
    number = box.world.number(body.get("phone_number_id"))
    done = box.lifecycle.read_by_customer(number.phone_number_id, box.world.customer(ref), body.get("wamid"))
    return reply({"read": [message.wamid for message in done]})


@bp.post("/customers/<string:ref>/play")
def play(ref: str) -> Response:
    """The customer plays a voice message: `{wamid}`."""
    box = sandbox()
    box.world.customer(ref)
    message = box.world.messages.get(text_of(asked(), "wamid"))
    if message is None or message.direction != "outbound":
        raise ControlError("unknown wamid", 404)
    update = box.lifecycle.advance(message, "played")
    if update is not None:
        box.dispatcher.submit([update])
    return reply({"played": update is not None})


@bp.post("/customers/<string:ref>/block")
def block(ref: str) -> Response:
    """The business blocks this customer, or unblocks them: `{blocked=true, phone_number_id?}`."""
    body = asked()
    world = sandbox().world
    pair = (world.number(body.get("phone_number_id")).phone_number_id, world.customer(ref).key)
    blocked = flag_of(body, "blocked", True)
    with world.lock:
        (world.blocked.add if blocked else world.blocked.discard)(pair)
        world.touch("blocked", "|".join(pair))
    return reply({"blocked": blocked})


@bp.post("/groups/<string:group_id>/join")
def join_group(group_id: str) -> Response:
    """A customer opens the invitation to a group: `{customer?}`. A webhook tells the business."""
    box = sandbox()
    group = box.world.groups.get(group_id)
    if group is None:
        raise ControlError(f"unknown group {group_id}", 404)
    customer = box.world.customer(asked().get("customer"))
    with box.world.lock:
        if customer.key not in group.participants:
            group.participants.append(customer.key)
            box.world.touch("group", group_id)
    told = {
        "timestamp": str(int(time.time())),
        "group_id": group_id,
        "type": "group_participants_add",
        "reason": "invite_link",
        "added_participants": [{"wa_id": customer.shown_wa_id, "user_id": customer.user_id}],
    }
    number = box.world.number(group.phone_number_id)
    update = number_update(number, "group_participants_update", "group:join", groups=[told])
    box.dispatcher.submit([update])
    return reply(dataclasses.asdict(group))
