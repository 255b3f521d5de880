"""Fields beside ``messages`` that belong in a thread too: Meta's agent, preferences, groups' names."""

from functools import partial
from typing import Any

from livechat.whatsapp.content import type_of
from livechat.whatsapp.reading import (
    READ_ERRORS,
    Json,
    UnreadableError,
    items_of,
    label,
    moment,
    obj,
    required,
    text_at,
)
from livechat.whatsapp.templates.definition import read_template
from livechat.whatsapp.templates.rendering import filled_text, render
from livechat.whatsapp.webhook.digests import event_id
from livechat.whatsapp.webhook.identity import NamedPeople, customer, people_of
from livechat.whatsapp.webhook.items import (
    AccountNews,
    ContactName,
    Customer,
    CustomerPreference,
    Ignored,
    Item,
    Source,
    ThreadMessage,
)
from livechat.whatsapp.webhook.kinds.messages import RECEIVED, Frame, read_message
from livechat.whatsapp.webhook.kinds.statuses import read_status
from livechat.whatsapp.webhook.walk import Walk


def standby(walk: Walk, value: Json) -> None:
    """Field ``standby``: the thread while Meta's agent holds it, one level deeper than usual.

    Source: Meta's Standby webhook reference (4 August 2026). These messages come on no other field.
    """
    inner = obj(value.get("standby")) or value
    messages, echoes = inner.get("messages"), inner.get("message_echoes")
    people = people_of(inner.get("contacts") or value.get("contacts"), messages or echoes)
    asked = Frame(people=people, origin="standby", direction="inbound", is_live=True)
    answered = Frame(people=people, origin="standby", direction="outbound", is_live=False)
    walk.each(messages, partial(read_message, frame=asked))
    walk.each(echoes, partial(_agent_message, frame=answered))
    statuses = inner.get("statuses")
    walk.each(statuses, partial(read_status, people=people_of(inner.get("contacts"), statuses)))
    if inner.get("errors"):
        walk.one({"errors": inner["errors"]}, partial(_news, walk))


def _news(walk: Walk, source: Source, value: Json) -> AccountNews:
    return AccountNews(source, walk.happened_at, value)


def _agent_message(source: Source, raw: Json, frame: Frame) -> Item:
    """What Meta's agent wrote: the body of its send call inside ``message``, read like an echo.

    Beside a template's values stands the template itself, without which they make no text.
    """
    body = raw.get("message")
    if not isinstance(body, dict):
        return _with_template(read_message(source, raw, frame), raw.get("template"))
    if "status" in body and type_of(body) not in body:
        return Ignored(source, "not_a_message")
    to, recipient = body.get("to") or raw.get("to") or raw.get("recipient_id"), body.get("recipient")
    is_parent = isinstance(recipient, str) and ".ENT." in recipient
    is_group = body.get("recipient_type") == "group"
    echo = {
        key: item for key, item in body.items() if key not in ("recipient", "biz_opaque_callback_data", "to")
    }
    echo |= {
        "id": raw.get("id"),
        "timestamp": raw.get("timestamp"),
        "to": None if is_group else to,
        "to_user_id": raw.get("to_user_id") if is_parent else recipient or raw.get("to_user_id"),
        "to_parent_user_id": recipient if is_parent else None,
        "group_id": to if is_group else raw.get("group_id"),
    }
    return _with_template(read_message(source, echo, frame), raw.get("template"))


def _with_template(item: Item, definition: Any) -> Item:
    """The message of a template as the customer saw it, where the template is told beside it."""
    if not isinstance(item, ThreadMessage) or item.message_type != "template":
        return item
    part, told = obj(item.content.get("template")), obj(definition)
    # Name and language are not needed here, and may stand in the message alone.
    template = read_template(told | {"name": label(told.get("name")) or "unnamed", "language": "unknown"})
    if template is None or not template.components:
        return item
    try:
        rendered = render(template, part.get("components"))
    except READ_ERRORS:
        # Values that do not fit the template: its name is shown, as where Meta leaves the template out.
        return item
    item.content["rendered"] = rendered
    item.text = filled_text(rendered)
    return item


def handover(walk: Walk, value: Json) -> None:
    """Field ``messaging_handovers``: who answers the customer has changed. One event line per change."""
    walk.one(value, _handover)


def _handover(source: Source, value: Json) -> ThreadMessage | Ignored:
    """The event line; its id is made of its content, so that the same change twice is one.

    ``text`` is the summary that Meta's agent wrote, else what was noted with the change. Meta may leave out
    who the customer is: then there is no thread to show it in.
    """
    sender = obj(value.get("sender"))
    kind = label(value.get("type")) or ""
    change = obj(value.get(kind))
    try:
        who = customer(
            NamedPeople([], False),
            sender.get("phone_number") or sender.get("wa_id"),
            sender.get("user_id"),
            sender.get("parent_user_id"),
        )
    except UnreadableError:
        return Ignored(source, "handover_of_nobody")
    status, rank = RECEIVED
    return ThreadMessage(
        source=source,
        customer=who,
        wamid=event_id(value),
        timestamp=moment(value.get("timestamp"), source.received_at),
        direction="inbound",
        origin="event",
        message_type="system",
        text=text_at(obj(change.get("conversation_context")).get("summary"), "text")
        or text_at(change, "metadata"),
        content={
            "messaging_handovers": {key: item for key, item in value.items() if key != "messaging_product"}
        },
        status=status,
        status_rank=rank,
        counts_unread=False,
        opens_window=False,
    )


def preferences(walk: Walk, value: Json) -> None:
    """Field ``user_preferences``: marketing messages stopped or resumed by the customer."""
    people = people_of(value.get("contacts"), value.get("user_preferences"))
    walk.each(value.get("user_preferences"), partial(_preference, people=people))


# What a customer can say of marketing messages, and whether that is a no.
_SAYS_NO = {"stop": True, "resume": False, "signup": False}


def _preference(source: Source, raw: Json, people: NamedPeople) -> Item:
    """One preference; its ``timestamp`` is a number here. Other kinds and values are ignored."""
    says_no = _SAYS_NO.get((label(raw.get("value")) or "").lower())
    if says_no is None or raw.get("category") not in ("marketing_messages", None, ""):
        return Ignored(source, "preference_of_another_kind")
    who = customer(people, raw.get("wa_id"), raw.get("user_id"), raw.get("parent_user_id"))
    return CustomerPreference(source, who, says_no, moment(raw.get("timestamp"), source.received_at))


def group_names(walk: Walk, value: Json) -> None:
    """Fields ``group_lifecycle_update`` and ``group_settings_update``: what a group is called.

    Source: Meta's "Webhooks for Groups API". Nothing else in them is for an inbox.
    """
    walk.each(value.get("groups"), partial(_group_name, walk))


def _group_name(walk: Walk, source: Source, raw: Json) -> Item:
    setting = obj(raw.get("group_subject"))
    subject = label(setting.get("text")) or label(raw.get("subject"))
    if subject is None or setting.get("update_successful") is False or items_of(raw.get("errors")):
        return Ignored(source, f"not_for_inbox:{walk.field}")
    who = Customer(group_id=required(raw, "group_id", "no_group"))
    return ContactName(source, who, subject, moment(raw.get("timestamp"), source.received_at))
