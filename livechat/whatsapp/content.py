"""The ``content`` of a message: its typed part under Meta's own names, and what stands beside it."""

from typing import Any

from livechat.whatsapp.reading import Json, id_or_none, label
from livechat.whatsapp.vcard import completed

MEDIA_TYPES = frozenset({"image", "video", "audio", "document", "sticker"})

# Keys that accompany a message of any type and are shown with it.
SIBLINGS = (
    "context",
    "referral",
    "errors",
    "unsupported",
    "identity",
    "history_context",
    "conversation_context",
)
# What is no content: ids, times, and the siblings.
_COMMON = frozenset(
    {
        "id",
        "from",
        "from_user_id",
        "from_parent_user_id",
        "to",
        "to_user_id",
        "to_parent_user_id",
        "timestamp",
        "type",
        "group_id",
        "recipient_type",
        "messaging_product",
        *SIBLINGS,
    }
)
# Names that ``content`` uses itself. A future type of Meta's with such a name must not be taken for ours, or
# a message could look deleted that nobody has deleted.
_OURS = frozenset({"media", "group", "rendered", "edited_at", "revoked_at", "voicemail"})
_TYPE_LENGTH = 64


def type_of(raw: Json) -> str:
    """Meta's ``type`` as it came; where it is missing or no name, the one content key of the message.

    ``unsupported`` where neither tells. What is longer than 64 characters is no name: a list has no room.
    """
    named = raw.get("type")
    if isinstance(named, str) and 0 < len(named) <= _TYPE_LENGTH:
        return named
    keys = [key for key in raw if key not in _COMMON]
    return keys[0] if len(keys) == 1 and 0 < len(keys[0]) <= _TYPE_LENGTH else "unsupported"


def part_of(raw: Json, message_type: str) -> Any:
    """The typed part, None where absent.

    A type that we know comes out in the form that Meta documents, also where the body has another one. What
    can be read of it is shown, and the rest of the message does not suffer.
    """
    if message_type in _COMMON:
        # Only ``unsupported`` is both a type and a sibling, and there it is the part.
        return raw.get(message_type) if message_type == "unsupported" else None
    part = raw.get(message_type)
    if part is None or part == "":
        return None
    if message_type == "contacts":
        return [completed(card) for card in (part if isinstance(part, list) else [part])]
    return part if isinstance(part, dict) else _as_object(message_type, part)


# The key of the text, in the part of each type that may come as a text alone.
_WORDS = {"text": "body", "button": "text", "system": "body", "order": "text"}
_OBJECTS = MEDIA_TYPES | {"text", "location", "button", "interactive", "order", "system", "reaction"}


def _as_object(message_type: str, part: Any) -> Any:
    """A part that is no object, as one: the first object of a list, or the text under its key."""
    if message_type not in _OBJECTS:
        return part
    if isinstance(part, list):
        return next((item for item in part if isinstance(item, dict)), {})
    words = _WORDS.get(message_type)
    return {words: part} if words is not None else {}


def typed_part(message_type: str, part: Any) -> Json:
    """``{type: part}``, with ``media`` beside it for a message that carries a file.

    Meta's ``url`` of a file is left out: it lives five minutes and needs the access token, and the id is
    enough. The parsed body is changed in place, which saves a copy.
    """
    if part is None or message_type in _OURS:
        return {}
    if message_type not in MEDIA_TYPES:
        return {message_type: part}
    part.pop("url", None)
    return {message_type: part, "media": pending_media(part)}


def pending_media(part: Json) -> Json:
    """``content.media`` before the file is here. Without an id there is nothing to fetch: ``failed``."""
    has_id = id_or_none(part.get("id")) is not None
    return {
        "state": "pending" if has_id else "failed",
        "mime_type": label(part.get("mime_type")),
        "size": None,
        "filename": label(part.get("filename")),
        "width": None,
        "height": None,
        "duration": None,
        "url": None,
        "thumbnail_url": None,
        "waveform": None,
        "error": None if has_id else "WhatsApp sent no file with this message.",
    }


def with_siblings(content: Json, raw: Json) -> Json:
    """The content with what accompanies the message: quote, ad, errors and the like."""
    for key in SIBLINGS:
        value = raw.get(key)
        if value:
            content[key] = value
    return content
