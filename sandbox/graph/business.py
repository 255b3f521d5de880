"""The business profile of a number, its settings, and who answers its conversations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import request

from sandbox.errors import GraphError
from sandbox.graph import checks
from sandbox.graph.gateway import Call, require_number
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.running import sandbox

# The texts of a profile and their limits (Meta, "Business profiles").
_TEXTS = {"about": 139, "address": 256, "description": 512, "email": 128}
_PROFILE_FIELDS = (*_TEXTS, "profile_picture_url", "websites", "vertical", "messaging_product")
_VERTICALS = {
    *("ALCOHOL", "APPAREL", "AUTO", "BEAUTY", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GOVT", "GROCERY"),
    *(
        "HEALTH",
        "HOTEL",
        "MATRIMONY_SERVICE",
        "NONPROFIT",
        "NOT_A_BIZ",
        "ONLINE_GAMBLING",
        "OTC_DRUGS",
        "OTHER",
    ),
    *("PHYSICAL_GAMBLING", "PROF_SERVICES", "RESTAURANT", "RETAIL", "TRAVEL", "UNDEFINED"),
}
_SWITCHES = {
    ("calling", "status"): {"ENABLED", "DISABLED"},
    ("calling", "call_icon_visibility"): {"DEFAULT", "DISABLE_ALL"},
    ("calling", "callback_permission_status"): {"ENABLED", "DISABLED"},
    ("calling", "srtp_key_exchange_protocol"): {"DTLS", "SDES"},
    ("storage_configuration", "status"): {
        "DEFAULT",
        "IN_COUNTRY_STORAGE_ENABLED",
        "IN_COUNTRY_STORAGE_DISABLED",
    },
}
_OBJECTS = {
    "calling": {"call_icons", "call_hours", "sip", *(name for of, name in _SWITCHES if of == "calling")},
    "storage_configuration": {"status", "data_localization_region", "retention_minutes"},
    "user_identity_change": {"enable_identity_key_check"},
    "payload_encryption": {"status", "client_encryption_key"},
}
MAX_METADATA = 2000


def profile(call: Call) -> Json:
    """`GET …/whatsapp_business_profile?fields=`: those of the fields that are set."""
    number = require_number(call)
    told: Json = {"vertical": "UNDEFINED", **number.profile, "messaging_product": "whatsapp"}
    asked = [name for name in request.args.get("fields", "").split(",") if name] or ["messaging_product"]
    for name in asked:
        if name not in _PROFILE_FIELDS and name != "id":
            raise GraphError(
                100,
                f"(#100) Tried accessing nonexisting field ({name}) on node type (WhatsAppBusinessProfile)",
            )
    return {
        "data": [
            {name: told[name] for name in {**dict.fromkeys(asked), "messaging_product": None} if name in told}
        ]
    }


def change_profile(call: Call) -> Json:
    """`POST …/whatsapp_business_profile`: replace the given fields. An empty text removes its field."""
    number, body = require_number(call), call.body
    checks.require_product(body)
    changes: Json = {}
    for name, limit in _TEXTS.items():
        if name in body:
            changes[name] = checks.text(body, name, name, limit=limit, optional=True)
    if "about" in body and not changes["about"]:
        raise GraphError(100, "(#100) Param about must be a non-empty string.")
    if changes.get("email") and "@" not in changes["email"]:
        raise GraphError(100, "(#100) Param email must be a valid email address.")
    if "vertical" in body:
        changes["vertical"] = _one_of(body["vertical"], _VERTICALS, "vertical")
    if "websites" in body:
        changes["websites"] = _websites(body["websites"])
    if "profile_picture_handle" in body:
        changes["profile_picture_url"] = _picture(str(body["profile_picture_handle"]))
    _keep(number, partial(number.profile.update, changes))
    for name in [name for name, value in changes.items() if not value]:
        _keep(number, partial(number.profile.pop, name))
    return {"success": True}


def settings(call: Call) -> Json:
    """`GET …/settings?fields=`: calling, storage and the like, with Meta's defaults."""
    number = require_number(call)
    told: Json = {
        "calling": {
            "status": "DISABLED",
            "call_icon_visibility": "DEFAULT",
            "callback_permission_status": "DISABLED",
        },
        "storage_configuration": {"status": "DEFAULT"},
        "user_identity_change": {"enable_identity_key_check": False},
        "payload_encryption": {"status": "DISABLED"},
    }
    told = {name: value | number.settings.get(name, {}) for name, value in told.items()}
    asked = [name for name in request.args.get("fields", "").split(",") if name] or list(told)
    for name in asked:
        if name not in told:
            raise GraphError(
                100,
                f"(#100) Tried accessing nonexisting field ({name}) on node type (PhoneNumberSettings)",
            )
    return {name: told[name] for name in asked}


def change_settings(call: Call) -> Json:
    """`POST …/settings`: change parts of one or more of the objects."""
    number = require_number(call)
    given = {name: value for name, value in call.body.items() if name != "messaging_product"}
    if not given:
        raise GraphError(100, "(#100) The parameter calling is required.")
    for name, value in given.items():
        if name not in _OBJECTS:
            raise GraphError(100, f"(#100) Param {name} is not a setting of a phone number.")
        if not isinstance(value, dict):
            raise GraphError(100, f"(#100) Param {name} must be a JSON object.")
        for inner, setting in value.items():
            if inner not in _OBJECTS[name]:
                raise GraphError(100, f"(#100) Param {name}[{inner}] is not a setting.")
            if (name, inner) in _SWITCHES:
                _one_of(setting, _SWITCHES[name, inner], f"{name}[{inner}]")
    for name, value in given.items():
        _keep(number, partial(number.settings.setdefault(name, {}).update, value))
    return {"success": True}


def thread_control(call: Call) -> Json:
    """`POST …/thread_control`: pass, release or take a conversation, between the business and Meta's agent.

    The business may pass a conversation that it holds to the agent (`control_pass.target_role`), or release
    it. It may take one that the agent holds, since it is the escalation partner.
    """
    number, body = require_number(call), call.body
    checks.require_product(body)
    customer = _party(body)
    pair = (number.phone_number_id, customer.key)
    metadata = body.get("metadata", "")
    if not isinstance(metadata, str) or len(metadata) > MAX_METADATA:
        raise checks.too_long("metadata", MAX_METADATA)
    action = _one_of(body.get("action"), {"pass", "release", "take"}, "action")
    box = sandbox()
    with box.world.lock:
        owner = box.world.thread_owners.get(pair, "business")
        if action == "take":
            if owner == "business":
                raise GraphError(2494191, "(#2494191) The app already controls this thread.")
            box.world.thread_owners.pop(pair)
        else:
            if owner != "business":
                raise GraphError(2494191, "(#2494191) The app does not control this thread.")
            box.world.thread_owners[pair] = _new_owner(action, body)
    return {"messaging_product": "whatsapp"}


def _new_owner(action: str, body: Json) -> str:
    target = body.get("control_pass")
    if action == "release":
        if target is not None:
            raise GraphError(100, "(#100) Param control_pass can be used with the action pass only.")
        return "nobody"
    if target is None:
        return "escalation"
    if not isinstance(target, dict):
        raise GraphError(100, "(#100) Param control_pass must be a JSON object.")
    return _one_of(target.get("target_role"), {"ai_agent"}, "control_pass[target_role]")


def _party(body: Json) -> Customer:
    given = body.get("to") or body.get("recipient")
    if not isinstance(given, str):
        raise GraphError(100, "(#100) The parameter to is required.")
    found = sandbox().world.find_customer(given)
    if found is None:
        raise GraphError(131009, details="There is no conversation with this user.")
    return found


def _one_of(value: Any, allowed: set[str], name: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise GraphError(100, f"(#100) Param {name} must be one of {{{', '.join(sorted(allowed))}}}")
    return value


def _websites(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 2 or not all(isinstance(each, str) for each in value):
        raise GraphError(100, "(#100) Param websites must be an array of at most 2 URLs.")
    for each in value:
        if len(each) > 256 or not each.lower().startswith(("http://", "https://")) or not _has_host(each):
            raise GraphError(
                100, "(#100) Param websites must hold URLs with http:// or https://, 256 characters."
            )
    return value


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _picture(handle: str) -> str:
    box = sandbox()
    mime_type = box.world.file_handles.get(handle)
    if mime_type not in {"image/jpeg", "image/png"}:
        raise GraphError(
            100, "(#100) Invalid parameter", subcode=2388091, details="The picture's handle is not valid."
        )
    return f"{box.config.public_url}/v/profile-picture/{box.world.ids.object_id()}"


def _keep(number: PhoneNumber, change: Callable[[], object]) -> None:
    world = sandbox().world
    with world.lock:
        change()
        world.touch("number", number.phone_number_id)
