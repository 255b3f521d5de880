"""The bubbles of a thread, and the line about its last message."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.bubbles import pieces
from sandbox.bubbles.shown_content import content_of, part_content
from sandbox.model import Json, Message
from sandbox.world import World

# Shown as a line across the thread, as phones do.
_EVENTS = {"system", "request_welcome"}


def thread_bubbles(world: World, messages: Iterable[Message]) -> list[Json]:
    """The bubbles of a thread, oldest first; reactions, edits and deletions change the one they are for."""
    bubbles: dict[str, Json] = {}
    for message in messages:
        if message.type == "reaction":
            _react(bubbles, message)
        elif message.type in {"edit", "revoke"}:
            _change(world, bubbles, message)
        else:
            bubbles[message.wamid] = _bubble(world, message, bubbles)
    return list(bubbles.values())


def preview(world: World, message: Message) -> str:
    """One line about a message, for a list."""
    if message.type == "reaction":
        return f"Reacted {message.body['reaction'].get('emoji') or '(removed)'}"
    if message.type in {"edit", "revoke"}:
        return "Edited a message" if message.type == "edit" else "Deleted a message"
    shown = content_of(world, message)
    return shown["text"] or (shown["file"] or {}).get("name") or shown["title"] or pieces.named(message.type)


def _react(bubbles: dict[str, Json], message: Message) -> None:
    reaction = message.body.get("reaction", {})
    target = bubbles.get(str(reaction.get("message_id")))
    if target is not None:
        by = "customer" if message.direction == "inbound" else "business"
        target["reactions"] = [r for r in target["reactions"] if r["from"] != by]
        if reaction.get("emoji"):
            target["reactions"].append({"from": by, "emoji": reaction["emoji"]})


def _change(world: World, bubbles: dict[str, Json], message: Message) -> None:
    """An edit has the new content, a deletion leaves nothing."""
    part = message.body.get(message.type) or {}
    target = bubbles.get(str(part.get("original_message_id")))
    if target is None:
        return
    if message.type == "revoke":
        target |= pieces.empty() | {"deleted": True}
        return
    edited = part.get("message") or {}
    kind = str(edited.get("type"))
    shown = part_content(world, message, kind, edited.get(kind))
    target |= {"text": shown["text"], "edited": True}


def _bubble(world: World, message: Message, earlier: dict[str, Json]) -> Json:
    is_mine = message.direction == "inbound"
    quoted = earlier.get(message.reply_to or "")
    failed = next((s for s in message.statuses if s["status"] == "failed"), None)
    context = message.body.get("context") or {}
    return {
        "wamid": message.wamid,
        "mine": is_mine,
        "type": message.type,
        "event": message.type in _EVENTS,
        "at": message.created_at,
        "state": ("read" if message.read_by_business else "delivered") if is_mine else message.status,
        "error": failed.get("code") if failed else None,
        "quote": _quote(quoted) if quoted else None,
        "forwarded": bool(context.get("forwarded") or context.get("frequently_forwarded")),
        "edited": False,
        "deleted": False,
        "reactions": [],
        **content_of(world, message),
    }


def _quote(bubble: Json) -> str:
    return str(bubble["text"] or (bubble["file"] or {}).get("name") or bubble["title"] or bubble["type"])
