"""What each webhook field carries (``changes[].field``), and which reader takes it.

Source: Meta's webhook reference. A field that we do not know is kept as account news; the examples in Meta's
own pages show ``field`` missing and bodies under another field's name, so the keys of ``value`` decide where
they can.
"""

from functools import partial
from typing import Any

from livechat.whatsapp.reading import Json, id_or_none, moment_or_none, obj
from livechat.whatsapp.webhook.identity import people_of
from livechat.whatsapp.webhook.items import AccountNews, Source
from livechat.whatsapp.webhook.kinds import calls, coexistence, events
from livechat.whatsapp.webhook.kinds.messages import Frame, read_message
from livechat.whatsapp.webhook.kinds.statuses import read_status
from livechat.whatsapp.webhook.walk import Walk

# Understood, and of no use to an inbox (no groups are made, no flows are run from here).
NOT_FOR_INBOX = frozenset(
    {
        "account_settings_update",
        "automatic_events",
        "business_status_update",
        "consumer_profile",
        "flows",
        "group_participants_update",
        "group_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "tracking_events",
        "user_id_update",
    }
)
# About an account, a number or a template: kept for the people who run it (docs/meta/cloud-api.md section 6).
ACCOUNT_FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_update",
        "business_capability_update",
        "business_username_updates",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "template_category_update",
        "template_correct_category_detection",
    }
)
# Keys of a ``messages`` value that hold nothing by themselves.
_FRAME_KEYS = frozenset({"messaging_product", "metadata", "contacts", "conversation_context"})
_MESSAGE_KEYS = ("messages", "statuses", "errors")
_GROUP_FIELDS = frozenset({"group_lifecycle_update", "group_settings_update"})
# Longer than any name of Meta's; the ledger keeps the body in any case.
_FIELD_LENGTH = 128


def is_known_field(field: str) -> bool:
    """Whether Meta's reference named this field when this release was made; no name counts as known."""
    return not field or field in _NUMBER_FIELDS or field in ACCOUNT_FIELDS or field in NOT_FOR_INBOX


def read_change(walk: Walk, change: Any) -> None:
    """Read one element of ``changes[]`` into the walk."""
    if not isinstance(change, dict):
        walk.broken("change_not_an_object")
        return
    value = change.get("value")
    field = _field_of(change, obj(value))
    walk.open_change(field, None)
    if field in NOT_FOR_INBOX:
        walk.ignored(f"not_for_inbox:{field}")
        return
    if value is None or value in ("", {}):
        walk.ignored("empty")
        return
    if not isinstance(value, dict):
        walk.broken("value_not_an_object")
        return
    number = number_of(value)
    walk.open_change(field, number)
    before = len(walk.items)
    if field not in _NUMBER_FIELDS:
        walk.one(value, partial(news, walk))
    elif number is None and field in _GROUP_FIELDS:
        walk.ignored(f"not_for_inbox:{field}")
    elif number is None:
        walk.broken("no_phone_number_id")
    else:
        _NUMBER_FIELDS[field](walk, value)
        # Errors that belong to no message. Those of a call are kept with the call.
        if value.get("errors") and field != "calls":
            walk.one({"errors": value["errors"]}, partial(news, walk))
        if len(walk.items) > before:
            return
        # A value in which its reader found nothing may have a new shape: it is kept unless it is empty.
        if any(item for key, item in value.items() if key not in _FRAME_KEYS):
            walk.one(value, partial(news, walk))
        else:
            walk.ignored("empty")


def number_of(value: Json) -> str | None:
    """The ``phone_number_id`` that a change's value is about; None where it names none."""
    metadata = obj(value.get("metadata")) or obj(obj(value.get("standby")).get("metadata"))
    return id_or_none(metadata.get("phone_number_id")) or id_or_none(
        obj(value.get("recipient")).get("phone_number_id")
    )


def _field_of(change: Json, value: Json) -> str:
    """The field's name; where it is missing ``messages`` if the value looks like it, else empty."""
    field = change.get("field")
    if isinstance(field, str) and field:
        return field[:_FIELD_LENGTH]
    return "messages" if any(key in value for key in ("messages", "statuses")) else ""


def news(walk: Walk, source: Source, value: Json) -> AccountNews:
    """A value kept as it came; its time is the entry's, else the value's own, else unknown."""
    return AccountNews(source, walk.happened_at or moment_or_none(value.get("timestamp")), value)


def _messages(walk: Walk, value: Json) -> None:
    """Field ``messages``: customers' messages, statuses of ours, and keys that are new to us."""
    # Nearly every value has one of the two.
    messages, statuses = value.get("messages"), value.get("statuses")
    if messages is not None:
        frame = Frame(
            people=people_of(value.get("contacts"), messages),
            origin="customer",
            direction="inbound",
            is_live=True,
            summary=value.get("conversation_context"),
        )
        walk.each(messages, partial(read_message, frame=frame))
    if statuses is not None:
        walk.each(statuses, partial(read_status, people=people_of(value.get("contacts"), statuses)))
    unknown = {
        key: item for key, item in value.items() if key not in _FRAME_KEYS and key not in _MESSAGE_KEYS
    }
    if unknown:
        walk.one(unknown, partial(news, walk))


def _echoes(walk: Walk, value: Json) -> None:
    """Messages that a colleague wrote in the phone app: outbound, sent already, not by us."""
    echoes = value.get("message_echoes")
    frame = Frame(
        people=people_of(value.get("contacts"), echoes),
        origin="phone_app",
        direction="outbound",
        is_live=False,
    )
    walk.each(echoes, partial(read_message, frame=frame))


_NUMBER_FIELDS = {
    "messages": _messages,
    "smb_message_echoes": _echoes,
    "message_echoes": _echoes,
    "history": coexistence.history,
    "smb_app_state_sync": coexistence.address_book,
    "standby": events.standby,
    "messaging_handovers": events.handover,
    "user_preferences": events.preferences,
    "calls": calls.calls,
    "group_lifecycle_update": events.group_names,
    "group_settings_update": events.group_names,
}
