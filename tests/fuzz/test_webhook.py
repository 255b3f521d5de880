"""Whatever stands beside it, a good message is stored, everything is accounted for, and nothing raises."""

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from livechat.domain.text import storable
from livechat.whatsapp.webhook.body import parse
from tests.ingest.conftest import ASHA, NUMBER, PAYLOADS, WABA, Meta, envelope, make_text_body, meta
from tests.whatsapp.catalogue import ODD
from tests.whatsapp.test_robustness import paths, replaced

__all__ = ["meta"]

DOCUMENTS = [json.loads(path.read_bytes()) for path in sorted(PAYLOADS.glob("*.json"))]
QUICK = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
GOOD = "wamid.good"


def begin(meta: Meta) -> None:
    meta.session.execute(
        text(
            "TRUNCATE webhook_events, webhook_counts, chat_messages, chat_conversations, message_statuses, "
            "message_reactions, message_changes, account_events CASCADE"
        )
    )
    meta.session.commit()


def everything_is_accounted_for(meta: Meta) -> None:
    rows = meta.rows("SELECT body, state, stored + duplicate + ignored + failed AS items FROM webhook_events")
    assert [row["items"] for row in rows] == [len(parse(bytes(row["body"]))) for row in rows]
    assert "waiting" not in {row["state"] for row in rows}
    [counted] = meta.rows("SELECT coalesce(sum(items), 0) AS items FROM webhook_counts")
    assert counted["items"] == sum(row["items"] for row in rows)
    assert meta.redis.xlen("livechat:inbound") == 0


def good_message() -> dict[str, Any]:
    found: dict[str, Any] = make_text_body(GOOD)["entry"][0]["changes"][0]["value"]["messages"][0]
    return found


def mutated(draw: Callable[[Any], Any]) -> Any:
    document = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 3))):
        document = replaced(document, draw(st.sampled_from(paths(document))), draw(ODD))
    return document


@pytest.mark.usefixtures("meta")
@QUICK
@given(st.lists(ODD, max_size=3), st.lists(ODD, max_size=3), st.data())
def test_a_good_message_is_stored_beside_any_garbage(
    meta: Meta, before: list[Any], after: list[Any], data: st.DataObject
) -> None:
    begin(meta)
    document = envelope({"messages": [*before, good_message(), *after]})
    other = mutated(data.draw)
    entries = other.get("entry") if isinstance(other, dict) else other
    document["entry"] += entries if isinstance(entries, list) else [entries]
    document["entry"][0]["changes"] += before
    # As the standard library writes it: lone surrogates and NaN are sent as they are.
    meta.deliver_body(json.dumps(document).encode())
    assert [
        row["text"] for row in meta.rows("SELECT text FROM chat_messages WHERE wamid = :id", id=GOOD)
    ] == ["Hello"]
    everything_is_accounted_for(meta)


@pytest.mark.usefixtures("meta")
@QUICK
@given(st.lists(st.binary(max_size=200), max_size=4), st.data())
def test_good_webhooks_are_stored_in_one_batch_with_any_bytes(
    meta: Meta, garbage: list[bytes], data: st.DataObject
) -> None:
    begin(meta)
    for body in (
        *garbage,
        make_text_body(GOOD),
        orjson.dumps(DOCUMENTS[0])[: data.draw(st.integers(0, 900))],
    ):
        assert meta.post(body) == 200
    assert meta.post(json.dumps(mutated(data.draw)).encode()) == 200
    meta.ingest()
    assert len(meta.rows("SELECT 1 FROM chat_messages WHERE wamid = :id", id=GOOD)) == 1
    everything_is_accounted_for(meta)


HOSTILE = {
    "U+0000": "before\x00after",
    "a lone surrogate": "before\ud800after",
    "right-to-left overrides": "\u202egnp.exe\u202c \u2066isolate\u2069",
    "64 KB": "ß" * 65_536,
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)> &amp; 'quotes\" `",
    "control characters": "".join(chr(n) for n in range(1, 32)) + "\x7f\u2028\u2029\ufeff",
    "emoji of many parts": "👩🏽‍🚒🏳️‍🌈" * 50,
    "a format string": "%s {0} ${jndi:ldap://x} {{7*7}} \\x00",
    "SQL": "'; DROP TABLE chat_messages; --",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_stored_as_close_as_postgresql_allows(meta: Meta, hostile: str) -> None:
    words = HOSTILE[hostile]
    body = make_text_body(GOOD, body=words, name=words)
    assert meta.post(json.dumps(body).encode()) == 200
    meta.ingest()
    [row] = meta.messages()
    assert row["text"] == storable(words)
    assert row["content"]["text"]["body"] == storable(words)
    # A name travels with every row of a list: the longest that WhatsApp allows has a quarter of this.
    assert meta.conversation()["customer_name"] == storable(words).strip()[:1024]
    [kept] = meta.rows("SELECT body FROM webhook_events")
    assert json.loads(bytes(kept["body"])) == body
    everything_is_accounted_for(meta)


def raw(message: str) -> bytes:
    """A body with a message written by hand, for JSON that no library writes."""
    good = json.dumps(good_message())
    return (
        f'{{"object":"whatsapp_business_account","entry":[{{"id":"{WABA}","changes":[{{"field":"messages",'
        f'"value":{{"metadata":{{"phone_number_id":"{NUMBER}"}},"messages":[{message},{good}]}}}}]}}]}}'
    ).encode()


ODD_JSON = {
    "very deep": '{"id":"wamid.odd","x":' + '{"a":' * 900 + "1" + "}" * 900 + "}",
    "deeper than any parser": '{"x":' + "[" * 100_000 + "]" * 100_000 + "}",
    "huge numbers": f'{{"from":"{ASHA}","id":"wamid.odd","timestamp":{"9" * 5000},"type":"text"}}',
    "a number past a double": f'{{"from":"{ASHA}","id":"wamid.odd","timestamp":1e999,"type":"text"}}',
    "duplicate keys": f'{{"from":"0","from":"{ASHA}","id":"wamid.other","id":"wamid.odd",'
    '"timestamp":"1795341600","type":"text","text":{"body":"first"},"text":{"body":"last"}}',
    "NaN": f'{{"from":"{ASHA}","id":"wamid.odd","timestamp":NaN,"type":"text"}}',
}


@pytest.mark.parametrize("odd", ODD_JSON)
def test_odd_json_harms_no_neighbour(meta: Meta, odd: str) -> None:
    meta.deliver_body(raw(ODD_JSON[odd]))
    stored = {row["wamid"]: row["text"] for row in meta.messages()}
    if odd == "deeper than any parser":
        # No reader can tell where its neighbours begin: the body is kept whole, for a person or a replay.
        assert stored == {}
        [row] = meta.rows("SELECT items FROM webhook_events WHERE state = 'failed'")
        assert row["items"][0]["reason"] == "not_json"
    else:
        assert stored[GOOD] == "Hello"
        # What has no time that can be read happened when it was received; these have no words beside.
        timeless = odd in ("huge numbers", "a number past a double", "NaN")
        assert stored.get("wamid.odd", "last") == (None if timeless else "last")
    everything_is_accounted_for(meta)
