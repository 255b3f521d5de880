"""What a person reads of a message in a list: its body, caption or title, whole and unchanged."""

from typing import Any

from livechat.whatsapp.reading import items_of, obj, text_at
from livechat.whatsapp.vcard import name_of


def text_of(message_type: str, part: Any) -> str | None:
    """The text of a message's typed part (inbound or outbound), None where it has none."""
    key = _KEYS.get(message_type)
    if key is not None:
        return text_at(part, key)
    match message_type:
        case "interactive":
            return _interactive(obj(part))
        case "location":
            return text_at(part, "name") or text_at(part, "address")
        case "contacts":
            names = [name_of(card) for card in items_of(part)]
            return ", ".join(name for name in names if name) or None
        case _:
            return None


_KEYS = {
    "text": "body",
    "image": "caption",
    "video": "caption",
    "document": "caption",
    "button": "text",
    "order": "text",
    "system": "body",
}


def _interactive(part: dict[str, Any]) -> str | None:
    """The title that was chosen, the form's closing line, or the body of what the business sent."""
    match part.get("type"):
        case "button_reply" | "list_reply" as kind:
            return text_at(part.get(kind), "title")
        case "nfm_reply":
            return text_at(part.get("nfm_reply"), "body")
        case _:
            return text_at(part.get("body"), "text")
