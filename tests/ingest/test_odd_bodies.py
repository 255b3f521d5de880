"""Whatever is missing from a webhook, or stands there in another type, the rest of it is stored."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import Broken, Item, ThreadMessage
from tests.ingest.conftest import PAYLOADS, Meta
from tests.whatsapp.test_robustness import paths, replaced

LEFT_OUT = object()
ODD: list[Any] = [LEFT_OUT, None, "", "odd", 5, 5.5, True, [], ["odd"], [{}], {}, {"odd": 1}]
RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))

# What a message or a status is nothing without: its place (whose number, which array), its own id, somebody
# it is from or to, and the message that it is about.
NEEDED = {
    "entry",
    "changes",
    "value",
    "metadata",
    "phone_number_id",
    "recipient",
    "id",
    "message_id",
    "original_message_id",
    "status",
}
LISTS = {
    "messages",
    "statuses",
    "calls",
    "contacts",
    "groups",
    "history",
    "message_echoes",
    "standby",
    "state_sync",
    "threads",
    "user_preferences",
}
# Those that name the customer: one of them is enough.
WHO = {
    "from",
    "from_user_id",
    "to",
    "to_user_id",
    "wa_id",
    "user_id",
    "recipient_id",
    "sender",
    "phone_number",
}
REASONS_OF_NEED = {
    "not_a_list",
    "item_not_an_object",
    "entry_not_an_object",
    "change_not_an_object",
    "chunk_not_an_object",
    "value_not_an_object",
    "no_phone_number_id",
    "no_message_id",
    "id_not_a_string",
    "no_call_id",
    "no_customer",
    "no_target",
    "no_edited_message",
    "no_status",
}


def without(value: Any, path: tuple[Any, ...]) -> Any:
    *above, last = path
    holder = value
    for step in above:
        holder = holder[step]
    kept = (
        {key: item for key, item in holder.items() if key != last}
        if isinstance(holder, dict)
        else [item for place, item in enumerate(holder) if place != last]
    )
    return replaced(value, tuple(above), kept)


def variants(name: str) -> list[tuple[tuple[Any, ...], Any, dict[str, Any]]]:
    """(path, what stands there now, the body) for every place of a body of the catalogue."""
    document = json.loads((PAYLOADS / f"{name}.json").read_bytes())
    return [
        (path, odd, without(document, path) if odd is LEFT_OUT else replaced(document, path, odd))
        for path in paths(document)
        if path and path[0] != "object"
        for odd in ODD
    ]


def is_needed(path: tuple[Any, ...]) -> bool:
    """Whether the place itself, or an object or a list on the way to what is needed, was taken."""
    last = path[-1]
    if last in NEEDED | WHO | LISTS or not isinstance(last, str):
        return True
    # All that an edit, a deletion or a reaction is.
    return any(step in ("contact", "context", "edit", "revoke", "reaction") for step in path)


def shows_something(item: Item) -> bool:
    """A row with a type to name it, and nothing in it that the page would take for a deletion."""
    return not isinstance(item, ThreadMessage) or bool(
        item.message_type and item.timestamp and "revoked_at" not in item.content
    )


@pytest.mark.parametrize("name", NAMES)
def test_one_odd_place_never_makes_a_dead_letter_of_what_can_be_shown(name: str) -> None:
    for path, odd, document in variants(name):
        for item in parse(json.dumps(document).encode(), RECEIVED_AT):
            assert shows_something(item), (path, odd)
            if isinstance(item, Broken):
                assert item.error in REASONS_OF_NEED, (path, odd, item.error)
                assert is_needed(path), (path, odd, item.error)


@pytest.fixture
def connected(meta: Meta) -> scoped_session[Session]:
    return meta.session


def _unique(document: Any, n: int) -> Any:
    """The body with ids of its own: else the first of its variants would be stored and the others repeats."""
    if isinstance(document, dict):
        return {
            key: f"{value}.{n}"
            if key in ("id", "message_id", "original_message_id")
            and isinstance(value, str)
            and value.startswith(("wamid.", "wacid.", "ABG"))
            else _unique(value, n)
            for key, value in document.items()
        }
    return [_unique(item, n) for item in document] if isinstance(document, list) else document


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in NAMES
        if name.startswith(
            ("msg-", "status-", "group-", "call-", "standby-", "pref-", "handover-", "bsuid-", "coex-")
        )
    ],
)
def test_the_database_takes_every_one_of_them(connected: scoped_session[Session], name: str) -> None:
    events = [
        RawWebhook(uuid7(), RECEIVED_AT, json.dumps(_unique(document, n)).encode())
        for n, (_, _, document) in enumerate(variants(name))
        if n % 5 == len(name) % 5
    ]
    outcomes: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(events), 100):
        outcomes += ingest_raw(connected, events[start : start + 100]).outcomes
    failed = {reason for outcome, reason in outcomes if outcome == "failed"}
    assert failed <= REASONS_OF_NEED
    assert sum(outcomes.values()) >= len(events)
