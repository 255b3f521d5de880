"""The payload catalogue, and bodies made for one test."""

from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import Item

PAYLOADS = Path(__file__).parent / "payloads"
SENDS = Path(__file__).parent / "payloads-out"
NUMBER = "830558756814059"
OURS = "917755991053"
ASHA = "917755991051"
ASHA_ID = "IN.13491208655302741918"
AT = "1795341600"


# Values of every JSON type, and those that have broken parsers before.
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(), max_size=8)
    | st.sampled_from(["", "\x00", "\ud800", "0", "-1", "9" * 40, "W" * 3000, 2**80, 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


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
