"""What a phone shows of a message's content, whatever its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.bubbles import pieces
from sandbox.bubbles.shown_interactive import interactive_content
from sandbox.bubbles.shown_template import template_content
from sandbox.model import MEDIA_KINDS, Json, Message
from sandbox.world import World


def content_of(world: World, message: Message) -> Json:
    """The content of a message's bubble."""
    return part_content(world, message, message.type, message.body.get(message.type))


def part_content(world: World, message: Message, kind: str, part: Any) -> Json:
    """The same of one part: of a message's own, or of what an edit has put in its place."""
    shown = pieces.empty()
    if kind == "contacts" and isinstance(part, list):
        return shown | {"cards": [_card(card) for card in part if isinstance(card, dict)]}
    if kind == "unsupported":
        of = (message.body.get("unsupported") or {}).get("type")
        title = pieces.named(str(of)) if of else "Something else"
        return shown | {"title": title, "footer": "WhatsApp tells the business only that it came."}
    if kind == "request_welcome":
        return shown | {"text": "You opened the chat"}
    if not isinstance(part, dict):
        return shown | {"title": pieces.named(kind)}
    if kind in MEDIA_KINDS:
        return shown | {"text": part.get("caption") or "", "file": pieces.file(world, kind, part)}
    reader = _READERS.get(kind)
    if reader is not None:
        return shown | reader(part)
    if kind == "template":
        return shown | template_content(world, message, part)
    if kind == "interactive":
        return shown | interactive_content(world, part)
    words = [{"label": str(key), "value": str(value)} for key, value in part.items()]
    return shown | {"title": pieces.named(kind), "rows": words}


_READERS: dict[str, Callable[[Json], Json]] = {
    "text": lambda part: {"text": part.get("body", "")},
    "button": lambda part: {"text": part.get("text", "")},
    "system": lambda part: {"text": part.get("body", "")},
    "location": lambda part: {"place": pieces.place(part)},
    "order": lambda part: {
        "title": f"Order of {len(part.get('product_items', []))} items",
        "text": part.get("text") or "",
        "rows": [
            {
                "label": f"{item.get('quantity')} × {item.get('product_retailer_id')}",
                "value": f"{item.get('item_price')} {item.get('currency', '')}",
            }
            for item in part.get("product_items", [])
        ],
    },
}


def _card(card: Json) -> Json:
    organisation = (card.get("org") or {}).get("company", "")
    phones = [str(entry.get("phone") or entry.get("wa_id") or "") for entry in card.get("phones") or []]
    emails = [str(entry.get("email") or "") for entry in card.get("emails") or []]
    return {
        "name": str((card.get("name") or {}).get("formatted_name", "?")),
        "detail": ", ".join(filter(None, [organisation, *phones, *emails])),
    }
