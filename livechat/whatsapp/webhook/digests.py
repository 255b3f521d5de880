"""Ids of ours for events that Meta gives none: made of what they say, so that the same one twice is one."""

import hashlib

import orjson

from livechat.whatsapp.reading import Json

EVENT_PREFIX = "event:"


def event_id(value: Json) -> str:
    """The id of an event that says ``value``."""
    digest = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{EVENT_PREFIX}{digest[:32]}"
