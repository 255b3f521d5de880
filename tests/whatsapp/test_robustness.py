"""Whatever a body holds, ``parse`` answers, and what it answers can be stored."""

import json
from dataclasses import asdict
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import Broken, Item
from tests.whatsapp.catalogue import ODD, PAYLOADS, body

DOCUMENTS = [json.loads(path.read_bytes()) for path in sorted(PAYLOADS.glob("*.json"))]
BODIES = [path.read_bytes() for path in sorted(PAYLOADS.glob("*.json"))]
FIELDS = sorted(
    {change["field"] for document in DOCUMENTS for entry in document["entry"] for change in entry["changes"]}
)

QUICK = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def check(items: list[Item]) -> None:
    """Numbered from 0, storable as PostgreSQL's jsonb and text, ids short enough for an index."""
    assert items
    assert [item.source.n for item in items] == list(range(len(items)))
    for item in items:
        written = orjson.dumps(asdict(item))
        assert b"\\u0000" not in written
        for name in ("wamid", "event_wamid", "target_wamid"):
            value = getattr(item, name, "x")
            assert isinstance(value, str)
            assert 0 < len(value) <= 512
        customer = getattr(item, "customer", None)
        if customer is not None:
            assert customer.phone or customer.user_id or customer.group_id
            assert customer.phone is None or (customer.phone.isdigit() and len(customer.phone) <= 32)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(found for key, child in children for found in paths(child, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes(raw):
    check(parse(raw))


@QUICK
@given(st.sampled_from(BODIES), st.data())
def test_a_payload_with_bytes_changed_or_cut(raw, data):
    at = data.draw(st.integers(0, len(raw) - 1))
    check(parse(raw[:at] + data.draw(st.binary(max_size=6)) + raw[at + data.draw(st.integers(0, 6)) :]))
    check(parse(raw[:at]))


@QUICK
@given(st.sampled_from(DOCUMENTS), st.data())
def test_a_payload_with_a_value_replaced(document, data):
    for _ in range(data.draw(st.integers(1, 3))):
        document = replaced(document, data.draw(st.sampled_from(paths(document))), data.draw(ODD))
    check(parse(json.dumps(document).encode()))


@QUICK
@given(st.sampled_from(FIELDS), ODD, ODD, ODD)
def test_any_field_with_any_value(field, messages, inner, value):
    names = ("messages", "statuses", "message_echoes", "calls", "history", "state_sync", "user_preferences")
    for shaped in (
        dict.fromkeys(names, messages),
        {name: [inner, messages] for name in names},
        {"standby": {name: [inner] for name in names}, "history": [{"threads": [{"messages": [inner]}]}]},
    ):
        document = orjson.loads(body({}, field))
        document["entry"][0]["changes"][0]["value"] |= shaped
        check(parse(json.dumps(document).encode()))
    document["entry"][0]["changes"][0]["value"] = value
    check(parse(json.dumps(document).encode()))


def test_one_broken_item_never_changes_what_its_neighbours_say():
    for document in DOCUMENTS:
        for entry in document["entry"]:
            for change in entry["changes"]:
                value = change["value"]
                for key in ("messages", "statuses", "message_echoes", "calls"):
                    if value.get(key):
                        alone = parse(json.dumps(document).encode())
                        broken = document | {
                            "entry": [
                                entry | {"changes": [change | {"value": value | {key: [*value[key], 5]}}]}
                            ]
                        }
                        if document["entry"] != [entry] or entry["changes"] != [change]:
                            continue
                        together = parse(json.dumps(broken).encode())
                        assert any(isinstance(item, Broken) for item in together)
                        kept = [
                            asdict(item) | {"source": 0} for item in together if not isinstance(item, Broken)
                        ]
                        assert kept == [asdict(item) | {"source": 0} for item in alone]
