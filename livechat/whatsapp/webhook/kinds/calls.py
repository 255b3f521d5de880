"""Field ``calls``: a line for each call, and what was recorded of it.

Source: Meta's Calling API, "Call recording" and "Call transcription" (2026). A user's call opens the window
and is unread like a missed call (Meta, "About the platform").
"""

from functools import partial
from typing import Any

from livechat.domain.phone import digits_or_none
from livechat.whatsapp.content import typed_part
from livechat.whatsapp.reading import Json, label, moment, obj, required
from livechat.whatsapp.webhook import identity
from livechat.whatsapp.webhook.identity import NamedPeople, people_of
from livechat.whatsapp.webhook.items import Customer, Ignored, Item, Source, ThreadMessage
from livechat.whatsapp.webhook.kinds.messages import RECEIVED, SENT, Direction
from livechat.whatsapp.webhook.walk import Walk

# Files that come after a call: the kind of each by its key. Meta names the event after the key.
_RECORDED = {"call_recording": "audio", "call_transcript": "document"}

_SECRET = frozenset({"session", "sdp", "connection"})


def calls(walk: Walk, value: Json) -> None:
    """A call's beginning and end have one id, so the thread shows one line for both.

    The statuses of calls look like those of messages and must never reach them.
    """
    people = people_of(value.get("contacts"), value.get("calls"))
    ours = digits_or_none(obj(value.get("metadata")).get("display_phone_number"))
    walk.each(value.get("calls"), partial(_call, people=people, ours=ours, errors=value.get("errors")))
    walk.each(value.get("statuses"), _call_status)


def _call_status(source: Source, _: Json) -> Ignored:
    return Ignored(source, "call_status")


def _call(source: Source, raw: Json, people: NamedPeople, ours: str | None, errors: Any) -> Item:
    """The line of a call, or a file of it; its session description is a secret and is left out."""
    recorded = next((key for key in _RECORDED if raw.get(key)), None)
    if recorded is None and raw.get("event") not in ("connect", "terminate"):
        return Ignored(source, "call_event")
    wamid = required(raw, "id", "no_call_id")
    by_business = label(raw.get("direction")) == "BUSINESS_INITIATED"
    who = _customer(raw, people, ours, by_business=by_business)
    if recorded is not None:
        return _file(source, raw, who, wamid, recorded)
    content = {
        "call": {key: item for key, item in raw.items() if key not in ("session", "sdp", "connection")}
    }
    if errors:
        content["errors"] = errors
    direction: Direction = "outbound" if by_business else "inbound"
    return _event(source, who, wamid, raw, direction, "call", content, counts=not by_business)


def _customer(raw: Json, people: NamedPeople, ours: str | None, *, by_business: bool) -> Customer:
    """The party that is not us: one of Meta's pages names them the wrong way round."""
    is_from_us = by_business
    if ours is not None:
        sender, receiver = digits_or_none(raw.get("from")), digits_or_none(raw.get("to"))
        is_from_us = sender == ours or (receiver != ours and by_business)
    return identity.recipient(raw, people) if is_from_us else identity.sender(raw, people)


def _file(source: Source, raw: Json, who: Customer, wamid: str, key: str) -> ThreadMessage:
    """What was recorded: a file below the call's line, under an id of its own."""
    kind = _RECORDED[key]
    holder = obj(raw[key])
    content = typed_part(kind, obj(holder.get(kind))) | {key: {"call_id": wamid}}
    return _event(source, who, f"{wamid}:{key}", raw, "inbound", kind, content, counts=False)


def _event(
    source: Source,
    who: Customer,
    wamid: str,
    raw: Json,
    direction: Direction,
    message_type: str,
    content: Json,
    *,
    counts: bool,
) -> ThreadMessage:
    """A row of the thread; ``counts`` makes it unread and lets it open the window."""
    status, rank = RECEIVED if direction == "inbound" else SENT
    return ThreadMessage(
        source=source,
        customer=who,
        wamid=wamid,
        timestamp=moment(raw.get("timestamp"), source.received_at),
        direction=direction,
        origin="event",
        message_type=message_type,
        text=None,
        content=content,
        status=status,
        status_rank=rank,
        counts_unread=counts,
        opens_window=counts,
    )
