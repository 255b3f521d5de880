"""What a customer's phone shows of a message: text, file, buttons, ticks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sandbox.model import Json, Message, Template
from sandbox.world import World

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA_KINDS = {"image", "video", "audio", "document", "sticker"}


def thread_bubbles(world: World, messages: Iterable[Message]) -> list[Json]:
    """The bubbles of a thread, oldest first; reactions sit on the bubble that they are for."""
    bubbles: dict[str, Json] = {}
    for message in messages:
        if message.type == "reaction":
            _react(bubbles, message)
        elif message.type not in {"edit", "revoke"}:
            bubbles[message.wamid] = _bubble(world, message, bubbles)
    return list(bubbles.values())


def preview(world: World, message: Message) -> str:
    """One line about a message, for a list."""
    if message.type == "reaction":
        return f"Reacted {message.body['reaction'].get('emoji') or '(removed)'}"
    return _content(world, message)["text"] or f"({message.type})"


def _react(bubbles: dict[str, Json], message: Message) -> None:
    reaction = message.body.get("reaction", {})
    target = bubbles.get(str(reaction.get("message_id")))
    if target is not None:
        by = "customer" if message.direction == "inbound" else "business"
        target["reactions"] = [r for r in target["reactions"] if r["from"] != by]
        if reaction.get("emoji"):
            target["reactions"].append({"from": by, "emoji": reaction["emoji"]})


def _bubble(world: World, message: Message, earlier: dict[str, Json]) -> Json:
    is_mine = message.direction == "inbound"
    quoted = earlier.get(message.reply_to or "")
    failed = next((s for s in message.statuses if s["status"] == "failed"), None)
    return {
        "wamid": message.wamid,
        "mine": is_mine,
        "type": message.type,
        "at": message.created_at,
        "state": ("read" if message.read_by_business else "delivered") if is_mine else message.status,
        "error": failed.get("code") if failed else None,
        "quote": (quoted["text"] or quoted["type"]) if quoted else None,
        "reactions": [],
        **_content(world, message),
    }


def _content(world: World, message: Message) -> Json:
    shown: Json = {"text": "", "media": None, "buttons": [], "footer": ""}
    body, kind = message.body, message.type
    part = body.get(kind)
    if kind == "text":
        shown["text"] = part["body"] if isinstance(part, dict) else ""
    elif kind in MEDIA_KINDS and isinstance(part, dict):
        shown |= {"text": part.get("caption") or "", "media": _media(world, kind, part)}
        if kind == "document":
            shown["text"] = "\n".join(filter(None, [part.get("filename") or "Document", part.get("caption")]))
    elif kind == "location" and isinstance(part, dict):
        place = ", ".join(str(part[key]) for key in ("name", "address") if part.get(key))
        shown["text"] = f"📍 {place or str(part.get('latitude')) + ', ' + str(part.get('longitude'))}"
    elif kind == "contacts" and isinstance(part, list):
        shown["text"] = "👤 " + ", ".join(card["name"].get("formatted_name", "?") for card in part)
    elif kind == "interactive" and isinstance(part, dict):
        shown |= _interactive(part)
    elif kind == "template" and isinstance(part, dict):
        shown |= _template(world, message, part)
    elif kind == "button" and isinstance(part, dict):
        shown["text"] = part.get("text", "")
    elif kind == "order" and isinstance(part, dict):
        shown["text"] = f"🛒 {len(part.get('product_items', []))} items. {part.get('text', '')}"
    elif kind == "system" and isinstance(part, dict):
        shown["text"] = part.get("body", "")
    return shown


def _media(world: World, kind: str, part: Json) -> Json:
    media_id = part.get("id")
    url = f"/sandbox/media/{media_id}/content" if media_id in world.media else None
    return {"kind": kind, "url": url, "link": part.get("link")}


def _interactive(part: Json) -> Json:
    kind = part.get("type")
    if kind in {"button_reply", "list_reply"}:
        return {"text": part[kind].get("title", "")}
    if kind == "nfm_reply":
        return {"text": "📋 Form sent"}
    shown: Json = {"text": (part.get("body") or {}).get("text", "")}
    shown["footer"] = (part.get("footer") or {}).get("text", "")
    action = part.get("action") or {}
    if kind == "button":
        shown["buttons"] = [{"type": "button_reply", **button["reply"]} for button in action["buttons"]]
    elif kind == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        shown["buttons"] = [{"type": "list_reply", **row} for row in rows]
    elif kind == "request_contact_info":
        shown["buttons"] = [{"type": "share_contact", "id": "share", "title": "Share phone number"}]
    elif kind == "location_request_message":
        shown["buttons"] = [{"type": "location", "id": "location", "title": "Send location"}]
    elif kind == "cta_url":
        shown["footer"] = f"{action['parameters']['display_text']}: {action['parameters']['url']}"
    return shown


def _template(world: World, message: Message, part: Json) -> Json:
    number = world.numbers.get(message.phone_number_id)
    language = (part.get("language") or {}).get("code", "")
    template = world.find_template(number.waba_id if number else "", str(part.get("name")), language)
    if template is None:
        return {"text": f"[template {part.get('name')}]"}
    components = part.get("components") or []
    body = _component(template, "BODY").get("text", "")
    given: list[Json] = next((c.get("parameters", []) for c in components if c.get("type") == "body"), [])
    buttons = _component(template, "BUTTONS").get("buttons", [])
    return {
        "text": _fill(body, given),
        "footer": _component(template, "FOOTER").get("text", ""),
        "buttons": [
            {
                "type": "button",
                "id": b["text"],
                "title": b["text"],
                "payload": _payload(components, i, b["text"]),
            }
            for i, b in enumerate(buttons)
            if b["type"] == "QUICK_REPLY"
        ],
    }


def _component(template: Template, kind: str) -> Json:
    return next((c for c in template.components if c.get("type") == kind), {})


def _fill(text: str, parameters: list[Json]) -> str:
    values: dict[str, str] = {}
    for index, parameter in enumerate(parameters, 1):
        fallback: Any = parameter.get(str(parameter.get("type"))) or {}
        value = parameter.get("text") or (
            fallback.get("fallback_value") if isinstance(fallback, dict) else ""
        )
        values[str(parameter.get("parameter_name") or index)] = str(value)
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def _payload(components: list[Json], index: int, default: str) -> str:
    for component in components:
        if component.get("type") == "button" and str(component.get("index")) == str(index):
            parameters = component.get("parameters") or [{}]
            return str(parameters[0].get("payload") or default)
    return default
