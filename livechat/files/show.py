"""``content.media`` as the API shows it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from livechat.files.media_urls import media_urls
from livechat.models import Media

Json = dict[str, Any]
_PLAIN = ("mime_type", "size", "filename", "width", "height", "duration", "waveform", "error")


def content_with_media(
    content: Json, media: Mapping[str, Any] | None, card_files: Mapping[str, Any] | None = None
) -> Json:
    """A message's content with the present state of its file; unchanged if it has none.

    ``media`` is the row's ``files.queries.media_json_column``. If it is None (a file sent by its link, or one
    that Meta did not name), what was stored with the message is shown. ``card_files`` is the row's
    ``card_files_column``: each card of a template or a carousel gets its file as ``media`` of its header.
    """
    if card_files and "rendered" in content:
        rendered = content["rendered"]
        cards = [_card_with_media(card, card_files) for card in rendered.get("cards", ())]
        content = content | {"rendered": rendered | {"cards": cards}}
    elif card_files and "interactive" in content:
        part = content["interactive"]
        cards = [_card_with_media(card, card_files) for card in part["action"]["cards"]]
        content = content | {"interactive": part | {"action": part["action"] | {"cards": cards}}}
    stored = content.get("media")
    if not isinstance(stored, dict):
        return content
    if media is None:
        return content | {"media": {"id": None, "waveform": None, "error": None} | stored}
    return content | {"media": _shown(media)}


def _card_with_media(card: Json, files: Mapping[str, Any]) -> Json:
    header = card.get("header") or {}
    named = (header.get(header.get("type")) or {}).get("media_id")
    facts = files.get(str(UUID(named))) if named is not None else None
    return card if facts is None else card | {"header": header | {"media": _shown(facts)}}


def media_json(media: Media) -> Json:
    """An uploaded file, as ``POST /media`` answers it: without a state, since it is always ready."""
    facts = {name: getattr(media, name) for name in ("id", "state", "kind", "has_thumbnail", *_PLAIN)}
    shown = _shown(facts)
    return {"id": str(media.id), "kind": media.kind} | {
        name: value for name, value in shown.items() if name not in ("state", "error")
    }


def _shown(facts: Mapping[str, Any]) -> Json:
    is_ready = facts["state"] == "ready"
    urls = media_urls.signer if is_ready else None
    has_thumbnail = is_ready and facts["has_thumbnail"]
    return {
        "id": str(facts["id"]),
        # Clients need not tell a fetch under way from one that waits.
        "state": "pending" if facts["state"] == "fetching" else facts["state"],
        **{name: facts[name] for name in _PLAIN},
        "error": facts["error"] if facts["state"] == "failed" else None,
        "url": urls.url(facts["id"]) if urls is not None else None,
        "thumbnail_url": urls.url(facts["id"], thumbnail=True)
        if urls is not None and has_thumbnail
        else None,
    }
