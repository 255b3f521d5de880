"""Webhooks about accounts, numbers and templates."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.errors import ControlError
from sandbox.model import Json, PhoneNumber, Template
from sandbox.webhooks.shapes import Update
from sandbox.world import World

Builder = Callable[[World, PhoneNumber, Json], Update]
WEEK_S = 7 * 86400
PORTFOLIO_ID = "506914307656634"
_STATUS_OF_EVENT = {
    "REINSTATED": "APPROVED",
    "FLAGGED": "APPROVED",
    "LOCKED": "DISABLED",
    "UNPAUSE": "APPROVED",
}


def _account_update(world: World, number: PhoneNumber, command: Json) -> Update:
    """`event`, with its object in `detail`. By default it is a restriction for a week."""
    event = str(command.get("event", "ACCOUNT_RESTRICTION"))
    value: Json = {"event": event}
    detail = command.get("detail")
    if isinstance(detail, dict):
        value |= detail
    elif event == "ACCOUNT_RESTRICTION":
        until = int(time.time()) + WEEK_S
        kinds = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
        value["restriction_info"] = [{"restriction_type": kind, "expiration": until} for kind in kinds]
    elif event == "ACCOUNT_VIOLATION":
        value["violation_info"] = {"violation_type": "SPAM"}
    elif event == "DISABLED_UPDATE":
        date = time.strftime("%B %d, %Y", time.gmtime())
        state = str(command.get("state", "DISABLE"))
        value["ban_info"] = {"waba_ban_state": state, "waba_ban_date": date}
    elif event == "PARTNER_REMOVED":
        value["waba_info"] = {"waba_id": number.waba_id, "owner_business_id": "506914307656634"}
        value["disconnection_info"] = {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"}
    elif event in {"PARTNER_ADDED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED"}:
        value["waba_info"] = {"waba_id": number.waba_id, "owner_business_id": "506914307656634"}
    # An event about a partner has the id of the business portfolio (Meta, account_update reference).
    entry_id = PORTFOLIO_ID if event.startswith("PARTNER_") else number.waba_id
    return Update(entry_id, "account_update", value, f"account:{event}")


def _account_alert(world: World, number: PhoneNumber, command: Json) -> Update:
    alert = {
        "alert_severity": str(command.get("severity", "WARNING")),
        "alert_status": str(command.get("alert_status", "ACTIVE")),
        "alert_type": str(command.get("alert_type", "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED")),
        "alert_description": "Limits cannot be increased for your business at this time.",
    }
    value: Json = {"entity_type": "BUSINESS", "entity_id": "506914307656634", "alert_info": alert}
    return Update(number.waba_id, "account_alerts", value, "account:alert")


def _template(world: World, number: PhoneNumber, command: Json) -> Template:
    wanted = command.get("name", "order_confirmation")
    for template in world.templates_of(number.waba_id):
        if template.name == wanted and command.get("language", template.language) == template.language:
            return template
    raise ControlError(f"unknown template {wanted}", 404)


def _template_keys(template: Template) -> Json:
    return {
        "message_template_id": int(template.template_id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


def _template_status(world: World, number: PhoneNumber, command: Json) -> Update:
    """The template takes the new status before the webhook tells it."""
    template = _template(world, number, command)
    event = str(command.get("event", "APPROVED")).upper()
    reason = command.get("reason", "INVALID_FORMAT" if event == "REJECTED" else "NONE")
    with world.lock:
        template.status = _STATUS_OF_EVENT.get(event, event)
        template.rejected_reason = reason or "NONE"
        world.touch("template", template.template_id)
    value: Json = {"event": event, **_template_keys(template), "reason": reason}
    value["message_template_category"] = template.category
    if event == "REJECTED":
        value["rejection_info"] = {
            "reason": "Your template has parameters placed next to each other.",
            "recommendation": "Separate parameters with descriptive text.",
        }
    if event == "PAUSED":
        value["other_info"] = {
            "title": "FIRST_PAUSE",
            "description": "Paused for 3 hours due to low quality.",
        }
    if event == "DISABLED":
        value["disable_info"] = {"disable_date": str(int(time.time()))}
    return Update(number.waba_id, "message_template_status_update", value, f"template:{event}")


def _template_quality(world: World, number: PhoneNumber, command: Json) -> Update:
    template = _template(world, number, command)
    new = str(command.get("score", "YELLOW"))
    old, template.quality = template.quality, new
    value = {"previous_quality_score": old, "new_quality_score": new, **_template_keys(template)}
    return Update(number.waba_id, "message_template_quality_update", value, "template:quality")


def _template_category(world: World, number: PhoneNumber, command: Json) -> Update:
    template = _template(world, number, command)
    new = str(command.get("new_category", "MARKETING"))
    value = {**_template_keys(template), "previous_category": template.category, "new_category": new}
    template.category = new
    return Update(number.waba_id, "template_category_update", value, "template:category")


def _template_components(world: World, number: PhoneNumber, command: Json) -> Update:
    """The body takes a new `text`, and the footer a given `footer`, before the webhook tells them."""
    template = _template(world, number, command)
    new = {"BODY": str(command.get("text", "Hello again, {{1}}."))}
    if command.get("footer"):
        new["FOOTER"] = str(command["footer"])
    with world.lock:
        template.components = [
            part | {"text": new[part["type"]]} if part.get("type") in new else part
            for part in template.components
        ]
        world.touch("template", template.template_id)
    value: Json = {**_template_keys(template), "message_template_element": new["BODY"]}
    if "FOOTER" in new:
        value["message_template_footer"] = new["FOOTER"]
    return Update(number.waba_id, "message_template_components_update", value, "template:components")


def _template_category_advice(world: World, number: PhoneNumber, command: Json) -> Update:
    """An impending change. Its `new_category` is the present one, and `correct_category` the one to come."""
    template = _template(world, number, command)
    value = {
        **_template_keys(template),
        "new_category": template.category,
        "correct_category": str(command.get("correct_category", "MARKETING")),
        "category_update_timestamp": int(time.time()) + WEEK_S,
    }
    return Update(number.waba_id, "template_category_update", value, "template:category_advice")


def _number_quality(world: World, number: PhoneNumber, command: Json) -> Update:
    event = str(command.get("event", "THROUGHPUT_UPGRADE"))
    usual = "TIER_UNLIMITED" if event == "THROUGHPUT_UPGRADE" else number.messaging_limit
    tier = str(command.get("limit", usual))
    number.quality_rating = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}.get(event, number.quality_rating)
    number.throughput_level = "HIGH" if event == "THROUGHPUT_UPGRADE" else number.throughput_level
    number.messaging_limit = tier
    value = {
        "display_phone_number": number.display_phone_number,
        "event": event,
        "current_limit": tier,
        "max_daily_conversations_per_business": tier,
    }
    return Update(
        number.waba_id, "phone_number_quality_update", value, f"number:{event}", number.phone_number_id
    )


def _number_name(world: World, number: PhoneNumber, command: Json) -> Update:
    decision = str(command.get("decision", "APPROVED"))
    name = str(command.get("name", number.verified_name))
    value: Json = {
        "display_phone_number": number.display_phone_number,
        "decision": decision,
        "requested_verified_name": name,
        "rejection_reason": None if decision == "APPROVED" else "NAME_FORMAT",
    }
    if decision == "APPROVED":
        number.verified_name = name
    return Update(number.waba_id, "phone_number_name_update", value, "number:name", number.phone_number_id)


def _account_review(world: World, number: PhoneNumber, command: Json) -> Update:
    value = {"decision": str(command.get("decision", "APPROVED"))}
    return Update(number.waba_id, "account_review_update", value, "account:review")


def _capability(world: World, number: PhoneNumber, command: Json) -> Update:
    value: dict[str, Any] = {
        "max_daily_conversations_per_business": 2000,
        "max_phone_numbers_per_business": 25,
    }
    return Update(number.waba_id, "business_capability_update", value, "account:capability")


def _security(world: World, number: PhoneNumber, command: Json) -> Update:
    value = {
        "display_phone_number": number.display_phone_number,
        "event": str(command.get("event", "PIN_CHANGED")),
        "requester": "506914307656634",
    }
    return Update(number.waba_id, "security", value, "security", number.phone_number_id)


def _username(world: World, number: PhoneNumber, command: Json) -> Update:
    value: Json = {
        "display_phone_number": number.display_phone_number,
        "username": str(command.get("username", "ashas.bakery")),
        "status": str(command.get("status", "approved")),
    }
    return Update(number.waba_id, "business_username_updates", value, "username", number.phone_number_id)


ACCOUNT_KINDS: dict[str, Builder] = {
    "account_update": _account_update,
    "account_alert": _account_alert,
    "account_review": _account_review,
    "capability": _capability,
    "security": _security,
    "username": _username,
    "template_status": _template_status,
    "template_quality": _template_quality,
    "template_category": _template_category,
    "template_category_advice": _template_category_advice,
    "template_components": _template_components,
    "number_quality": _number_quality,
    "number_name": _number_name,
}
