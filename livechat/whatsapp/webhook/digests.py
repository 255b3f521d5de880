"""Ids for events to which Meta gives none. They are made of the content: a repeat has the same id."""

import hashlib

import orjson

from livechat.whatsapp.reading import Json

EVENT_PREFIX = "event:"


def event_id(value: Json) -> str:
    """The id of an event that says ``value``."""
    digest = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{EVENT_PREFIX}{digest[:32]}"
