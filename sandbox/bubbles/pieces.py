"""The pieces that bubbles are put together from: an empty one, files, places, headers, buttons."""

from __future__ import annotations

from typing import Any

from sandbox.model import MEDIA_KINDS, Json
from sandbox.world import World


def named(kind: str) -> str:
    """A word of Meta's as a person reads it: `order_status` is "Order status"."""
    return kind.replace("_", " ").capitalize()


def empty() -> Json:
    """A bubble's content before anything is known of it.

    `cards` are contact cards. `cards_shown` are the cards of a carousel; each has the keys of a bubble.
    `rows` are lines of label and value. `buttons` can be tapped. `list` opens sections of rows that answer.
    """
    return {
        "title": "",
        "text": "",
        "footer": "",
        "file": None,
        "place": None,
        "cards": [],
        "cards_shown": [],
        "rows": [],
        "buttons": [],
        "list": None,
    }


def place(part: Json) -> Json:
    """A place on the map: its name, its address, where it is."""
    return {
        "name": part.get("name") or "Location",
        "address": part.get("address") or "",
        "at": f"{part.get('latitude')}, {part.get('longitude')}",
    }


def file(world: World, kind: str, part: Json) -> Json:
    """A file: `url` where the sandbox has its bytes, `link` where the message names an address."""
    media = world.media.get(str(part.get("id")))
    link = part.get("link")
    return {
        "kind": kind,
        "voice": part.get("voice") is True,
        "url": f"/sandbox/media/{media.media_id}/content" if media else None,
        "link": link if isinstance(link, str) else None,
        "name": part.get("filename") or (media.filename if media else "") or named(kind),
        "size": len(media.data) if media else None,
    }


def header(world: World, header: Any) -> Json:
    """The header of an interactive message or a template: a text, a file or a place."""
    if not isinstance(header, dict):
        return {}
    kind = str(header.get("type") or "text").lower()
    part = header.get(kind)
    if kind in MEDIA_KINDS and isinstance(part, dict):
        return {"file": file(world, kind, part)}
    if kind == "location" and isinstance(part, dict):
        return {"place": place(part)}
    return {"title": header.get("text") or ""}


def button(kind: str, title: str, answers: Json | None = None) -> Json:
    """A button; a tap on it sends `answers`, the command of a message, where there is one."""
    return {"kind": kind, "title": str(title), "detail": "", "answers": answers}


def link(title: str, url: str) -> Json:
    """A button that opens an address."""
    return button("link", title) | {"detail": str(url)}
