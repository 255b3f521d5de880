"""The body of a send call, and the id of ours that travels with it.

Source: Meta's "Send messages" and the Message API reference (read September 2026).
``biz_opaque_callback_data`` comes back in the message's status webhooks: it is the only way to learn what
became of a call that gave no answer.
"""

import re
from typing import Any
from uuid import UUID

from livechat.whatsapp.content import MEDIA_TYPES
from livechat.whatsapp.reading import Json, items_of, obj
from livechat.whatsapp.sending.validation import validate
from livechat.whatsapp.texts import text_of

__all__ = [
    "CALLBACK_PREFIX",
    "body_for",
    "callback_data",
    "files_of",
    "message_id_from_callback",
    "text_of",
    "validate",
    "with_preview",
]

# Other apps of the business send callback data too: the prefix tells ours.
CALLBACK_PREFIX = "msg:"
_CALLBACK = re.compile(
    re.escape(CALLBACK_PREFIX) + "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
# A preview needs an address that begins so (Meta, "Text messages").
_LINK = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
# What Meta takes in a part that carries a file; the rest of a stored part (digest, MIME type, ``media``) is
# ours.
_MEDIA_KEYS = ("id", "link", "caption", "filename", "voice")


def callback_data(message_id: UUID) -> str:
    """What a send carries as ``biz_opaque_callback_data``: nothing personal, other apps can read it."""
    return f"{CALLBACK_PREFIX}{message_id}"


def message_id_from_callback(data: str | None) -> UUID | None:
    """Our message's id from a status webhook; None for another app's value or one of a changed form."""
    found = _CALLBACK.fullmatch(data) if data is not None else None
    return UUID(found[1]) if found else None


def body_for(
    message_type: str,
    content: Json,
    *,
    to_phone: str | None,
    to_user_id: str | None,
    group_id: str | None,
    reply_to_wamid: str | None,
    callback_data: str | None,
) -> Json:
    """The JSON body of ``POST /{phone_number_id}/messages``.

    ``content`` is the message's, keyed by type. A group is preferred to a phone number, and that to a
    business-scoped id; Meta prefers the phone as well where it gets both. The phone is written with ``+``,
    since without it Meta may put our own country code in front. Raises ValueError where nobody is named, and
    where a file is still named by our own id, which Meta would refuse.
    """
    body: Json = {"messaging_product": "whatsapp", "recipient_type": "group" if group_id else "individual"}
    if group_id:
        body["to"] = group_id
    elif to_phone:
        body["to"] = f"+{to_phone}"
    elif to_user_id:
        body["recipient"] = to_user_id
    else:
        raise ValueError("a message needs a recipient")
    body["type"] = message_type
    # A reaction names its target itself; Meta refuses a quote beside it.
    if reply_to_wamid and message_type != "reaction":
        body["context"] = {"message_id": reply_to_wamid}
    if callback_data:
        body["biz_opaque_callback_data"] = callback_data
    part = content[message_type]
    if any(file.get("media_id") and not file.get("id") for _, _, file in files_of(message_type, part)):
        raise ValueError("a file has not been uploaded to WhatsApp yet")
    body[message_type] = _part(message_type, part)
    return body


def with_preview(part: Json) -> Json:
    """A text's part, asking for a preview of its link as WhatsApp's own apps do, unless it says otherwise."""
    if part.get("preview_url") is not None or not _LINK.search(part["body"]):
        return part
    return part | {"preview_url": True}


def files_of(message_type: str, part: Any) -> list[tuple[str, str, Json]]:
    """Every object of a typed part that names a file (``id``, ``link`` or our ``media_id``), in place.

    Each as (its path, the kind of file, the object): the message's own file, the headers of an interactive
    message and of its cards, those of a template and of its cards.
    """
    if message_type in MEDIA_TYPES:
        return [(message_type, message_type, obj(part))]
    if message_type == "interactive":
        found = _files_in("interactive.header", obj(part).get("header"))
        for place, card in enumerate(items_of(obj(obj(part).get("action")).get("cards"))):
            found += _files_in(f"interactive.action.cards.{place}.header", obj(card).get("header"))
        return found
    if message_type == "template":
        return _files_of_components("template.components", obj(part).get("components"))
    return []


def _files_in(path: str, value: Any) -> list[tuple[str, str, Json]]:
    holder = obj(value)
    return [
        (f"{path}.{kind}", kind, holder[kind]) for kind in MEDIA_TYPES if isinstance(holder.get(kind), dict)
    ]


def _files_of_components(path: str, components: Any) -> list[tuple[str, str, Json]]:
    found: list[tuple[str, str, Json]] = []
    for place, component in enumerate(map(obj, items_of(components))):
        for index, value in enumerate(items_of(component.get("parameters"))):
            found += _files_in(f"{path}.{place}.parameters.{index}", value)
        for index, card in enumerate(map(obj, items_of(component.get("cards")))):
            found += _files_of_components(f"{path}.{place}.cards.{index}.components", card.get("components"))
    return found


def _part(message_type: str, part: Any) -> Any:
    """The typed part as Meta takes it."""
    if message_type == "text":
        return {"preview_url": bool(part.get("preview_url", False)), "body": part["body"]}
    if message_type in MEDIA_TYPES:
        return {key: part[key] for key in _MEDIA_KEYS if part.get(key) is not None}
    if message_type == "location":
        # Numbers in our own requests, strings in Meta's examples: both are taken there, one form leaves here.
        return {
            key: str(value) if key in ("latitude", "longitude") else value
            for key, value in part.items()
            if value is not None
        }
    return part
