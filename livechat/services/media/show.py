"""``content.media`` as the API shows it."""

from collections.abc import Mapping
from typing import Any

from livechat.extensions import media_urls
from livechat.models import Media

Json = dict[str, Any]
_PLAIN = ("mime_type", "size", "filename", "width", "height", "duration", "waveform", "error")


def content_with_media(content: Json, media: Mapping[str, Any] | None) -> Json:
    """A message's content with the file's present state; as it is where it carries none.

    ``media`` is the row's of ``queries.media.media_json_column``. Without one (a file sent by its link, or
    one that Meta did not name) what was stored with the message stands.
    """
    stored = content.get("media")
    if not isinstance(stored, dict):
        return content
    if media is None:
        return content | {"media": {"id": None, "waveform": None, "error": None} | stored}
    return content | {"media": _shown(media)}


def media_json(media: Media) -> Json:
    """An uploaded file, as ``POST /media`` answers it: without a state, since it is here."""
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
        # To the outside a fetch under way is one that is not over.
        "state": "pending" if facts["state"] == "fetching" else facts["state"],
        **{name: facts[name] for name in _PLAIN},
        "error": facts["error"] if facts["state"] == "failed" else None,
        "url": urls.url(facts["id"]) if urls is not None else None,
        "thumbnail_url": urls.url(facts["id"], thumbnail=True)
        if urls is not None and has_thumbnail
        else None,
    }
