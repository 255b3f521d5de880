"""Statuses of outbound messages (``statuses[]``)."""

from livechat.domain.phone import digits_or_none
from livechat.whatsapp.reading import Json, UnreadableError, error_of, id_or_none, label, moment, required
from livechat.whatsapp.webhook.identity import NOBODY, NamedPeople
from livechat.whatsapp.webhook.items import Customer, Ignored, Source, StatusUpdate, ThreadMessage
from livechat.whatsapp.webhook.kinds.payments import read_payment

# ``status`` is a part of a unique index; Meta's words have at most nine letters.
_STATUS_LENGTH = 64


def read_status(
    source: Source, raw: Json, people: NamedPeople = NOBODY
) -> StatusUpdate | ThreadMessage | Ignored:
    """A status, also of a value that we do not know: it is kept and moves nothing.

    In groups one webhook carries an entry per participant, told apart by ``participant`` (else empty). The
    states of calls and of payments look like those of messages and must never reach them.
    """
    if raw.get("type") == "call":
        return Ignored(source, "call_status")
    if raw.get("type") == "payment":
        return read_payment(source, raw)
    status = label(raw.get("status"))
    if status is None or len(status) > _STATUS_LENGTH:
        raise UnreadableError("no_status")
    error, code = error_of(raw)
    callback = raw.get("biz_opaque_callback_data")
    participant = _participant(raw)
    is_group = bool(participant) or raw.get("recipient_type") == "group"
    return StatusUpdate(
        source=source,
        wamid=required(raw, "id", "no_message_id"),
        status=status,
        timestamp=moment(raw.get("timestamp"), source.received_at),
        participant=participant,
        callback_data=callback if isinstance(callback, str) and callback else None,
        error=error,
        error_code=code,
        raw=raw,
        recipient=Customer() if is_group else _recipient(raw, people),
    )


def _recipient(raw: Json, people: NamedPeople) -> Customer:
    """The ids of whom the message went to: the status' own, and what ``contacts[]`` adds to them."""
    phone, user_id = digits_or_none(raw.get("recipient_id")), id_or_none(raw.get("recipient_user_id"))
    if phone is None or user_id is None:
        contact = people.match(phone, user_id)
        phone = phone or digits_or_none(contact.get("wa_id"))
        user_id = user_id or id_or_none(contact.get("user_id"))
    return Customer(phone=phone, user_id=user_id)


def _participant(raw: Json) -> str:
    """The group member's id, business-scoped id before phone; one page spells the phone's key differently."""
    for key in ("recipient_participant_user_id", "recipient_participant_id", "participant_recipient_id"):
        found = id_or_none(raw.get(key))
        if found is not None:
            return found
    return ""
