"""Numbers, accounts, subscriptions, registration, block lists."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import request

from sandbox.errors import GraphError, unknown_object
from sandbox.graph.checks import require_product
from sandbox.graph.gateway import Call, can_see, require_number
from sandbox.kinds.phone_app_kinds import PHONE_APP_KINDS
from sandbox.model import Json, PhoneNumber
from sandbox.running import Sandbox, sandbox
from sandbox.webhooks.handshake import handshake

DEFAULT_FIELDS = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "last_onboarded_time",
    "id",
)
# Graph knows these fields, but leaves them out of its answer, since this number has no value for them.
_UNSET_FIELDS = {
    "conversational_automation",
    "new_display_name",
    "new_name_status",
    "certificate",
    "new_certificate",
    "search_visibility",
    "eligibility_for_api_business_global_search",
    "username",
}
APP_ID = "634974688087057"
MAX_OVERRIDE_URL = 200


def as_node(number: PhoneNumber) -> Json:
    """All fields of a number under Graph's names."""
    digits = number.display_phone_number
    configuration: Json = {"application": sandbox().config.callback_url}
    if number.override_callback_url:
        configuration["phone_number"] = number.override_callback_url
    return {
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED",
        "display_phone_number": f"+{digits[:2]} {digits[2:7]} {digits[7:]}",
        "quality_rating": number.quality_rating,
        "platform_type": "CLOUD_API" if number.state == "connected" else "NOT_APPLICABLE",
        "throughput": {"level": number.throughput_level},
        "webhook_configuration": configuration,
        "last_onboarded_time": "2026-01-15T10:20:30+0000",
        "name_status": "APPROVED",
        "status": "CONNECTED" if number.state == "connected" else "DISCONNECTED",
        "account_mode": "LIVE",
        "quality_score": {"score": number.quality_rating},
        "is_pin_enabled": True,
        "is_preverified_number": False,
        "country_code": "IN",
        "country_dial_code": "91",
        "is_official_business_account": False,
        "is_on_biz_app": number.coexistence,
        "messaging_limit_tier": number.messaging_limit,
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "health_status": {
            "can_send_message": "AVAILABLE" if number.state == "connected" else "BLOCKED",
            "entities": [
                {"entity_type": "PHONE_NUMBER", "id": number.phone_number_id, "can_send_message": "AVAILABLE"}
            ],
        },
        "id": number.phone_number_id,
    }


def _chosen(node: Json, node_type: str) -> Json:
    asked = request.args.get("fields")
    names = [name.partition("{")[0] for name in asked.split(",") if name] if asked else list(DEFAULT_FIELDS)
    for name in names:
        if name not in node and name not in _UNSET_FIELDS:
            raise GraphError(
                100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node_type})"
            )
    chosen = {name: node[name] for name in names if name in node}
    chosen["id"] = node["id"]
    return chosen


def number_node(call: Call) -> Json:
    """`GET /{phone_number_id}?fields=…`."""
    return _chosen(as_node(require_number(call)), "WhatsAppBusinessPhoneNumber")


def change_number(call: Call) -> Json:
    """`POST /{phone_number_id}` with `webhook_configuration`: override the callback, after a handshake."""
    number = require_number(call)
    configuration = call.body.get("webhook_configuration")
    if isinstance(configuration, dict):
        number.override_callback_url = _proved_override(sandbox(), configuration)
    return {"success": True}


def require_waba(call: Call, waba_id: str) -> None:
    """Raise GraphError unless the account exists and the token may see it."""
    if waba_id not in sandbox().world.waba_ids() or not can_see(call, waba_id):
        raise unknown_object(waba_id, request.method)
    call.usage_of = waba_id


def waba_node(waba_id: str) -> Json:
    """`GET /{waba_id}`."""
    return {
        "id": waba_id,
        "name": "Asha's Bakery",
        "currency": "INR",
        "timezone_id": "71",
        "message_template_namespace": "58e6d318_b627_4112_b9c7_2961197553ea",
    }


def numbers_of(waba_id: str) -> Json:
    """`GET /{waba_id}/phone_numbers`."""
    world = sandbox().world
    found = [n for n in world.numbers.values() if n.waba_id == waba_id and n.state != "deleted"]
    data = [_chosen(as_node(number), "WhatsAppBusinessPhoneNumber") for number in found]
    return (
        {"data": data, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}}
        if data
        else {"data": []}
    )


def subscribe(call: Call, waba_id: str) -> Json:
    """Subscribe the app to the account, and override the callback where the body asks for it."""
    box = sandbox()
    override = _proved_override(box, call.body) if call.body.get("override_callback_uri") else ""
    with box.world.lock:
        box.world.subscriptions[waba_id] = override
        box.world.touch("subscription", waba_id)
    return {"success": True}


def subscriptions_of(waba_id: str) -> Json:
    """The apps that subscribe to the account: ours, or none."""
    override = sandbox().world.subscriptions.get(waba_id)
    if override is None:
        return {"data": []}
    app: Json = {
        "whatsapp_business_api_data": {"link": "https://www.example.com/", "name": "Live Chat", "id": APP_ID}
    }
    if override:
        app["override_callback_uri"] = override
    return {"data": [app]}


def unsubscribe(waba_id: str) -> Json:
    """End the subscription. With `require_subscription` the account then sends no webhooks."""
    box = sandbox()
    with box.world.lock:
        box.world.subscriptions.pop(waba_id, None)
        box.world.touch("subscription", waba_id)
    return {"success": True}


def register(call: Call) -> Json:
    """`POST /{phone_number_id}/register` `{messaging_product, pin}`. The PIN has six digits."""
    number = require_number(call)
    require_product(call.body)
    pin = str(call.body.get("pin", ""))
    if len(pin) != 6 or not pin.isdigit():
        raise GraphError(100, "(#100) Param pin must be 6 characters long.")
    return _set_state(number, "connected")


def deregister(call: Call) -> Json:
    """`POST /{phone_number_id}/deregister`."""
    return _set_state(require_number(call), "unregistered")


def _set_state(number: PhoneNumber, state: str) -> Json:
    world = sandbox().world
    with world.lock:
        number.state = state
        world.touch("number", number.phone_number_id)
    return {"success": True}


def block_users(call: Call, *, block: bool) -> Json:
    """Block or unblock `{block_users: [{user}]}`. Meta blocks only people who wrote within 24 h."""
    box = sandbox()
    number = require_number(call)
    require_product(call.body)
    asked = call.body.get("block_users")
    if not isinstance(asked, list) or not asked:
        raise GraphError(100, "(#100) The parameter block_users is required.")
    done: list[Json] = []
    failed: list[Json] = []
    for item in asked:
        given = str(item.get("user", "")) if isinstance(item, dict) else ""
        customer = box.world.find_customer(given)
        pair = (number.phone_number_id, customer.key if customer else given.lstrip("+"))
        if customer is None or (block and not box.world.is_window_open(pair)):
            failed.append({"input": given, "errors": [{"message": "Failed to block user", "code": 131047}]})
            continue
        with box.world.lock:
            (box.world.blocked.add if block else box.world.blocked.discard)(pair)
            box.world.touch("blocked", "|".join(pair))
        done.append({"input": given, **({"wa_id": customer.wa_id} if customer.wa_id else {"user_id": given})})
    if failed and not done:
        raise GraphError(
            139100, "(#139100) Failed to block/unblock users", details="No user could be changed."
        )
    users: Json = {"added_users" if block else "removed_users": done}
    if failed:
        users["failed_users"] = failed
    return {"messaging_product": "whatsapp", "block_users": users}


def blocked_users(call: Call) -> Json:
    """`GET /{phone_number_id}/block_users`."""
    box = sandbox()
    number = require_number(call)
    keys = sorted(key for of, key in box.world.blocked if of == number.phone_number_id)
    # As with Meta, every page with content has a cursor, so that the last page is empty.
    start = int(request.args.get("after") or 0)
    end = start + int(request.args.get("limit") or 25)
    paging = {"paging": {"cursors": {"after": str(end)}}} if keys[start:end] else {}
    return {
        "data": [
            {"messaging_product": "whatsapp", ("wa_id" if key.isdecimal() else "user_id"): key}
            for key in keys[start:end]
        ],
        **paging,
    }


def forget_contact(call: Call) -> Json:
    """`DELETE /{phone_number_id}/contact_book?bsuid=…`: hide that person's phone number from now on."""
    box = sandbox()
    require_number(call)
    customer = box.world.find_customer(request.args.get("bsuid", ""))
    if customer is None:
        raise GraphError(100, "(#100) Param bsuid is not a known business-scoped user id.")
    # Only the number of a person with a username can be hidden (Meta, BSUID page).
    if customer.username:
        with box.world.lock:
            customer.phone_hidden = True
            box.world.touch("customer", customer.key)
    return {"success": True}


def sync_app_data(call: Call) -> Json:
    """`POST /{phone_number_id}/smb_app_data`: send each kind once, for a number with the Business app."""
    number = require_number(call)
    require_product(call.body)
    kind = call.body.get("sync_type")
    if kind not in {"smb_app_state_sync", "history"}:
        raise GraphError(100, "(#100) Param sync_type must be one of {smb_app_state_sync, history}")
    if not number.coexistence:
        raise GraphError(131009, details="The number is not used with the WhatsApp Business app.")
    box = sandbox()
    wanted = (number.phone_number_id, kind)
    with box.world.lock:
        if wanted in box.world.synchronized:
            raise GraphError(2593107)
        box.world.synchronized.add(wanted)
        people = [customer for customer in box.world.customers.values() if customer.declared]
    make = PHONE_APP_KINDS["history" if kind == "history" else "contact_sync"]
    box.dispatcher.submit([make(box.world, number, customer, {}) for customer in people])
    return {"messaging_product": "whatsapp", "request_id": secrets.token_hex(8)}


def _proved_override(box: Sandbox, configuration: Json) -> str:
    """The override's address, after its handshake. "" ends an override. Raises GraphError 2200."""
    url = str(configuration.get("override_callback_uri", ""))
    if not url:
        return ""
    if len(url) > MAX_OVERRIDE_URL or urlsplit(url).scheme not in {"http", "https"}:
        raise GraphError(100, "(#100) Param override_callback_uri must be a URL of at most 200 characters.")
    outcome = handshake(box.world, url, str(configuration.get("verify_token", "")))
    if not outcome["ok"]:
        raise GraphError(
            2200,
            "(#2200) Callback verification failed with the following errors: "
            f"HTTP Status Code = {outcome['status']}",
        )
    return url
