"""Parts of a webhook's body: envelope, metadata, statuses. Source: Meta's webhook reference, 2026."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sandbox.model import Customer, Json, Message, PhoneNumber

ACCOUNT_FIELDS_WITHOUT_TIME = {
    "messages",
    "smb_message_echoes",
    "history",
    "smb_app_state_sync",
    "standby",
    "messaging_handovers",
    "calls",
    "user_preferences",
}
# In a batch, several updates of one number may share these lists of a `messages` value.
_MERGED_LISTS = ("contacts", "messages", "statuses", "message_echoes")


@dataclass(frozen=True, slots=True)
class Update:
    """One entry of `changes[]`. `label` names it in the log of deliveries."""

    waba_id: str
    field: str | None
    value: Json
    label: str
    phone_number_id: str | None = None


def metadata(number: PhoneNumber) -> Json:
    """`value.metadata` of a number."""
    return {
        "display_phone_number": number.display_phone_number,
        "phone_number_id": number.phone_number_id,
    }


def number_update(number: PhoneNumber, field: str, label: str, **parts: Any) -> Update:
    """A change about one number. Its value has product and metadata, then `parts` in their order."""
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    value |= {name: part for name, part in parts.items() if part is not None}
    return Update(number.waba_id, field, value, label, number.phone_number_id)


def envelope(updates: list[Update]) -> Json:
    """One body for all updates. Each account has one entry. Changes of one number and field are joined."""
    entries: dict[str, Json] = {}
    for update in updates:
        entry = entries.setdefault(update.waba_id, {"id": update.waba_id, "changes": []})
        if update.field is not None and update.field not in ACCOUNT_FIELDS_WITHOUT_TIME:
            entry.setdefault("time", int(time.time()))
        target = next((c for c in entry["changes"] if _same_place(c, update)), None)
        if target is None:
            change: Json = {"value": {k: _copied(v) for k, v in update.value.items()}}
            if update.field is not None:
                change["field"] = update.field
            entry["changes"].append(change)
            continue
        for name in _MERGED_LISTS:
            for item in update.value.get(name, ()):
                present = target["value"].setdefault(name, [])
                if name != "contacts" or item not in present:
                    present.append(item)
    ordered = [
        {"id": e["id"], **({"time": e["time"]} if "time" in e else {}), "changes": e["changes"]}
        for e in entries.values()
    ]
    return {"object": "whatsapp_business_account", "entry": ordered}


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


def _same_place(change: Json, update: Update) -> bool:
    """Whether an update can join a change: both have the same field and number, and only shared lists."""
    ours, theirs = update.value, change["value"]
    if change.get("field") != update.field or update.field not in {"messages", "smb_message_echoes"}:
        return False
    if ours.get("metadata") != theirs.get("metadata"):
        return False
    allowed = {"messaging_product", "metadata", *_MERGED_LISTS}
    return set(ours) <= allowed and set(theirs) <= allowed


def sender(customer: Customer) -> Json:
    """The keys of a message that say who wrote it."""
    keys: Json = {}
    if customer.shown_wa_id:
        keys["from"] = customer.shown_wa_id
    keys["from_user_id"] = customer.user_id
    if customer.parent_user_id:
        keys["from_parent_user_id"] = customer.parent_user_id
    return keys


def pricing(message: Message, category: str | None) -> Json:
    """The `pricing` of a status. Free-form messages are free, templates are billed."""
    if category is None:
        return {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
    return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category.lower()}


def status_entry(
    message: Message,
    customer: Customer,
    status: str,
    timestamp: int,
    *,
    category: str | None = None,
    errors: list[Json] | None = None,
    with_pricing: bool = False,
) -> Json:
    """One entry of `value.statuses[]`."""
    entry: Json = {"id": message.wamid, "status": status, "timestamp": str(timestamp)}
    if customer.shown_wa_id and not (status == "failed" and message.by_user_id):
        entry["recipient_id"] = customer.shown_wa_id
    # A `failed` status has the BSUID only where the message was sent to it (Meta, BSUID page).
    if status != "failed" or message.by_user_id:
        entry["recipient_user_id"] = customer.user_id
        if customer.parent_user_id:
            entry["recipient_parent_user_id"] = customer.parent_user_id
    if with_pricing:
        entry["pricing"] = pricing(message, category)
    if message.callback_data is not None:
        entry["biz_opaque_callback_data"] = message.callback_data
    if errors:
        entry["errors"] = errors
    return entry


def status_update(number: PhoneNumber, customer: Customer, entry: Json) -> Update:
    """The webhook of one status. All but `failed` have contacts, and `sent` has no username in them."""
    contacts = None
    if entry["status"] in {"sent", "delivered", "read", "played"}:
        contacts = [customer.contact(with_username=entry["status"] != "sent")]
    return number_update(number, "messages", f"status:{entry['status']}", contacts=contacts, statuses=[entry])
