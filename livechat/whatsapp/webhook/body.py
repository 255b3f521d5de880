"""A webhook body as a list of items: the walk through ``entry[].changes[]`` of Meta's envelope.

Source: Meta's Webhooks overview: up to 1,000 updates in one POST, over several entries, changes and arrays.
A POST that is not answered 200 comes again whole, so nothing in it may raise: an item that cannot be read
becomes ``Broken`` and its neighbours are read as if it were not there.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from livechat.whatsapp.reading import (
    decode,
    id_or_none,
    is_suspect,
    moment_or_none,
    reason_of,
)
from livechat.whatsapp.webhook.fields import read_change
from livechat.whatsapp.webhook.items import Broken, Ignored, Item, Source
from livechat.whatsapp.webhook.walk import Walk

_OBJECT = "whatsapp_business_account"
_NOWHERE = Source(0, "", None, None)


def parse(body: bytes, received_at: datetime | None = None) -> list[Item]:
    """Everything a body tells, in its order. Never raises and never returns an empty list.

    ``received_at`` is the time of an item that names none, or a later one. Without it an item that names none
    is ``Broken``.

    What is no JSON, or not Meta's, is one ``Broken`` or ``Ignored`` item with a constant reason:
    ``not_json``, ``not_an_object``, ``not_whatsapp``, ``empty``.
    """
    try:
        document = decode(body)
    except (ValueError, RecursionError):
        return [Broken(_NOWHERE, "not_json")]
    if not isinstance(document, dict):
        return [Broken(_NOWHERE, "not_an_object")]
    if document.get("object") not in (_OBJECT, None, ""):
        return [Ignored(_NOWHERE, "not_whatsapp")]
    if received_at is not None:
        # Whole seconds, as all times of a thread (docs/decisions/message-times.md).
        received_at = received_at.replace(microsecond=0)
    walk = Walk(is_suspect=is_suspect(body), received_at=received_at)
    for entry in _list(walk, document.get("entry")):
        if not isinstance(entry, dict):
            walk.broken("entry_not_an_object")
            continue
        walk.enter(waba_id=id_or_none(entry.get("id")), happened_at=moment_or_none(entry.get("time")))
        for change in _list(walk, entry.get("changes")):
            walk.open_change("", None)
            try:
                read_change(walk, change)
            except RecursionError as error:
                walk.broken(reason_of(error))
    if not walk.items:
        walk.ignored("empty")
    return walk.items


def _list(walk: Walk, value: Any) -> list[Any]:
    """The list; another type is reported once and read as empty."""
    if isinstance(value, list):
        return value
    if value is not None and value != "":
        walk.broken("not_a_list")
    return []


def number_ids(items: Iterable[Item]) -> set[str]:
    """The ``phone_number_id`` of every number of ours that the items are about."""
    return {item.source.phone_number_id for item in items if item.source.phone_number_id is not None}
