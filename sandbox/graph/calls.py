"""The business's calls, and customers' permission for them. The protocol is played without any sound."""

from __future__ import annotations

import time

from flask import request

from sandbox.errors import GraphError
from sandbox.graph import checks
from sandbox.graph.gateway import Call, require_number
from sandbox.model import Customer, Json
from sandbox.running import sandbox

_ANSWERS = {"pre_accept", "accept", "reject", "terminate"}
_DAY_S = 86_400
# How often a business may ask, and may call, in which time (Meta, "User call permissions").
_LIMITS = {
    "send_call_permission_request": (("PT24H", _DAY_S, 1), ("P7D", 7 * _DAY_S, 2)),
    "start_call": (("PT24H", _DAY_S, 100),),
}


def permissions(call: Call) -> Json:
    """`GET …/call_permissions?user_wa_id=|recipient=`."""
    number = require_number(call)
    given = request.args.get("user_wa_id") or request.args.get("recipient")
    if not given:
        raise GraphError(100, "(#100) The parameter user_wa_id is required.")
    customer = _customer(given)
    permission = _permission(number.phone_number_id, customer)
    may = {
        "send_call_permission_request": permission["status"] != "permanent",
        "start_call": permission["status"] != "no_permission",
    }
    actions = [_action(name, allowed, number.phone_number_id, customer) for name, allowed in may.items()]
    return {"messaging_product": "whatsapp", "permission": permission, "actions": actions}


def act(call: Call) -> Json:
    """`POST …/calls`: `connect` begins a call. The other actions answer one or end it."""
    number, body = require_number(call), call.body
    checks.require_product(body)
    action = str(body.get("action", ""))
    if action == "connect":
        return _connect(number.phone_number_id, body)
    if action not in _ANSWERS:
        allowed = ", ".join(sorted(_ANSWERS | {"connect"}))
        raise GraphError(100, f"(#100) Param action must be one of {{{allowed}}}")
    call_id = checks.text(body, "call_id", "call_id", limit=512)
    if not call_id.startswith("wacid."):
        raise GraphError(138012, "(#138012) Invalid call id", details="There is no such call.")
    if action in {"pre_accept", "accept"}:
        _session(body)
    return {"messaging_product": "whatsapp", "success": True}


def _connect(phone_number_id: str, body: Json) -> Json:
    given = body.get("to") or body.get("recipient")
    if not isinstance(given, str):
        raise GraphError(100, "(#100) The parameter to is required.")
    customer = _customer(given)
    _session(body)
    if _permission(phone_number_id, customer)["status"] == "no_permission":
        raise GraphError(
            138006, "(#138006) No approved call permission", details="The user has not agreed to calls."
        )
    world = sandbox().world
    with world.lock:
        world.calls.append((phone_number_id, customer.key, time.time()))
    return {
        "messaging_product": "whatsapp",
        "calls": [{"id": f"wacid.{world.ids.object_id(24)}"}],
        "success": True,
    }


def _session(body: Json) -> None:
    session = checks.part(body, "session", "session")
    checks.text(session, "sdp", "session['sdp']", limit=65_536)
    if session.get("sdp_type") not in {"offer", "answer"}:
        raise checks.invalid("session['sdp_type']", "must be one of {offer, answer}.")


def _customer(given: str) -> Customer:
    found = sandbox().world.find_customer(given)
    if found is None:
        raise GraphError(131026)
    return found


def _permission(phone_number_id: str, customer: Customer) -> Json:
    """The permission that the customer's latest answer to a request gives."""
    world = sandbox().world
    with world.lock:
        thread = list(world.thread(phone_number_id, customer))
    for message in reversed(thread):
        reply = message.body.get("interactive", {}) if message.direction == "inbound" else {}
        reply = reply.get("call_permission_reply") if isinstance(reply, dict) else None
        if isinstance(reply, dict):
            if reply.get("response") != "accept":
                break
            if reply.get("is_permanent"):
                return {"status": "permanent"}
            ends_at = int(reply.get("expiration_timestamp") or message.created_at + 7 * _DAY_S)
            if ends_at > time.time():
                return {"status": "temporary", "expiration_time": ends_at}
            break
    return {"status": "no_permission"}


def _action(name: str, allowed: bool, phone_number_id: str, customer: Customer) -> Json:
    world, now = sandbox().world, time.time()
    with world.lock:
        if name == "start_call":
            moments = [
                at for number, key, at in world.calls if (number, key) == (phone_number_id, customer.key)
            ]
        else:
            moments = [
                message.created_at
                for message in world.thread(phone_number_id, customer)
                if message.direction == "outbound"
                and "call_permission_request" in str(message.body.get("interactive"))
            ]
    limits: list[Json] = []
    for period, seconds, most in _LIMITS[name]:
        used = [at for at in moments if at > now - seconds]
        limit: Json = {"time_period": period, "max_allowed": most, "current_usage": len(used)}
        if len(used) >= most:
            allowed = False
            limit["limit_expiration_time"] = int(min(used) + seconds)
        limits.append(limit)
    return {"action_name": name, "can_perform_action": allowed, "limits": limits}
