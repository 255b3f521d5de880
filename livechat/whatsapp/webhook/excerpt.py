"""The part of a webhook that is about some numbers: one POST may be about numbers of several owners."""

from collections.abc import Set
from typing import Any

from livechat.whatsapp.reading import decode, items_of, obj
from livechat.whatsapp.webhook.fields import number_of


def excerpt(body: bytes, numbers: Set[str]) -> Any:
    """The body as a JSON value, with those changes alone that are about ``numbers``.

    None where it is no JSON, or nothing in it is about them. Text that JSON cannot carry is replaced, as
    it is where it is stored.
    """
    try:
        document = decode(body)
    except (ValueError, RecursionError):
        return None
    entries = []
    for entry in items_of(obj(document).get("entry")):
        changes = [change for change in items_of(obj(entry).get("changes")) if _about(change, numbers)]
        if changes:
            # Whatever else stands here may be about somebody else.
            entries.append({key: entry[key] for key in ("id", "time") if key in entry} | {"changes": changes})
    return {"object": document.get("object"), "entry": entries} if entries else None


def _about(change: Any, numbers: Set[str]) -> bool:
    return number_of(obj(obj(change).get("value"))) in numbers
