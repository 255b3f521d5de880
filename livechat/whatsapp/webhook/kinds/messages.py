"""One message of a webhook as a value: bubbles, reactions, edits, deletions and ``system`` events.

What counts as unread and what opens the 24-hour window: Meta's pages on messages and on the service window;
a user's message of any type does both, a reaction opens the window only, edits, deletions and ``system``
messages do neither.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from livechat.domain.status import META_STATUS, RANK, MessageStatus
from livechat.whatsapp.content import part_of, type_of, typed_part, with_siblings
from livechat.whatsapp.reading import (
    Json,
    UnreadableError,
    error_of,
    id_or_none,
    label,
    moment,
    obj,
    required,
)
from livechat.whatsapp.texts import text_of
from livechat.whatsapp.webhook import identity
from livechat.whatsapp.webhook.identity import NamedPeople
from livechat.whatsapp.webhook.items import Customer, Ignored, MessageChange, Reaction, Source, ThreadMessage

Direction = Literal["inbound", "outbound"]
Standing = tuple[str, int]

RECEIVED: Standing = (MessageStatus.RECEIVED.value, RANK[MessageStatus.RECEIVED])
SENT: Standing = (MessageStatus.SENT.value, RANK[MessageStatus.SENT])
FAILED: Standing = (MessageStatus.FAILED.value, RANK[MessageStatus.FAILED])
# Ids of calls, and of what was recorded of them.
CALL_PREFIX = "wacid."


@dataclass(slots=True)
class Frame:
    """How the messages of one array are to be read.

    ``is_live`` tells a user's fresh message, which is unread and opens the window, from everything else.
    ``summary`` is the value's ``conversation_context``: Meta's agent writes it beside the messages.
    """

    people: NamedPeople
    origin: Literal["customer", "phone_app", "history", "standby"]
    direction: Direction
    is_live: bool
    summary: Any = None


def read_message(
    source: Source, raw: Json, frame: Frame
) -> ThreadMessage | Reaction | MessageChange | Ignored:
    """A message of ``messages[]``, ``message_echoes[]`` or a thread of ``history[]``.

    Raises one of READ_ERRORS where it has no id, no customer, or not the message that it is about. Whatever
    else is missing or of another type, the rest is shown.
    """
    message_type = type_of(raw)
    wamid = required(raw, "id", "no_message_id")
    at = moment(raw.get("timestamp"), source.received_at)
    if message_type == "system" and frame.direction == "inbound":
        return _system_event(source, raw, frame, wamid, at)
    customer, member = _customer_of(raw, frame)
    if message_type == "reaction":
        return reaction(source, raw, frame, customer, member, wamid, at)
    if message_type in ("edit", "revoke"):
        return _change(source, raw, message_type, customer, wamid, at)
    return thread_message(source, raw, frame, customer, member, message_type, wamid, at)


def _customer_of(raw: Json, frame: Frame) -> tuple[Customer, Customer | None]:
    """Whose conversation it is, and the member who wrote where that is a group's."""
    ids = identity.sender if frame.direction == "inbound" else identity.recipient
    group_id = id_or_none(raw.get("group_id"))
    if group_id is None:
        return ids(raw, frame.people), None
    try:
        member = ids(raw, frame.people)
    except UnreadableError:
        member = Customer()
    return Customer(group_id=group_id), member


def thread_message(
    source: Source,
    raw: Json,
    frame: Frame,
    customer: Customer,
    member: Customer | None,
    message_type: str,
    wamid: str,
    at: datetime,
) -> ThreadMessage:
    """A bubble, whatever its type: a type that is new to us is kept and counts like any other."""
    part = part_of(raw, message_type)
    content = with_siblings(typed_part(message_type, part), raw)
    if message_type == "audio" and wamid.startswith(CALL_PREFIX):
        # A customer whose call nobody took left it (Meta's Calling API). Only its id tells that.
        content["voicemail"] = True
    if frame.summary:
        content["conversation_context"] = frame.summary
    if member is not None:
        content["group"] = {
            "id": customer.group_id,
            "from": member.phone,
            "from_user_id": member.user_id,
            "name": member.name,
        }
    error = error_of(raw)[0] if "errors" in raw else None
    change = None
    if message_type == "contacts" and frame.is_live and member is None:
        change = identity.of_contact_request(raw, customer)
    status, rank = _standing(raw, frame)
    return ThreadMessage(
        source=source,
        customer=customer,
        wamid=wamid,
        timestamp=at,
        direction=frame.direction,
        origin=frame.origin,
        message_type=message_type,
        text=text_of(message_type, part),
        content=content,
        status=status,
        status_rank=rank,
        counts_unread=frame.is_live,
        opens_window=frame.is_live,
        reply_to_wamid=_quoted(raw),
        error=error,
        identity_change=change,
    )


def _quoted(raw: Json) -> str | None:
    """The message that this one quotes; webhooks call it ``id``, a send body ``message_id``."""
    context = raw.get("context")
    if not isinstance(context, dict):
        return None
    return id_or_none(context.get("id")) or id_or_none(context.get("message_id"))


# ``history_context.status`` where it is not one of the statuses' words in capitals.
_HISTORY: dict[str, Standing] = {"pending": SENT, "error": FAILED}


def _standing(raw: Json, frame: Frame) -> Standing:
    """(status, rank) at arrival: imported messages of the business say how far they came."""
    if frame.direction == "inbound":
        return RECEIVED
    if frame.origin != "history":
        return SENT
    word = (label(obj(raw.get("history_context")).get("status")) or "").lower()
    known = META_STATUS.get(word)
    return (known[0].value, known[1]) if known else _HISTORY.get(word, SENT)


def reaction(
    source: Source,
    raw: Json,
    frame: Frame,
    customer: Customer,
    member: Customer | None,
    wamid: str,
    at: datetime,
) -> Reaction | Ignored:
    """A reaction or, where ``emoji`` is absent or empty, its removal. One that is no text is ignored."""
    part = obj(raw.get("reaction"))
    side: Literal["customer", "business"] = "customer" if frame.direction == "inbound" else "business"
    actor: str = side
    if member is not None and side == "customer":
        actor = member.user_id or member.phone or side
    emoji = part.get("emoji")
    if not (emoji is None or isinstance(emoji, str)):
        return Ignored(source, "no_emoji")
    return Reaction(
        source=source,
        customer=customer,
        event_wamid=wamid,
        target_wamid=required(part, "message_id", "no_target"),
        timestamp=at,
        side=side,
        actor=actor,
        emoji=emoji or None,
        opens_window=frame.is_live,
    )


def _change(
    source: Source, raw: Json, message_type: str, customer: Customer, wamid: str, at: datetime
) -> MessageChange:
    """A deletion, or an edit with the new typed part only (no ``media``: the file is already here)."""
    part = obj(raw.get(message_type))
    target = required(part, "original_message_id", "no_target")
    if message_type == "revoke":
        return MessageChange(source, customer, wamid, target, at, "revoke")
    message = obj(part.get("message"))
    if not message:
        raise UnreadableError("no_edited_message")
    new_type = type_of(message)
    new_part = part_of(message, new_type)
    content = typed_part(new_type, new_part)
    content.pop("media", None)
    return MessageChange(
        source=source,
        customer=customer,
        event_wamid=wamid,
        target_wamid=target,
        timestamp=at,
        kind="edit",
        message_type=new_type,
        text=text_of(new_type, new_part),
        content=content,
    )


def _system_event(source: Source, raw: Json, frame: Frame, wamid: str, at: datetime) -> ThreadMessage:
    """An event line in the thread of the customer's *old* ids; a fresh one may also carry the new ids.

    One that is imported from the phone's history changes no ids: what it tells was long ago.
    """
    part = part_of(raw, "system")
    group_id = id_or_none(raw.get("group_id"))
    change = None
    if group_id is not None:
        customer = Customer(group_id=group_id)
    else:
        customer, change = identity.of_system_message(raw)
    status, rank = RECEIVED
    return ThreadMessage(
        source=source,
        customer=customer,
        wamid=wamid,
        timestamp=at,
        direction="inbound",
        origin="history" if frame.origin == "history" else "event",
        message_type="system",
        text=text_of("system", part),
        content=with_siblings(typed_part("system", part), raw),
        status=status,
        status_rank=rank,
        counts_unread=False,
        opens_window=False,
        identity_change=change if frame.is_live else None,
    )
