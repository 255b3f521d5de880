"""Fields beside ``messages`` that belong in a thread too: Meta's agent, calls, customers' preferences."""

import hashlib
from functools import partial
from typing import Any

import orjson

from livechat.whatsapp import identity
from livechat.whatsapp.content import type_of
from livechat.whatsapp.identity import People, customer, people_of
from livechat.whatsapp.items import (
    AccountNews,
    Customer,
    CustomerPreference,
    Ignored,
    Item,
    Source,
    ThreadMessage,
)
from livechat.whatsapp.messages import RECEIVED, SENT, Direction, Frame, read_message
from livechat.whatsapp.reading import Json, label, moment, obj, required, text_at
from livechat.whatsapp.statuses import read_status
from livechat.whatsapp.walk import Walk


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
    walk.each(inner.get("statuses"), read_status)
    if inner.get("errors"):
        walk.one({"errors": inner["errors"]}, partial(_news, walk))


def _news(walk: Walk, source: Source, value: Json) -> AccountNews:
    return AccountNews(source, walk.happened_at, value)


def _agent_message(source: Source, raw: Json, frame: Frame) -> Item:
    """What Meta's agent wrote: the body of its send call inside ``message``, read like an echo."""
    body = raw.get("message")
    if not isinstance(body, dict):
        return read_message(source, raw, frame)
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
    return read_message(source, echo, frame)


def handover(walk: Walk, value: Json) -> None:
    """Field ``messaging_handovers``: who answers the customer has changed. One event line per change."""
    walk.one(value, _handover)


def _handover(source: Source, value: Json) -> ThreadMessage:
    """The event line; its id is made of its content, so that the same change twice is one.

    ``text`` is the summary that Meta's agent wrote, where it wrote one.
    """
    sender = obj(value.get("sender"))
    kind = label(value.get("type")) or ""
    context = obj(obj(value.get(kind)).get("conversation_context"))
    digest = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return _event(
        source,
        customer(
            People([], False),
            sender.get("phone_number") or sender.get("wa_id"),
            sender.get("user_id"),
            sender.get("parent_user_id"),
        ),
        wamid=f"event:{digest[:32]}",
        raw=value,
        message_type="system",
        text=text_at(context.get("summary"), "text"),
        content={
            "messaging_handovers": {key: item for key, item in value.items() if key != "messaging_product"}
        },
    )


def _event(
    source: Source,
    who: Customer,
    *,
    wamid: str,
    raw: Json,
    message_type: str,
    text: str | None,
    content: Json,
    direction: Direction = "inbound",
    counts: bool = False,
) -> ThreadMessage:
    """An event line of a thread; ``counts`` makes it unread and lets it open the window."""
    status, rank = RECEIVED if direction == "inbound" else SENT
    return ThreadMessage(
        source=source,
        customer=who,
        wamid=wamid,
        timestamp=moment(raw.get("timestamp")),
        direction=direction,
        origin="event",
        message_type=message_type,
        text=text,
        content=content,
        status=status,
        status_rank=rank,
        counts_unread=counts,
        opens_window=counts,
    )


def calls(walk: Walk, value: Json) -> None:
    """Field ``calls``: a call's beginning and end have one id, so the thread shows one line for both.

    A user's call opens the window and is unread like a missed call (Meta, "About the platform"). The
    statuses of calls look like those of messages and must never reach them.
    """
    people = people_of(value.get("contacts"), value.get("calls"))
    errors = value.get("errors")
    walk.each(value.get("calls"), partial(_call, people=people, errors=errors))
    walk.each(value.get("statuses"), _call_status)


def _call_status(source: Source, _: Json) -> Ignored:
    return Ignored(source, "call_status")


def _call(source: Source, raw: Json, people: People, errors: Any) -> Item:
    """One line for a call; its session description is a secret of the call and is left out."""
    if raw.get("event") not in ("connect", "terminate"):
        return Ignored(source, "call_event")
    by_business = raw.get("direction") == "BUSINESS_INITIATED"
    content = {"call": {key: item for key, item in raw.items() if key not in ("session", "sdp")}}
    if errors:
        content["errors"] = errors
    return _event(
        source,
        identity.recipient(raw, people) if by_business else identity.sender(raw, people),
        wamid=required(raw, "id", "no_call_id"),
        raw=raw,
        message_type="call",
        text=None,
        content=content,
        direction="outbound" if by_business else "inbound",
        counts=not by_business,
    )


def preferences(walk: Walk, value: Json) -> None:
    """Field ``user_preferences``: marketing messages stopped or resumed by the customer."""
    people = people_of(value.get("contacts"), value.get("user_preferences"))
    walk.each(value.get("user_preferences"), partial(_preference, people=people))


def _preference(source: Source, raw: Json, people: People) -> Item:
    """One preference; its ``timestamp`` is a number here. Other kinds and values are for no one."""
    if raw.get("category") != "marketing_messages" or raw.get("value") not in ("stop", "resume"):
        return Ignored(source, "preference_of_another_kind")
    who = customer(people, raw.get("wa_id"), raw.get("user_id"), raw.get("parent_user_id"))
    return CustomerPreference(source, who, raw["value"] == "stop", moment(raw.get("timestamp")))
