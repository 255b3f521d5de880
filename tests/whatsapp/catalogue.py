"""The payload catalogue, and bodies made for one test."""

from pathlib import Path
from typing import Any

import orjson

from livechat.whatsapp.items import Item
from livechat.whatsapp.webhook import parse

PAYLOADS = Path(__file__).parent / "payloads"
SENDS = Path(__file__).parent / "payloads-out"
NUMBER = "830558756814059"
OURS = "917755991053"
ASHA = "917755991051"
ASHA_ID = "IN.13491208655302741918"
AT = "1795341600"


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def body(value: Any, field: str | None = "messages", **entry: Any) -> bytes:
    """One change under one entry; ``metadata`` is added where the value has none."""
    if isinstance(value, dict):
        value = {"metadata": {"display_phone_number": OURS, "phone_number_id": NUMBER}} | value
    change = {"value": value} | ({"field": field} if field is not None else {})
    return orjson.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]} | entry]}
    )


def message(**keys: Any) -> dict[str, Any]:
    """A message by Asha: a text unless ``type`` says otherwise; a key given as None is left out."""
    given = {"from": ASHA, "id": "wamid.1", "timestamp": AT, "type": "text"} | keys
    if given["type"] == "text" and "text" not in keys:
        given["text"] = {"body": "hello"}
    return {key: value for key, value in given.items() if value is not None}


def read(*messages: Any, **value: Any) -> list[Item]:
    """The items of ``messages`` under field ``messages``."""
    return parse(body({"messages": list(messages)} | value))
